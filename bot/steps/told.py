"""Whether a question asks for the kind of thing a health guide tells, learned from examples.

A support vector classifier on the question's own embedding. Its kernel is local, so that an example speaks for questions
like it and no others; a linear one did worse (`python -m eval.bench.gate`). Trained from `gate_examples*.yaml` at
first use, then kept under a hash of the examples and of the embedding itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from bot.kept import Arrays, Embed, kept
from bot.knowledge.embed import Vectors
from bot.knowledge.questions import marked_as_question

_C = 3.0  # penalty, and
_GAMMA = 2.0  # narrowness of the kernel exp(-gamma |u - v|²): both chosen on the development split
_PER_TEMPLATE = 2  # examples made from each template


@dataclass(frozen=True, slots=True)
class Examples:
    """Questions and whether a guide tells such things; `told` is (len(questions),) of bool."""

    questions: tuple[str, ...]
    told: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Told:
    """The trained classifier: example vectors (n, 384), their classes and weights (n,), the bias, the kernel's narrowness."""

    vectors: Vectors
    told: NDArray[np.bool_]
    weights: NDArray[np.float64]
    bias: float
    gamma: float = _GAMMA

    def score(self, vectors: Vectors) -> NDArray[np.float64]:
        """How sure it is that each row of (n, 384) unit vectors asks for what guides tell: about -2 to 2, 0 undecided."""
        similar = np.exp(-2 * self.gamma * (1 - (vectors @ self.vectors.T).astype(np.float64)))
        return np.asarray(similar @ self.weights + self.bias)

    @classmethod
    def train(cls, vectors: Vectors, told: NDArray[np.bool_], gamma: float = _GAMMA) -> Told:
        """Train on example vectors (n, 384) and whether each is of the class."""
        from sklearn.svm import SVC

        model = SVC(C=_C, gamma=gamma, class_weight="balanced").fit(vectors, told)
        weights = np.zeros(len(vectors))
        weights[model.support_] = model.dual_coef_[0]
        return cls(vectors, told, weights, float(model.intercept_[0]), gamma)

    @classmethod
    def load(cls, embed: Embed, cache_dir: Path | None, answered: Sequence[str] = ()) -> Told:
        """The classifier trained on every example, from the cache if the same one was trained before.

        `answered` are questions that editors wrote for their guides.
        """
        examples = [general_examples(), guide_examples(), _labelled(answered, ())]
        questions = [question for group in examples for question in group.questions]
        labels = np.concatenate([group.told for group in examples])
        digest = hashlib.sha256(repr((_C, _GAMMA, questions, labels.tolist())).encode())
        digest.update(np.round(embed(["knee"]), 3).tobytes())

        def train() -> Arrays:
            trained = cls.train(embed(questions), labels)
            return {"vectors": trained.vectors, "weights": trained.weights, "bias": np.array(trained.bias)}

        stored = kept(cache_dir, f"gate-{digest.hexdigest()[:20]}", train)
        return cls(stored["vectors"], labels, stored["weights"], float(stored["bias"]))


@cache
def _read(name: str) -> Mapping[str, Any]:
    text = files("bot.steps").joinpath(name).read_text(encoding="utf-8")
    read: Mapping[str, Any] = yaml.safe_load(text)
    return read


def general_examples() -> Examples:
    """The examples about any guide, their templates filled in."""
    read = _read("gate_examples.yaml")
    return _labelled(
        *(
            [question for n, template in enumerate(read[kind]) for question in filled(template, n, read["topics"])]
            for kind in ("told", "untold")
        )
    )


def guide_examples() -> Examples:
    """The examples about the guide on vastus medialis knee pain."""
    read = _read("gate_examples_guide.yaml")
    return _labelled(read["answered"], read["unanswered"])


def filled(template: str, number: int, topics: Mapping[str, Sequence[str]]) -> list[str]:
    """Template `number` with its slots filled, in up to two ways, from different places of the lists each time."""
    made = []
    for turn in range(_PER_TEMPLATE):
        text = template
        for shift, (slot, words) in enumerate(topics.items()):
            # strides without a common divisor with the lists' lengths would do as well; these walk all lists
            text = text.replace(f"{{{slot}}}", words[(number * (7 + shift) + turn * (5 + 2 * shift)) % len(words)])
        made.append(text)
    return list(dict.fromkeys(made))


def _labelled(told: Sequence[str], untold: Sequence[str]) -> Examples:
    questions = tuple(map(marked_as_question, (*told, *untold)))
    return Examples(questions, np.array([True] * len(told) + [False] * len(untold), dtype=bool))
