"""Sentence embeddings: MiniLM served by onnxruntime behind langchain's `Embeddings`."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, cast

from langchain_core.embeddings import Embeddings

from bot.knowledge.served import DIMENSIONS, MAX_PIECES, Served, Vectors

__all__ = ["DIMENSIONS", "MAX_PIECES", "Encoder", "MiniLM", "Vectors"]


class MiniLM(Served, Embeddings):
    """all-MiniLM-L6-v2 from a folder in sentence-transformers form, as it is published."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        super().__init__(folder, folder / "model.onnx", threads)

    @property
    def id(self) -> str:
        """What an index must have been built with for its vectors to be comparable."""
        return "all-MiniLM-L6-v2/256"

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """As langchain asks for it."""
        return cast(list[list[float]], self.encode(texts).tolist())

    def embed_query(self, text: str) -> list[float]:
        """As langchain asks for it; MiniLM uses no query prefix."""
        return self.embed_documents([text])[0]


class Encoder(Protocol):
    """What indexing and retrieval need of an embedding model."""

    @property
    def id(self) -> str:
        """Names the vector space; an index built in another one must be rebuilt."""

    def encode(self, texts: list[str]) -> Vectors:
        """Embed `texts`: float32 (len(texts), 384), unit length."""
