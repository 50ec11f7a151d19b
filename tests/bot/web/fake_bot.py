"""A bot with a script: real guide text, chosen events, and a record of what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import LLMBusy, LLMUnavailable
from bot.settings import Settings
from bot.types import (
    Answer,
    Citation,
    Done,
    Event,
    Finding,
    Guide,
    Hit,
    Passage,
    Question,
    Section,
    Shown,
    Status,
)

GUIDE_TEXT = """---
id: knee
title: Knee Pain Guide
---

# Knee Pain Guide

The **vastus medialis** is one of the four muscles of the quadriceps group. It helps to hold the kneecap in its groove.

## How It Develops

Inner knee pain usually develops gradually. Running, cycling and squatting can overload the knee.

- Poor hip control shifts stress to the inner knee.
- Stiff ankles do the same.

## Recovery Timeline

Mild cases often improve within four to six weeks. Long-standing pain may require several months of rehabilitation.

Rushing back raises the risk that it returns.

## Frequently Asked Questions

### Can it heal on its own?

Mild cases may improve, but pain that persists usually needs targeted rehabilitation.

### Does stretching alone fix the problem?

Stretching helps, but long-term relief requires strength and movement correction.

## When to See Somebody

If the pain persists despite self-management, see a professional. <b>Early help</b> leads to better outcomes.
"""


def make_guide(text: str = GUIDE_TEXT, **fields: object) -> Guide:
    """A guide whose sections are found by its headings."""
    sections: list[Section] = []
    path: list[str] = []
    lines = text.splitlines(keepends=True)
    offset, front = 0, 0
    spans: list[tuple[tuple[str, ...], int]] = []
    ends: list[int] = []
    for line in lines:
        front += line.strip() == "---"
        if line.startswith("#") and front >= 2:
            depth = len(line) - len(line.lstrip("#"))
            path = [*path[: depth - 1], line.strip("# \n")]
            if spans:
                ends.append(offset)
            spans.append((tuple(path), offset + len(line)))
        offset += len(line)
    ends.append(offset)
    for (heading, start), end in zip(spans, ends, strict=True):
        body = text[start:end]
        start, end = start + len(body) - len(body.lstrip()), start + len(body.rstrip())
        sections.append(Section(heading, min(start, end), end, is_faq=heading[-1].endswith("?")))
    values: dict[str, object] = {
        "id": "knee",
        "title": "Knee Pain Guide",
        "url": "https://clinic.example/knee",
        "language": "en",
        "licence": "CC-BY-4.0",
        "reviewed_by": None,
        "reviewed_on": None,
    }
    return Guide(text=text, sections=tuple(sections), **{**values, **fields})  # type: ignore[arg-type]


GUIDE = make_guide()


def cite(n: int, quote: str, guide: Guide = GUIDE) -> Citation:
    """A citation of a quote that stands in the guide."""
    start = guide.text.index(quote)
    section = next(one for one in guide.sections if one.start <= start < one.end)
    return Citation(n, guide.id, section.heading_path[-1], quote, start, start + len(quote), guide.url)


WEEKS = cite(1, "Mild cases often improve within four to six weeks.")
MONTHS = cite(2, "Long-standing pain may require several months of rehabilitation.")
STRETCHING = cite(1, "Stretching helps, but long-term relief requires strength and movement correction.")
ON_ITS_OWN = cite(1, "Mild cases may improve, but pain that persists usually needs targeted rehabilitation.")


def _passages() -> tuple[Hit, ...]:
    text = GUIDE.text[WEEKS.start : MONTHS.end]
    passage = Passage("p1", "knee", ("Knee Pain Guide", "Recovery Timeline"), text, WEEKS.start, MONTHS.end, 24)
    return (Hit(passage, 1, 0.71, 0.0325),)


def composed() -> Answer:
    """An answer of two sentences with two citations."""
    return Answer(
        "answer",
        "answer",
        "Mild cases often get better in four to six weeks. [1] Pain that has lasted long can need several months. [2]",
        citations=(WEEKS, MONTHS),
        passages=_passages(),
        timings_ms={"total": 1234.56, "first_sentence": 700.0},
        model="scripted",
        mode="composed",
    )


def verbatim(citation: Citation) -> Answer:
    """An author-written answer."""
    return Answer("answer", "answer", f"{citation.quote} [1]", citations=(citation,), model=None, mode="verbatim")


def emergency() -> Answer:
    """What an emergency gets."""
    text = "This needs help now. Call 999 or 112, or go to the nearest emergency department. Do not drive yourself."
    finding = Finding("cauda-equina", "emergency", "emergency_now", 0, 10, "numbness with loss of control")
    return Answer("escalate", "emergency", text, level="emergency_now", findings=(finding,))


def abstain() -> Answer:
    """What a question gets that the guide does not answer."""
    return Answer("abstain", "unsupported", "The guide does not say anything about that.", mode="template")


@dataclass
class FakeBot:
    """Answers from the question's words; `gate` holds the slow answers back until a test lets them go."""

    data_dir: Path
    overrides: dict[str, object] = field(default_factory=dict)
    guide_list: tuple[Guide, ...] = (GUIDE,)
    parts: dict[str, str] = field(default_factory=lambda: {"index": "ok", "embedder": "ok", "llm": "ok"})
    asked: list[Question] = field(default_factory=list)
    closed: threading.Event = field(default_factory=threading.Event)
    gate: threading.Event = field(default_factory=threading.Event)
    script: Callable[[Question], Iterator[Event]] | None = None

    def __post_init__(self) -> None:
        self.settings = Settings(data_dir=self.data_dir, **self.overrides)  # type: ignore[arg-type]
        self.gate.set()

    def stream(self, question: Question) -> Iterator[Event]:
        """Events by the question's words: busy, dies, slow, emergency, stretching, Paris, or the composed answer."""
        self.asked.append(question)
        try:
            yield from (self.script or self._script)(question)
        finally:
            self.closed.set()

    def _script(self, question: Question) -> Iterator[Event]:
        text = question.text.lower()
        yield Status("triage")
        if "emergency" in text:
            yield from self._whole(emergency())
            return
        yield Status("retrieve")
        if "stretching" in text:
            yield from self._whole(verbatim(STRETCHING))
        elif "own" in text:
            yield from self._whole(verbatim(ON_ITS_OWN))
        elif "paris" in text:
            yield from self._whole(abstain())
        elif "busy" in text:
            raise LLMBusy("8 people are waiting already", hint="try again in a moment")
        elif "echo" in text:
            yield from self._whole(Answer("chat", "chit_chat", question.text))
        else:
            yield from self._compose(text)

    def _compose(self, text: str) -> Iterator[Event]:
        answer = composed()
        first, second = answer.text.split(" [1] ")
        yield Status("busy", ahead=2)
        yield Status("compose")
        yield Shown(f"{first} [1]", (WEEKS,))
        while not self.gate.wait(0.02):  # as an engine does between tokens, so that a reader who left is noticed
            yield Status("compose")
        if "dies" in text:
            raise LLMUnavailable("The language model has stopped", hint="try again in a moment")
        yield Status("ground")
        yield Shown(second, (MONTHS,))
        yield Done(answer)

    @staticmethod
    def _whole(answer: Answer) -> Iterator[Event]:
        yield Shown(answer.text, answer.citations)
        yield Done(answer)

    def answer(self, question: Question) -> Answer:
        """The last event's answer."""
        return next(event.answer for event in self.stream(question) if isinstance(event, Done))

    def guides(self) -> tuple[Guide, ...]:
        """The guides given."""
        return self.guide_list

    def guide(self, guide_id: str) -> Guide | None:
        """One of them."""
        return next((guide for guide in self.guide_list if guide.id == guide_id), None)

    def count_passages(self, guide_id: str) -> int:
        """One a section."""
        guide = self.guide(guide_id)
        return len(guide.sections) if guide else 0

    def starters(self, limit: int = 4) -> list[str]:
        """The FAQ of the guides."""
        return [one.heading_path[-1] for guide in self.guide_list for one in guide.sections if one.is_faq][:limit]

    def follow_ups(self, answer: Answer, limit: int = 3) -> list[str]:
        """The FAQ, whatever the answer."""
        return self.starters(limit)

    def search(self, query: str, k: int = 5) -> list[Hit]:
        """One passage."""
        return list(_passages()[:k])

    def ready(self) -> dict[str, str]:
        """The parts given."""
        return dict(self.parts)
