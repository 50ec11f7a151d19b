"""Step 6: does the evidence answer this question? If not, abstain.

A logistic regression over a few features that mean the same for every guide: how much likelier a sentence is to answer
than none (`reading.py`), whether the question asks for the kind of thing guides tell (`told.py`), how clearly one sentence
came out first, and how much of the question's wording it holds (`wording.py`). A language model adds nothing: asked whether
the evidence answers, a 1.5B one did hardly better than chance.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import yaml

from bot.knowledge.embed import Encoder, Vectors
from bot.llm.protocol import ChatModel
from bot.steps.evidence import Evidence
from bot.steps.told import Told
from bot.steps.wording import Wording
from bot.types import Passage, SentenceHit

EVIDENCE = 5  # sentences handed on
SAME = 0.95  # cosine from which two questions are one, spelling and case apart
_LOOKED_AT = 8  # sentences the features are taken from
_GUIDES = 3  # the guides of the best sentences, each judged by itself
_SEEN = 64  # guides whose wording is kept


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether to answer, and the evidence, best first (never empty when `answerable`); `nearest` for an abstention.

    `score` is the estimated probability that the guide answers, 0…1.
    """

    answerable: bool
    evidence: tuple[Evidence, ...]
    score: float

    @property
    def nearest(self) -> Evidence | None:
        """The nearest thing the guides say."""
        return self.evidence[0] if self.evidence else None


@dataclass(frozen=True, slots=True)
class Weights:
    """What `python -m eval.bench.gate --fit` wrote: a weight for each feature, the bias, and the threshold of the score."""

    features: Mapping[str, float]
    bias: float
    threshold: float


@cache
def shipped_weights() -> Weights:
    """The weights in `gate_weights.yaml`."""
    read = yaml.safe_load(files("bot.steps").joinpath("gate_weights.yaml").read_text(encoding="utf-8"))
    return Weights(read["features"], read["bias"], read["threshold"])


class Gate:
    """Decides from retrieved sentences, best first; `passages` gives a guide's passages by its id. Thread-safe."""

    def __init__(
        self,
        encoder: Encoder,
        told: Told,
        passages: Callable[[str], Sequence[Passage]],
        weights: Weights | None = None,
    ) -> None:
        self._encoder = encoder
        self._told = told
        self._passages = passages
        self._weights = weights or shipped_weights()
        self._wordings: dict[str, Wording] = {}

    def decide(
        self, query: str, sentences: Sequence[SentenceHit], llm: ChatModel | None = None, vectors: Vectors | None = None
    ) -> Decision:
        """Decide whether `sentences` answer `query`.

        `vectors` (n, 384) embed what the reader asks, in one way or several: the message, the standalone query.
        """
        evidence = _evidence(sentences)
        found = self.features(query, sentences, vectors)
        score = max((self._score(features) for features in found), default=0.0)
        # an editor who wrote this very question down has decided
        score = max([score, *(min(hit.asked, 1.0) for hit in sentences if hit.asked >= SAME)])
        return Decision(bool(evidence) and score >= self._weights.threshold, evidence, score)

    def features(
        self, query: str, sentences: Sequence[SentenceHit], vectors: Vectors | None = None
    ) -> list[dict[str, float]]:
        """The features of each guide the best sentences come from: one guide must answer alone."""
        if vectors is None:
            vectors = self._encoder.encode([query])
        kind = {"told": float(np.mean(self._told.score(vectors)))}
        guides = dict.fromkeys(hit.passage.guide_id for hit in sentences[:_GUIDES])
        return [
            {**kind, **self._nearness(query, guide, [hit for hit in sentences if hit.passage.guide_id == guide])}
            for guide in guides
        ]

    def _nearness(self, query: str, guide: str, hits: Sequence[SentenceHit]) -> dict[str, float]:
        hits = hits[:_LOOKED_AT]
        return {
            "fused": max(hit.score for hit in hits),
            "odds": max(hit.odds for hit in hits),
            "covered": self._wording(guide).covered(query, [hit.sentence for hit in hits[:5]]),
            # a guide without an editor's questions knows fewer of its readers' words
            "bare": float(not any(hit.sentence.asked for hit in hits)),
        }

    def _score(self, features: Mapping[str, float]) -> float:
        logit = self._weights.bias + sum(w * features[name] for name, w in self._weights.features.items())
        return 1 / (1 + math.exp(-logit))

    def _wording(self, guide: str) -> Wording:
        found = self._wordings.get(guide)
        if found is None:
            if len(self._wordings) >= _SEEN:
                self._wordings.clear()
            found = self._wordings[guide] = Wording(self._passages(guide))
        return found


def _evidence(sentences: Sequence[SentenceHit]) -> tuple[Evidence, ...]:
    """What the sentences are as evidence, each stretch once: those of one FAQ answer are the same."""
    found: dict[tuple[str, int, int], Evidence] = {}
    for item in map(Evidence.of, sentences):
        found.setdefault((item.passage.guide_id, item.start, item.end), item)
    return tuple(found.values())[:EVIDENCE]
