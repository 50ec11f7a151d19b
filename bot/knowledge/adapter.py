"""What makes a published encoder read for one purpose: a low-rank update of its layers, and linear heads on its vectors.

Kept as one safetensors file, which holds numbers and never code. Trained by `eval/tune`; LoRA: Hu et al., ICLR 2022.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Halves = NDArray[np.float16]
_CLASSES = "classes:"  # before a head's name in the metadata
_WITHOUT = "without"


@dataclass(frozen=True, slots=True)
class Head:
    """A linear layer on unit vectors: `weight` (classes, dimensions), `bias` (classes,)."""

    classes: tuple[str, ...]
    weight: Floats
    bias: Floats

    def logits(self, vectors: Floats) -> Floats:
        """The logit of every class for rows of unit vectors (n, dimensions): (n, classes)."""
        # einsum and not @: a few rows are not worth waking the threads of a BLAS, which would spin beside the server
        return np.asarray(np.einsum("nd,cd->nc", vectors, self.weight) + self.bias, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Adapter:
    """`updates` are a (rank, in) and b (out, rank) by the path of a linear layer, whose weight they change by b @ a.

    `without` are the layers of the model that are left out, by their numbers in it; the paths count those that are left.
    `about` says what it was trained on.
    """

    updates: Mapping[str, tuple[Halves, Halves]]
    heads: Mapping[str, Head]
    about: Mapping[str, str]
    without: tuple[int, ...] = ()

    @property
    def id(self) -> str:
        """What tells one set of updates from another: 16 hex digits."""
        digest = hashlib.sha256(repr(self.without).encode() if self.without else b"")
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
        without = {_WITHOUT: json.dumps(self.without)} if self.without else {}
        return bytes(save(tensors, {**self.about, **without, **classes}))

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
        without = tuple(json.loads(about.pop(_WITHOUT, "[]")))
        about = {key: value for key, value in about.items() if not key.startswith(_CLASSES)}
        return cls(updates, heads, about, without)


def leave_out(model: Any, without: Collection[int], already: Collection[int] = ()) -> None:
    """Take these layers out of a transformers model, numbered as in the published one; `already` are out.

    An encoder that is taught on hardly misses some of its upper layers (Sajjad et al., On the effect of dropping layers of
    pre-trained transformer models, Computer Speech & Language 77, 2023).
    """
    for number in sorted(set(without) - set(already), reverse=True):
        del model.encoder.layer[number - sum(other < number for other in already)]


def shipped(package: str, name: str) -> Adapter:
    """The adapter `NAME.safetensors` that ships in a package."""
    return Adapter.of(files(package).joinpath(f"{name}.safetensors").read_bytes())
