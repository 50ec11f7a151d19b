"""Two logistic regressions on the question's own embedding: is anybody in danger, and what is being asked.

Trained from `policy/examples/*.yaml` at first load (a second or two), kept as plain arrays under a hash of the
examples and of the embedding itself, so neither new examples nor a new model ever meets old weights.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from bot.safety.policy import read_yaml

Embed = Callable[[list[str]], NDArray[np.float32]]
Vectors = NDArray[np.float32]
Shares = Mapping[str, float]
_REMEMBERED = 512  # decisions kept by digest, so that a conversation's earlier turns are not embedded again
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


def load_head(
    name: str, embed: Embed, cache_dir: Path | None, harmless: str = "", answerable: Sequence[str] = ()
) -> Head:
    """The head trained on `policy/examples/{name}.yaml`, from the cache if the same one was trained before.

    `answerable` are questions the guides answer, added to the class `harmless`: what readers rightly ask of these
    guides is what a refusal must not catch. Together they weigh as much as the class's own examples.
    """
    examples: Mapping[str, Sequence[str]] = read_yaml("policy", "examples", f"{name}.yaml")
    known = repr((name, _C, sorted((k, list(v)) for k, v in examples.items()), harmless, list(answerable)))
    digest = hashlib.sha256(known.encode())
    digest.update(np.round(embed(["knee"]), 3).tobytes())
    path = cache_dir / f"head-{name}-{digest.hexdigest()[:20]}.npz" if cache_dir else None
    if path and path.is_file():
        with np.load(path, allow_pickle=False) as stored:
            return Head(tuple(map(str, stored["classes"])), stored["weights"], stored["bias"])
    head = _train(examples, embed, harmless, answerable)
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part.npz")
        np.savez(part, classes=np.array(head.classes), weights=head.weights, bias=head.bias)
        part.replace(path)
    return head


def _train(examples: Mapping[str, Sequence[str]], embed: Embed, harmless: str, answerable: Sequence[str]) -> Head:
    from sklearn.linear_model import LogisticRegression

    texts = [text for group in examples.values() for text in group]
    labels = [label for label, group in examples.items() for _ in group]
    weights = [1.0] * len(texts)
    if answerable:
        weights += [max(1.0, len(examples[harmless])) / len(answerable)] * len(answerable)
    model = LogisticRegression(C=_C, max_iter=2000)
    model.fit(embed([*texts, *answerable]), labels + [harmless] * len(answerable), sample_weight=weights)
    return Head(tuple(map(str, model.classes_)), model.coef_, model.intercept_)


class Classifier:
    """Both heads over one embedding; remembers probabilities by the digest of a text, never the text. Thread-safe."""

    def __init__(self, embed: Embed, alarm: Head, router: Head) -> None:
        self._embed, self._alarm, self._router = embed, alarm, router
        self._known: OrderedDict[bytes, tuple[Shares, Shares]] = OrderedDict()
        self._lock = Lock()

    @classmethod
    def load(cls, embed: Embed, cache_dir: Path | None, answerable: Sequence[str] = ()) -> Classifier:
        """Train both heads, or read them from `cache_dir`; `answerable` are questions the guides answer."""
        alarm = load_head("alarm", embed, cache_dir, "none", answerable)
        return cls(embed, alarm, load_head("router", embed, cache_dir, "answer", answerable))

    def shares(self, texts: Sequence[str], first: Vectors | None = None) -> list[tuple[Shares, Shares]]:
        """Probabilities (alarm head, router) of each text; `first` is the embedding of `texts[0]` if known, (384,)."""
        keys = [hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest() for text in texts]
        with self._lock:
            found = {key: self._known[key] for key in keys if key in self._known}
        if first is not None and keys and keys[0] not in found:
            found[keys[0]] = self._both(np.asarray(first, dtype=np.float32).reshape(1, -1))[0]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        if missing:
            found |= dict(zip(missing, self._both(self._embed(list(missing.values()))), strict=True))
        with self._lock:
            self._known.update(found)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return [found[key] for key in keys]

    def _both(self, vectors: Vectors) -> list[tuple[Shares, Shares]]:
        return list(zip(self._alarm.predict(vectors), self._router.predict(vectors), strict=True))
