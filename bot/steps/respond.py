"""Step 10: gather what is shown into one Answer, and time the steps."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from bot.errors import LLMError
from bot.llm.protocol import ChatModel
from bot.steps.evidence import Citer, Evidence, marked
from bot.types import Answer, Category, Citation, Done, Event, Finding, Guide, Hit, Kind, Mode, Question, Shown, Verdict

log = logging.getLogger(__name__)

Rail = Callable[[str, Sequence[str], Question], tuple[str, tuple[Finding, ...]]]


@dataclass(slots=True)
class Clock:
    """Milliseconds since the question came, and how long each step took."""

    began: float = field(default_factory=time.perf_counter)
    steps: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Add the time spent inside to step `name`."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.steps[name] = self.steps.get(name, 0.0) + (time.perf_counter() - began) * 1000

    def first_sentence(self) -> None:
        """Note when the reader first sees something."""
        self.steps.setdefault("first_sentence", self._now())

    def read(self) -> dict[str, float]:
        """Every step and the total."""
        self.first_sentence()
        return {"total": self._now(), **self.steps}

    def _now(self) -> float:
        return (time.perf_counter() - self.began) * 1000


class Response:
    """What has been shown so far, and why."""

    def __init__(
        self,
        question: Question,
        verdict: Verdict,
        guide: Callable[[str], Guide | None],
        rail: Rail,
        clock: Clock,
        closing: str = "",
    ) -> None:
        self.question = question
        self.clock = clock
        self.citer = Citer(guide)
        self.passages: tuple[Hit, ...] = ()
        self.shown = False  # whether anything from the guide was shown
        self._rail = rail
        self._closing = closing  # our own words at the end, whatever was shown before
        self._level = verdict.level
        self._findings = list(verdict.findings)
        self._lines: list[str] = []

    def say(self, text: str, citations: Sequence[Citation] = ()) -> Iterator[Shown]:
        """Show words of our own."""
        if text:
            self._lines.append(text)
            self.clock.first_sentence()
            yield Shown(text, tuple(citations))

    def show(self, text: str, evidence: Sequence[Evidence]) -> Iterator[Shown]:
        """Show a sentence that rests on `evidence`, unless the output rail stops it."""
        kept, findings = self._rail(text, [item.text for item in evidence], self.question)
        self._findings += findings
        if kept:
            self.shown = True
            citations = [self.citer.cite(item) for item in evidence]
            yield from self.say(marked(kept, citations), citations)

    def cites(self, evidence: Evidence) -> bool:
        """Whether a sentence shown rests on `evidence`."""
        return any((c.guide_id, c.start) == (evidence.passage.guide_id, evidence.start) for c in self.citer.citations)

    def dropped(self, reason: str) -> None:
        """Note a composed sentence that was not shown."""
        self._findings.append(Finding("ground", "unsupported", None, 0, 0, reason))

    def model_failed(self, error: LLMError) -> None:
        """Note that the model could not be used; the answer goes on without it."""
        log.warning("the language model failed: %s", type(error).__name__)
        self._findings.append(Finding("llm", "answer", None, 0, 0, error.message))

    def end(self, kind: Kind, category: Category, mode: Mode, llm: ChatModel | None = None) -> Iterator[Event]:
        """Show the closing words, then give the whole answer."""
        yield from self.say(self._closing)
        yield Done(
            Answer(
                kind=kind,
                category=category,
                level=self._level,
                text=" ".join(self._lines),
                citations=self.citer.citations,
                findings=tuple(self._findings),
                passages=self.passages,
                timings_ms=self.clock.read(),
                model=llm.name if llm else None,
                mode=mode,
            )
        )
