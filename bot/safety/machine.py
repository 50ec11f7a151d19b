"""A kernel machine over dense features and hashed n-grams: ridge regression, each class against the rest of its head.

The kernel is a Gaussian on the dense part plus a dot product on the n-grams, so an example speaks both for what means
nearly the same and for what is said in the same words. Prediction needs numpy alone. In cross-validation on the alarm
examples it did better than logistic regression, a multilayer perceptron and a support vector machine (docs/safety.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bot.safety.ngrams import BUCKETS, buckets

Arrays = dict[str, NDArray[Any]]
Floats = NDArray[np.float32]
Places = NDArray[np.int64]
GAMMA: Final = 0.5  # narrowness of the Gaussian
WORDS: Final = 1.0  # what the n-grams of two equal messages add to it
RIDGE: Final = 0.1  # the first two by cross-validation on the examples, this one on messages of other hands
DIRECTIONS: Final = 96  # of the 384 of an embedding: cross-validation finds no loss, and a decision takes half the time
OFTEN: Final = 50  # an n-gram in more than one of so many rows is common
FITTED: Final = 2500  # about how many examples the directions are found from
_KEPT = ("basis", "support", "squares", "weights", "words", "rarity")


@dataclass(frozen=True, slots=True)
class Sample:
    """A message as numbers: `dense` (d,), and the views whose n-grams are counted."""

    dense: Floats
    views: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """What one head learns: the rows of the samples it is shown, their classes, and what each counts."""

    rows: Sequence[int]
    labels: Sequence[str]
    importance: Sequence[float]


@dataclass(frozen=True, slots=True)
class Machine:
    """`outputs` are head/class names; `support` (n, k), `squares` (n,), `weights` (n, outputs), `words` (buckets, outputs).

    `basis` (d, k) narrows the dense part, `rarity` (buckets,) weighs the n-grams.
    """

    outputs: tuple[str, ...]
    basis: Floats
    support: Floats
    squares: Floats
    weights: Floats
    words: Floats
    rarity: Floats

    def score(self, samples: Sequence[Sample]) -> list[dict[str, dict[str, float]]]:
        """For each sample the scores of every class by head, about -1 (surely not) to 1 (surely)."""
        if not samples:
            return []
        dense = np.stack([sample.dense for sample in samples]) @ self.basis
        # einsum and not @: a few rows are not worth waking the threads of a BLAS, which would spin beside the server
        products = np.einsum("ij,kj->ik", dense, self.support)
        near = _gauss(products, (dense**2).sum(axis=1), self.squares)
        scores = np.einsum("ik,kj->ij", near, self.weights)
        found: list[dict[str, dict[str, float]]] = []
        for row, sample in zip(scores, samples, strict=True):
            places, weights = _weighted(*buckets(sample.views), self.rarity)
            by_head: dict[str, dict[str, float]] = {}
            for output, score in zip(self.outputs, row + weights @ self.words[places], strict=True):
                head, name = output.split("/")
                by_head.setdefault(head, {})[name] = float(score)
            found.append(by_head)
        return found

    def arrays(self) -> Arrays:
        """As kept on disk."""
        return {"outputs": np.array(self.outputs)} | {name: getattr(self, name) for name in _KEPT}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Machine:
        """From what `arrays` gave."""
        return cls(tuple(map(str, arrays["outputs"])), *(arrays[name] for name in _KEPT))


def train(samples: Sequence[Sample], tasks: Mapping[str, Task], embeddings: Sequence[slice] = ()) -> Machine:
    """Fit every head over one set of samples; the matrix to solve for a head is square in its rows.

    `embeddings` are the stretches of the dense part of which only the main directions are kept.
    """
    from scipy.sparse import csr_matrix

    counted = [buckets(sample.views) for sample in samples]
    rarity = _rarity(counted)
    grams = [_weighted(places, weights, rarity) for places, weights in counted]
    starts = np.cumsum([0, *(len(places) for places, _ in grams)])
    places, weights = (np.concatenate([row[i] for row in grams]) for i in (0, 1))
    words = csr_matrix((weights.astype(np.float32), places, starts), shape=(len(samples), BUCKETS))
    dense = np.stack([sample.dense for sample in samples])
    basis = _basis(dense, embeddings)
    support = dense @ basis
    squares = (support**2).sum(axis=1)
    outputs, columns = [], []
    for head, task in tasks.items():
        names = sorted(set(task.labels))
        targets = np.array(
            [[1.0 if label == name else -1.0 for name in names] for label in task.labels], dtype=np.float32
        )
        shown, rows = support[task.rows], words[task.rows]
        kernel = _gauss(shown @ shown.T, squares[task.rows], squares[task.rows]) + _gram(rows)
        column = np.zeros((len(samples), len(names)), dtype=np.float32)
        column[task.rows] = _solve(kernel, targets, np.sqrt(np.array(task.importance, dtype=np.float32)))
        outputs += [f"{head}/{name}" for name in names]
        columns.append(column)
    dual = np.hstack(columns)
    weights, taught = dual.astype(np.float32), np.asarray(words.T @ dual, dtype=np.float32)
    return Machine(tuple(outputs), basis, support, squares, weights, taught, rarity)


def _gram(rows: Any) -> Floats:
    """Dot products of sparse rows, (n, n): what most rows share goes through a dense product, twice as fast."""
    often = np.bincount(rows.indices, minlength=rows.shape[1]) > rows.shape[0] / OFTEN
    columns = rows.tocsc()
    shared, rest = columns[:, often].toarray(), columns[:, ~often].tocsr()
    return np.asarray(shared @ shared.T + (rest @ rest.T).toarray(), dtype=np.float32)


def _solve(kernel: Floats, targets: Floats, roots: Floats) -> Floats:
    """The dual weights of ridge regression with weighed samples; `roots` of the weights, and `kernel` is used up.

    Single precision changes no score by 1e-5, and takes a third of the time.
    """
    from scipy.linalg import solve

    kernel *= roots[:, None]
    kernel *= roots
    kernel.flat[:: len(kernel) + 1] += RIDGE
    found = solve(kernel, targets * roots[:, None], assume_a="pos", overwrite_a=True, check_finite=False)
    return np.asarray(found * roots[:, None], dtype=np.float32)


def _basis(dense: Floats, embeddings: Sequence[slice]) -> Floats:
    """Principal directions of the embeddings, everything else as it is: (d, k)."""
    columns = [np.eye(dense.shape[1], dtype=np.float32)]
    for stretch in embeddings:
        columns[0][stretch, stretch] = 0.0
        _, _, directions = np.linalg.svd(dense[:: max(1, len(dense) // FITTED), stretch], full_matrices=False)
        column = np.zeros((dense.shape[1], min(DIRECTIONS, len(directions))), dtype=np.float32)
        column[stretch] = directions[:DIRECTIONS].T
        columns.append(column)
    columns[0] = columns[0][:, columns[0].any(axis=0)]
    return np.hstack(columns)


def _gauss(products: Floats, squares: Floats, others: Floats) -> Floats:
    distances = squares[:, None] + others[None] - 2.0 * products
    return np.asarray(np.exp(-GAMMA * np.maximum(distances, 0.0)), dtype=np.float32)


def _weighted(places: Places, weights: NDArray[np.float64], rarity: Floats) -> tuple[Places, NDArray[np.float64]]:
    """N-grams weighed by rarity, to a length of the square root of WORDS."""
    weights = weights * rarity[places]
    length = float(np.sqrt((weights**2).sum()))
    return places, weights * (np.sqrt(WORDS) / length if length else 0.0)


def _rarity(counted: Sequence[tuple[Places, NDArray[np.float64]]]) -> Floats:
    """Inverse document frequency, smoothed; 0 for what one sample alone has, which would only be learned by heart."""
    seen = np.zeros(BUCKETS)
    for places, _ in counted:
        seen[np.unique(places)] += 1
    rare = np.log((1 + len(counted)) / (1 + seen)) + 1
    return np.where(seen >= 2, rare, 0.0).astype(np.float32)
