"""Sentence embeddings: MiniLM served by onnxruntime behind langchain's `Embeddings`."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from bot.errors import ModelCorrupt, ModelMissing

if TYPE_CHECKING:
    import onnxruntime as ort
    from tokenizers import Tokenizer

Vectors = NDArray[np.float32]

DIMENSIONS = 384
MAX_PIECES = 256  # sentence_bert_config.json of the model; tokenizer.json alone says 128, and pads
BATCH = 32
WIDER = 1.3  # times its shortest text a batch may be wide


class MiniLM(Embeddings):
    """all-MiniLM-L6-v2 from a folder in sentence-transformers form; unit-length vectors of 384 floats.

    Loading and, the first time on a machine, exporting to ONNX happen at the first call. Raises ModelMissing when
    the folder is not there and ModelCorrupt when it cannot be loaded.
    """

    def __init__(self, folder: Path, threads: int = 1) -> None:
        self.folder = folder
        self._threads = threads
        self._lock = threading.Lock()
        self._loaded: tuple[ort.InferenceSession, Tokenizer] | None = None

    @property
    def id(self) -> str:
        """What an index must have been built with for its vectors to be comparable."""
        return "all-MiniLM-L6-v2/256"

    def encode(self, texts: list[str]) -> Vectors:
        """Embed `texts`: float32 of shape (len(texts), 384), in the order given."""
        if not texts:
            return np.zeros((0, DIMENSIONS), dtype=np.float32)
        session, tokenizer = self._load()
        encodings = tokenizer.encode_batch(texts)
        out = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
        for rows in _batches([len(encoding.ids) for encoding in encodings]):
            width = max(len(encodings[i].ids) for i in rows)
            ids = np.zeros((len(rows), width), dtype=np.int64)
            mask = np.zeros((len(rows), width), dtype=np.int64)
            for row, i in enumerate(rows):
                n = len(encodings[i].ids)
                ids[row, :n] = encodings[i].ids
                mask[row, :n] = 1
            inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
            out[rows] = cast(Vectors, session.run(None, inputs)[0])
        return out

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """As langchain asks for it."""
        return cast(list[list[float]], self.encode(texts).tolist())

    def embed_query(self, text: str) -> list[float]:
        """As langchain asks for it; MiniLM uses no query prefix."""
        return self.embed_documents([text])[0]

    def _load(self) -> tuple[ort.InferenceSession, Tokenizer]:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._open()
            return self._loaded

    def _open(self) -> tuple[ort.InferenceSession, Tokenizer]:
        weights = self.folder / "model.safetensors"
        if not weights.is_file():
            raise ModelMissing(f"the embedding model is not in {self.folder}", hint="run: medialis models pull")
        import onnxruntime as ort
        from tokenizers import Tokenizer

        graph = self.folder / "model.onnx"
        try:
            if not graph.is_file():
                from bot.knowledge.export import export_onnx

                export_onnx(self.folder, graph)
            options = ort.SessionOptions()
            options.intra_op_num_threads = self._threads
            options.inter_op_num_threads = 1
            options.add_session_config_entry("session.intra_op.allow_spinning", "0")
            session = ort.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
            tokenizer = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
        except Exception as error:
            raise ModelCorrupt(
                f"the embedding model in {self.folder} cannot be loaded", hint="run: medialis models verify"
            ) from error
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_PIECES)
        return session, tokenizer


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Texts of like length together, since a batch costs its longest text times its size."""
    batches: list[list[int]] = []
    for i in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        if batches and len(batches[-1]) < BATCH and lengths[i] <= WIDER * lengths[batches[-1][0]]:
            batches[-1].append(i)
        else:
            batches.append([i])
    return batches


class Encoder(Protocol):
    """What indexing and retrieval need of an embedding model."""

    @property
    def id(self) -> str:
        """Names the vector space; an index built in another one must be rebuilt."""

    def encode(self, texts: list[str]) -> Vectors:
        """Embed `texts`: float32 (len(texts), 384), unit length."""
