"""Turn a sentence-transformers model into one ONNX file, once; if asked for, with its matrices in 8-bit integers.

sentence-transformers loads the model, so pooling and normalisation are whatever the model itself declares; the
exported graph holds all of it. onnxruntime then serves the same vectors without importing torch (6 s saved at each
start). Measured: `python -m eval.bench.encoder`.
"""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.knowledge import published
from bot.knowledge.adapter import Adapter

if TYPE_CHECKING:
    import torch

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
BLOCK = 128


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
    """The graph with the weights of its matrix products as 8-bit integers, a scale for every BLOCK of them.

    Activations are rounded block by block as they come, too (accuracy level 4). With one scale a column, and one for all
    activations, an outlier costs all its neighbours their precision: `python -m eval.bench.quantised`.
    """
    import onnx
    from onnxruntime.quantization.matmul_nbits_quantizer import DefaultWeightOnlyQuantConfig, MatMulNBitsQuantizer

    config = DefaultWeightOnlyQuantConfig(block_size=BLOCK, is_symmetric=True, accuracy_level=4, bits=8)
    quantizer = MatMulNBitsQuantizer(onnx.load(str(graph)), algo_config=config)
    quantizer.process()
    small = graph.with_name("quantised.onnx")
    quantizer.model.save_model_to_file(str(small), use_external_data_format=False)
    return small


def _update(layers: torch.nn.Module, adapter: Adapter) -> None:
    """Add b @ a to the weight of every layer the adapter names."""
    import torch

    with torch.no_grad():
        for name, (a, b) in adapter.updates.items():
            change = torch.from_numpy(b.astype("float32") @ a.astype("float32"))
            layers.get_submodule(name).weight += change  # type: ignore[operator]
