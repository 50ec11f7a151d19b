"""Turn a sentence-transformers model into one ONNX file, once.

sentence-transformers loads the model, so pooling and normalisation are whatever the model itself declares; the
exported graph holds all of it. onnxruntime then serves the same vectors without importing torch (6 s saved at each
start). Measured: `python -m eval.bench.encoder`.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.knowledge.adapter import Adapter

if TYPE_CHECKING:
    import torch

INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def export_onnx(model: Path, target: Path, adapter: Adapter | None = None) -> None:
    """Write `target` (atomically) with inputs INPUTS, int64 (batch, tokens), and output float32 (batch, 384), unit length.

    With an adapter its updates are added to the weights, and only the first text of a pair is pooled.
    """
    import torch
    from sentence_transformers import SentenceTransformer

    encoder = SentenceTransformer(str(model), device="cpu")
    layers: Any = encoder[0].auto_model
    if adapter is not None:
        _update(layers, adapter)

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = encoder

        def forward(self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
            if adapter is not None:
                states = layers(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state
                own = (mask * (types == 0)).unsqueeze(-1)
                return torch.nn.functional.normalize((states * own).sum(1) / own.sum(1), dim=-1)
            features = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
            vector: torch.Tensor = self.encoder(features)["sentence_embedding"]
            return vector

    ids = torch.ones((2, 8), dtype=torch.int64)
    # two rows of unlike length, so that the trace keeps the attention mask
    mask = torch.tensor([[1] * 8, [1] * 4 + [0] * 4], dtype=torch.int64)
    dynamic = {name: {0: "batch", 1: "tokens"} for name in INPUTS} | {"embedding": {0: "batch"}}
    partial = target.with_suffix(f".{os.getpid()}.partial")
    with (
        warnings.catch_warnings()
    ):  # the tracer's notes on constants; tests/bot/knowledge/test_embed.py compares the vectors
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Whole().eval(),
            (ids, mask, torch.zeros_like(ids)),
            str(partial),
            input_names=list(INPUTS),
            output_names=["embedding"],
            dynamic_axes=dynamic,
            opset_version=17,
            dynamo=False,
        )
    partial.replace(target)


def _update(layers: torch.nn.Module, adapter: Adapter) -> None:
    """Add b @ a to the weight of every layer the adapter names."""
    import torch

    with torch.no_grad():
        for name, (a, b) in adapter.updates.items():
            change = torch.from_numpy(b.astype("float32") @ a.astype("float32"))
            layers.get_submodule(name).weight += change  # type: ignore[operator]
