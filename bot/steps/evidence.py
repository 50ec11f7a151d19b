"""Evidence: the few guide sentences an answer may rest on, and the citations that point at them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.knowledge.markup import plain
from bot.types import Citation, Guide, Passage, SentenceHit


@dataclass(frozen=True, slots=True)
class Evidence:
    """One citable stretch of a guide: usually a sentence, for a FAQ the whole answer."""

    passage: Passage
    start: int
    end: int
    quote: str  # the guide's characters at start:end
    cosine: float = field(default=0.0, compare=False)
    score: float = field(default=0.0, compare=False)  # the retriever's, higher is better

    @property
    def text(self) -> str:
        """The quote as a reader sees it."""
        return plain(self.quote)

    @classmethod
    def of(cls, hit: SentenceHit) -> Evidence:
        """The evidence a retrieved sentence is: itself, or the whole answer it belongs to, as its author meant it."""
        sentence, passage = hit.sentence, hit.passage
        start, end = sentence.start, sentence.end
        if passage.faq_question:
            start, end = passage.sentences[0].start, passage.sentences[-1].end
        return cls(
            passage, start, end, passage.text[start - passage.start : end - passage.start], hit.cosine, hit.score
        )


@dataclass(slots=True)
class Citer:
    """Numbers citations from 1 in the order they are first shown; the same stretch keeps its number."""

    guide: Callable[[str], Guide | None]
    _known: dict[tuple[str, int, int], Citation] = field(default_factory=dict)

    def cite(self, evidence: Evidence) -> Citation:
        """The citation for `evidence`."""
        key = (evidence.passage.guide_id, evidence.start, evidence.end)
        if key not in self._known:
            guide = self.guide(evidence.passage.guide_id)
            self._known[key] = Citation(
                n=len(self._known) + 1,
                guide_id=evidence.passage.guide_id,
                section=evidence.passage.section,
                quote=evidence.quote,
                start=evidence.start,
                end=evidence.end,
                url=guide.url if guide else None,
            )
        return self._known[key]

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Every citation made so far, by number."""
        return tuple(self._known.values())


def marked(text: str, citations: Sequence[Citation]) -> str:
    """`text` with its citation markers behind it: "It may take weeks. [1]"."""
    return text + "".join(f" [{citation.n}]" for citation in citations)
