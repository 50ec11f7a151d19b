"""Draft cases for a new guide: its FAQ pairs, a question a section, and near misses, for the editor to correct."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from bot.knowledge.markup import plain
from bot.knowledge.sentences import split_sentences
from bot.types import Guide, Section
from eval.cases import Case, Expect

DRAFT = "draft"  # the tag an editor takes off once a case is right
ANSWER, ABSTAIN = Expect("answer", ("answer",)), Expect("abstain", ("unsupported",))


@dataclass(slots=True)
class _Numbers:
    """Ids: the guide's, the kind of case, and a number."""

    guide: str
    last: int = 0

    def next(self, kind: str) -> str:
        self.last += 1
        return f"{self.guide}-{kind}-{self.last:03}"


def draft(guide: Guide) -> list[Case]:
    """The cases, in the guide's order and the near misses last; every gold sentence is the guide's own characters."""
    numbers = _Numbers(guide.id)
    topic = guide.title.split(":")[0].strip()
    cases = [case for section in guide.sections for case in _section(guide, section, topic, numbers)]
    return [*cases, *_near_misses(guide, topic, numbers)]


def _section(guide: Guide, section: Section, topic: str, numbers: _Numbers) -> Iterator[Case]:
    body = guide.text[section.start : section.end]
    sentences = [body[start:end].strip() for start, end in split_sentences(body, guide.language)]
    sentences = [sentence for sentence in sentences if plain(sentence).endswith((".", "!", "。"))]
    heading = plain(section.heading_path[-1]) if section.heading_path else ""
    if not sentences or not heading:
        return
    if section.is_faq:
        yield Case(
            numbers.next("faq"), heading, ANSWER, gold=tuple(sentences), gold_mode="all", section=heading,
            tags=("verbatim_faq", DRAFT),
        )  # fmt: skip
        return
    for asked in _templates()["section"]:
        text = asked.format(heading=heading, topic=topic)
        yield Case(numbers.next("section"), text, ANSWER, gold=tuple(sentences), section=heading, tags=(DRAFT,))


def _near_misses(guide: Guide, topic: str, numbers: _Numbers) -> Iterator[Case]:
    said = guide.text.casefold()
    for entry in _templates()["near_miss"]:
        if not any(word.casefold() in said for word in entry["unless"]):
            yield Case(numbers.next("miss"), entry["ask"].format(topic=topic.lower()), ABSTAIN, tags=(DRAFT,))


@cache
def _templates() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(files("eval").joinpath("drafts.yaml").read_text(encoding="utf-8"))
    return read
