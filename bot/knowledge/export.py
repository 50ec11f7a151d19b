"""Turn a sentence-transformers model into one ONNX file, once; if asked for, with its matrices in 8-bit integers.

sentence-transformers loads the model, so pooling and normalisation are whatever the model itself declares; the
exported graph holds all of it. onnxruntime then serves the same vectors without importing torch (6 s saved at each
start). Measured: `python -m eval.bench.encoder`.
"""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.knowledge import published
from bot.knowledge.adapter import Adapter, leave_out

if TYPE_CHECKING:
    import torch

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
BLOCK = (
    256  # weights, or activations, that share a scale: of 128 it takes a tenth longer, and the odds move hardly less
)


def export_onnx(model: Path, target: Path, adapter: Adapter | None = None, *, quantised: bool = False) -> None:
    """Write `target` (atomically) with inputs INPUTS, int64 (batch, tokens), and output float32 (batch, n), unit length.

    With an adapter its updates are added to the weights, and only the first text of a pair is pooled. A model that does not
    tell a pair's texts apart has no third input. `model` is a folder or an archive.
    """
    with (
        published.as_folder(model, target.parent) as folder,
        tempfile.TemporaryDirectory(prefix="export-", dir=target.parent) as made,
    ):
        graph = Path(made, "graph.onnx")
        _export(folder, graph, adapter)
        if quantised:
            graph = _quantised(graph)
        graph.replace(target)


def _export(folder: Path, target: Path, adapter: Adapter | None) -> None:
    import torch
    from sentence_transformers import SentenceTransformer

    encoder = SentenceTransformer(str(folder), device="cpu")
    layers: Any = encoder[0].auto_model
    names = INPUTS if hasattr(layers.embeddings, "token_type_embeddings") else INPUTS[:2]
    if adapter is not None:
        leave_out(layers, adapter.without)
        _update(layers, adapter)

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = encoder

        def forward(self, *given: torch.Tensor) -> torch.Tensor:
            features = dict(zip(names, given, strict=True))
            if adapter is not None:
                states = layers(**features).last_hidden_state
                own = features["attention_mask"]
                if "token_type_ids" in features:
                    own = own * (features["token_type_ids"] == 0)
                own = own.unsqueeze(-1)
                return torch.nn.functional.normalize((states * own).sum(1) / own.sum(1), dim=-1)
            vector: torch.Tensor = self.encoder(features)["sentence_embedding"]
            return vector

    ids = torch.full((2, 8), 5, dtype=torch.int64)
    # two rows of unlike length, so that the trace keeps the attention mask
    mask = torch.tensor([[1] * 8, [1] * 4 + [0] * 4], dtype=torch.int64)
    dynamic = {name: {0: "batch", 1: "tokens"} for name in names} | {"embedding": {0: "batch"}}
    with (
        warnings.catch_warnings()
    ):  # the tracer's notes on constants; tests/bot/knowledge/test_embed.py compares the vectors
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Whole().eval(),
            (ids, mask, torch.zeros_like(ids))[: len(names)],
            str(target),
            input_names=list(names),
            output_names=["embedding"],
            dynamic_axes=dynamic,
            opset_version=17,
            dynamo=False,
        )


def _quantised(graph: Path) -> Path:
    """The graph with the weights of its matrix products as 8-bit integers: `python -m eval.bench.quantised`.

    A product that narrows (the second of a feed-forward layer) takes activations with outliers, which would cost all their
    neighbours their precision: there every BLOCK of weights and of activations has a scale of its own. Elsewhere a column of
    weights has one, and all activations together, which is faster; of 8 bits those weights use 7, since processors without
    VNNI instructions overflow at more (onnxruntime's documentation on quantisation, "when to use reduce_range").
    """
    import onnx

    with _silent_logging():
        from onnxruntime.quantization import QuantType, quantize_dynamic
        from onnxruntime.quantization.matmul_nbits_quantizer import DefaultWeightOnlyQuantConfig, MatMulNBitsQuantizer

        made = onnx.load(str(graph)).graph
        shapes = {weight.name: tuple(weight.dims) for weight in made.initializer}
        products = [node for node in made.node if node.op_type == "MatMul" and node.input[1] in shapes]
        wide = [node.name for node in products if shapes[node.input[1]][0] <= shapes[node.input[1]][1]]
        first, small = graph.with_name("by-column.onnx"), graph.with_name("quantised.onnx")
        quantize_dynamic(
            graph, first, nodes_to_quantize=wide, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8
        )
        config = DefaultWeightOnlyQuantConfig(block_size=BLOCK, is_symmetric=True, accuracy_level=4, bits=8)
        quantizer = MatMulNBitsQuantizer(onnx.load(str(first)), algo_config=config)
        quantizer.process()
        quantizer.model.save_model_to_file(str(small), use_external_data_format=False)
    return small


@contextmanager
def _silent_logging() -> Iterator[None]:
    """The quantisers log at the root, and set logging up for the whole program unless somebody has: that is not theirs to do."""
    root, handler = logging.getLogger(), logging.NullHandler()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)


def _update(layers: torch.nn.Module, adapter: Adapter) -> None:
    """Add b @ a to the weight of every layer the adapter names."""
    import torch

    with torch.no_grad():
        for name, (a, b) in adapter.updates.items():
            change = torch.from_numpy(b.astype("float32") @ a.astype("float32"))
            layers.get_submodule(name).weight += change  # type: ignore[operator]
