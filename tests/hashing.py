"""An embedder that needs no model file."""

from __future__ import annotations

import hashlib
from typing import cast

import numpy as np
from langchain_core.embeddings import Embeddings

from bot.knowledge.embed import DIMENSIONS, Vectors


class HashingEmbeddings(Embeddings):
    """Bag-of-words vectors by hashing: no model file and no meaning, but like texts are near."""

    def __init__(self) -> None:
        self.encoded: list[str] = []

    id = "hashing/384"

    def encode(self, texts: list[str]) -> Vectors:
        """Embed `texts`: float32 (len(texts), 384), unit length."""
        self.encoded += texts
        out = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                digest = hashlib.blake2b(word.strip(".,;:!?()\"'").encode(), digest_size=4).digest()
                out[row, int.from_bytes(digest, "big") % DIMENSIONS] += 1.0
            norm = float(np.linalg.norm(out[row]))
            out[row] = out[row] / norm if norm else 0.0
            if not norm:
                out[row, 0] = 1.0
        return out

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """As langchain asks for it."""
        return cast(list[list[float]], self.encode(texts).tolist())

    def embed_query(self, text: str) -> list[float]:
        """As langchain asks for it."""
        return self.embed_documents([text])[0]
