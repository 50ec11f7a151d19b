"""A published sentence-transformers model, exported to ONNX once and served by onnxruntime."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from bot.errors import ModelCorrupt, ModelMissing
from bot.knowledge import published
from bot.knowledge.adapter import Adapter

if TYPE_CHECKING:
    import onnxruntime as ort
    from tokenizers import Tokenizer

Vectors = NDArray[np.float32]

DIMENSIONS = 384
MAX_PIECES = 256  # sentence_bert_config.json of the model; tokenizer.json alone says 128, and pads
BATCH = 32
WIDER = 1.3  # times its shortest text a batch may be wide


class Served:
    """Encodes texts to unit-length vectors of `dimensions` floats; `graph` is where the exported model is or will be.

    `model` is the model's folder, or its archive. Loading and, the first time on a machine, exporting happen at the first
    call. Raises ModelMissing when the model is not there and ModelCorrupt when it cannot be loaded. Thread-safe.
    """

    dimensions = DIMENSIONS
    quantised = False  # served in 8-bit integers: for what only heads read, never for vectors that are compared

    def __init__(self, model: Path, graph: Path, threads: int = 1) -> None:
        self.model = model
        self.graph = graph
        self._threads = threads
        self._lock = threading.Lock()
        self._loaded: tuple[ort.InferenceSession, Tokenizer] | None = None

    def adapter(self) -> Adapter | None:
        """The update the exported model gets."""
        return None

    def outdated(self) -> Iterable[Path]:
        """Graphs that a new one makes useless: they are as large as a model."""
        return ()

    def encode(self, texts: list[str], beside: Sequence[str] = ()) -> Vectors:
        """Embed `texts`: float32 (len(texts), dimensions), in the order given; `beside` is read with each, "" for nothing."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        session, tokenizer = self._load()
        pairs = [
            (text, other) if other else text for text, other in zip(texts, beside or [""] * len(texts), strict=True)
        ]
        encodings = tokenizer.encode_batch(pairs)
        out = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for rows in _batches([len(encoding.ids) for encoding in encodings]):
            width = max(len(encodings[i].ids) for i in rows)
            ids, mask, types = (np.zeros((len(rows), width), dtype=np.int64) for _ in range(3))
            for row, i in enumerate(rows):
                n = len(encodings[i].ids)
                ids[row, :n] = encodings[i].ids
                mask[row, :n] = 1
                types[row, :n] = encodings[i].type_ids
            inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
            known = [given.name for given in session.get_inputs()]  # not every model tells a pair's texts apart
            out[rows] = cast(Vectors, session.run(None, {name: inputs[name] for name in known})[0])
        return out

    def _load(self) -> tuple[ort.InferenceSession, Tokenizer]:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._open()
            return self._loaded

    def _open(self) -> tuple[ort.InferenceSession, Tokenizer]:
        if not published.is_there(self.model):
            raise ModelMissing(f"the model {self.model} is not there", hint="run: medialis models pull")
        import onnxruntime as ort
        from tokenizers import Tokenizer

        try:
            if not self.graph.is_file():
                from bot.knowledge.export import export_onnx

                self.graph.parent.mkdir(parents=True, exist_ok=True)
                export_onnx(self.model, self.graph, self.adapter(), quantised=self.quantised)
                for graph in self.outdated():
                    graph.unlink(missing_ok=True)
            options = ort.SessionOptions()
            options.intra_op_num_threads = self._threads
            options.inter_op_num_threads = 1
            options.add_session_config_entry("session.intra_op.allow_spinning", "0")
            session = ort.InferenceSession(str(self.graph), options, providers=["CPUExecutionProvider"])
            tokenizer = Tokenizer.from_str(published.text(self.model, "tokenizer.json"))
        except Exception as error:
            raise ModelCorrupt(
                f"the model {self.model} cannot be loaded", hint="run: medialis models verify"
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
