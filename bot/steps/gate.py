"""Step 6: does the evidence answer this question? If not, abstain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.steps.evidence import Evidence
from bot.types import SentenceHit

THRESHOLD = 0.40  # cosine of question and best sentence; chosen on the development split: python -m eval.bench.gate
EVIDENCE = 5  # sentences handed on


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether to answer, and the evidence, best first; `evidence` is never empty when `answerable`."""

    answerable: bool
    evidence: tuple[Evidence, ...]
    score: float


def decide(sentences: Sequence[SentenceHit]) -> Decision:
    """Decide from retrieved sentences, best first."""
    evidence = tuple(Evidence.of(hit) for hit in sentences[:EVIDENCE])
    score = max((item.cosine for item in evidence), default=-1.0)
    return Decision(bool(evidence) and score >= THRESHOLD, evidence, score)
