"""What makes all-MiniLM-L6-v2 read for one purpose: a low-rank update of its layers, and linear heads on its vectors.

Kept as one safetensors file, which holds numbers and never code. Trained by `eval/tune`; LoRA: Hu et al., ICLR 2022.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Halves = NDArray[np.float16]
_CLASSES = "classes:"  # before a head's name in the metadata


@dataclass(frozen=True, slots=True)
class Head:
    """A linear layer on unit vectors: `weight` (classes, 384), `bias` (classes,)."""

    classes: tuple[str, ...]
    weight: Floats
    bias: Floats

    def logits(self, vectors: Floats) -> Floats:
        """The logit of every class for rows of unit vectors (n, 384): (n, classes)."""
        # einsum and not @: a few rows are not worth waking the threads of a BLAS, which would spin beside the server
        return np.asarray(np.einsum("nd,cd->nc", vectors, self.weight) + self.bias, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Adapter:
    """`updates` are a (rank, in) and b (out, rank) by the path of a linear layer, whose weight they change by b @ a.

    `about` says what it was trained on.
    """

    updates: Mapping[str, tuple[Halves, Halves]]
    heads: Mapping[str, Head]
    about: Mapping[str, str]

    @property
    def id(self) -> str:
        """What tells one set of updates from another: 16 hex digits."""
        digest = hashlib.sha256()
        for name, pair in sorted(self.updates.items()):
            digest.update(name.encode())
            for part in pair:
                digest.update(part.tobytes())
        return digest.hexdigest()[:16]

    def to_bytes(self) -> bytes:
        """As kept on disk."""
        from safetensors.numpy import save

        tensors: dict[str, NDArray[Any]] = {}
        for name, pair in self.updates.items():
            tensors |= {f"{name}.{part}": np.ascontiguousarray(value) for part, value in zip("ab", pair, strict=True)}
        for name, head in self.heads.items():
            tensors |= {f"head.{name}.weight": head.weight, f"head.{name}.bias": head.bias}
        classes = {f"{_CLASSES}{name}": json.dumps(head.classes) for name, head in self.heads.items()}
        return bytes(save(tensors, {**self.about, **classes}))

    @classmethod
    def of(cls, kept: bytes) -> Adapter:
        """From what `to_bytes` gave."""
        from safetensors.numpy import load

        tensors = load(kept)
        header: dict[str, Any] = json.loads(kept[8 : 8 + int.from_bytes(kept[:8], "little")])
        about: dict[str, str] = header.get("__metadata__", {})
        names = [key.removeprefix(_CLASSES) for key in about if key.startswith(_CLASSES)]
        heads = {
            name: Head(
                tuple(json.loads(about[_CLASSES + name])), tensors[f"head.{name}.weight"], tensors[f"head.{name}.bias"]
            )
            for name in names
        }
        layers = [key.removesuffix(".a") for key in tensors if key.endswith(".a")]
        updates = {layer: (tensors[f"{layer}.a"], tensors[f"{layer}.b"]) for layer in layers}
        return cls(updates, heads, {key: value for key, value in about.items() if not key.startswith(_CLASSES)})


def shipped(package: str, name: str) -> Adapter:
    """The adapter `NAME.safetensors` that ships in a package."""
    return Adapter.of(files(package).joinpath(f"{name}.safetensors").read_bytes())
