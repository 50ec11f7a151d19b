"""Two logistic regressions on the question's own embedding: is anybody in danger, and what is being asked.

Trained from `policy/examples/*.yaml` at first load (a second or two), kept as plain arrays under a hash of the
examples and of the embedding itself, so neither new examples nor a new model ever meets old weights.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from bot.safety.policy import read_yaml

Embed = Callable[[list[str]], NDArray[np.float32]]
Vectors = NDArray[np.float32]
Arrays = dict[str, NDArray[Any]]
_C = 30.0  # inverse regularisation, chosen by cross-validation on the examples


@dataclass(frozen=True, slots=True)
class Head:
    """A softmax classifier: `weights` is (classes, 384), `bias` (classes,)."""

    classes: tuple[str, ...]
    weights: NDArray[np.float64]
    bias: NDArray[np.float64]

    def predict(self, vectors: Vectors) -> list[dict[str, float]]:
        """The probability of every class for each row of an (n, 384) array of unit vectors."""
        scores = vectors.astype(np.float64) @ self.weights.T + self.bias
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares = scores / scores.sum(axis=1, keepdims=True)
        return [dict(zip(self.classes, map(float, row), strict=True)) for row in shares]


def load_head(name: str, embed: Embed, cache_dir: Path | None) -> Head:
    """The head trained on `policy/examples/{name}.yaml`, from the cache if the same one was trained before."""
    examples: Mapping[str, Sequence[str]] = read_yaml("policy", "examples", f"{name}.yaml")
    digest = hashlib.sha256(repr((name, _C, sorted((k, list(v)) for k, v in examples.items()))).encode())
    digest.update(np.round(embed(["knee"]), 3).tobytes())
    stored = kept(cache_dir, f"head-{name}-{digest.hexdigest()[:20]}", lambda: _train(examples, embed))
    return Head(tuple(map(str, stored["classes"])), stored["weights"], stored["bias"])


def kept(cache_dir: Path | None, name: str, train: Callable[[], Arrays]) -> Arrays:
    """The arrays kept as `cache_dir/NAME.npz`, or what `train` returns, kept there from then on."""
    path = cache_dir / f"{name}.npz" if cache_dir else None
    if path and path.is_file():
        with np.load(path, allow_pickle=False) as stored:
            return {key: stored[key] for key in stored.files}
    arrays = train()
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.part.npz")  # two servers may start at once
        with part.open("wb") as file:
            np.savez(file, **cast("dict[str, Any]", arrays))
        part.replace(path)
    return arrays


def _train(examples: Mapping[str, Sequence[str]], embed: Embed) -> Arrays:
    from sklearn.linear_model import LogisticRegression

    texts = [text for group in examples.values() for text in group]
    labels = [label for label, group in examples.items() for _ in group]
    model = LogisticRegression(C=_C, max_iter=2000)
    model.fit(embed(texts), labels)
    return {"classes": np.array(model.classes_, dtype=str), "weights": model.coef_, "bias": model.intercept_}
