"""Order candidate sentences by a linear model over signs that mean the same for every guide.

The signs are those of the rankings one would fuse: nearness in meaning, to the sentence and to the questions its
editor says it answers, words in common (BM25), and where it stands to what was said before. A follow-up weighs them
differently, so each has a second weight there. The weights are learned listwise, by the likelihood of the sentence that
answers under a softmax (ListNet, Cao et al., ICML 2007), on the development split: `python -m eval.bench.rank --fit`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import yaml
from numpy.typing import NDArray

Floats = NDArray[np.float64]
RANK_K = 5  # softens the reciprocal of a rank, as in reciprocal rank fusion

PLAIN = ("meaning", "own_meaning", "asked", "own_asked", "words", "own_words", "asked_rank", "words_rank", "odds")
FOLLOWING = ("beside", "said", "last_meaning")  # 0 for a message that stands alone
DOUBLED = ("meaning", "own_meaning", "asked", "own_asked", "words", "own_words", "odds")  # weighed anew in a follow-up
UNASKED = (
    "meaning",
    "own_meaning",
    "words",
    "own_words",
    "odds",
)  # and in a guide whose editor wrote no questions down
FEATURES = (*PLAIN, *FOLLOWING, *(f"leaning_{name}" for name in DOUBLED), *(f"unasked_{name}" for name in UNASKED))


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of n candidates, each (n,): cosines -1…1 (0 where no question is near), BM25 scores, standings 0…1, log-odds.

    The `own_` ones are of the message alone, the others of the standalone query.
    """

    meaning: Floats
    own_meaning: Floats
    asked: Floats
    own_asked: Floats
    words: Floats
    own_words: Floats
    beside: Floats
    said: Floats
    last_meaning: Floats
    odds: Floats

    def matrix(self, *, leans: bool) -> Floats:
        """The features of each candidate, (n, len(FEATURES))."""
        values = {name: getattr(self, name) for name in (*PLAIN[:6], *FOLLOWING, "odds")}
        for name in ("words", "own_words"):
            values[name] = values[name] / max(float(values[name].max(initial=0.0)), 1e-6)
        values["asked_rank"] = reciprocal(self.asked)
        values["words_rank"] = reciprocal(self.words)
        values |= {f"leaning_{name}": values[name] * float(leans) for name in DOUBLED}
        values |= {f"unasked_{name}": values[name] * float(not self.asked.any()) for name in UNASKED}
        return np.stack([values[name] for name in FEATURES], axis=1)


def probabilities(matrix: Floats, weights: Mapping[str, float] | None = None) -> Floats:
    """How likely each candidate is the one that answers, if one does: (n,), summing to 1."""
    if not len(matrix):
        return np.zeros(0)
    given = shipped_weights() if weights is None else weights
    scores = matrix @ np.array([given[name] for name in FEATURES])
    likely = np.exp(scores - scores.max())
    return np.asarray(likely / likely.sum())


@cache
def shipped_weights() -> Mapping[str, float]:
    """The weights in `rank_weights.yaml`, by feature."""
    read: dict[str, float] = yaml.safe_load(
        files("bot.knowledge").joinpath("rank_weights.yaml").read_text(encoding="utf-8")
    )
    return read


def reciprocal(scores: Floats) -> Floats:
    """1 / (RANK_K + rank) by falling score, 0 where there is none."""
    ranks = np.empty(len(scores))
    ranks[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return np.where(scores > 0, 1 / (RANK_K + ranks), 0.0)
