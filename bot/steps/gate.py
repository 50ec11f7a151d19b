"""Step 6: does the evidence answer this question? If not, abstain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.llm.protocol import ChatModel
from bot.steps.evidence import Evidence
from bot.types import SentenceHit

THRESHOLD = 0.40
EVIDENCE = 5  # sentences handed on


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether to answer, and the evidence, best first (never empty when `answerable`); `nearest` for an abstention."""

    answerable: bool
    evidence: tuple[Evidence, ...]
    score: float

    @property
    def nearest(self) -> Evidence | None:
        """The nearest thing the guides say."""
        return self.evidence[0] if self.evidence else None


class Gate:
    """Decides from retrieved sentences, best first, with a model's opinion where there is one."""

    def decide(self, query: str, sentences: Sequence[SentenceHit], llm: ChatModel | None) -> Decision:
        """Decide whether `sentences` answer `query`. Raises LLMError."""
        evidence = tuple(dict.fromkeys(Evidence.of(hit) for hit in sentences))[:EVIDENCE]
        score = max((max(hit.cosine, hit.asked) for hit in sentences[:EVIDENCE]), default=-1.0)
        return Decision(bool(evidence) and score >= THRESHOLD, evidence, score)
