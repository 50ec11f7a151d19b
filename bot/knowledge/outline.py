"""From headings to the sections of a guide."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bot.knowledge.blocks import blocks, trim
from bot.knowledge.markup import plain
from bot.types import Section

QUESTION_MARKS = ("?", "？", "؟", "\u037e")  # the last is the Greek one
# A longer text under a question is an article's section, not an answer one would give back word for word.
FAQ_MAX_WORDS = 120
FAQ_MAX_CHARS = 1000  # the same limit for scripts that do not put spaces between words


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading at `start:end` (its whole lines, marks included), `level` 1 to 6, `text` as a reader sees it."""

    start: int
    end: int
    level: int
    text: str


def markdown_headings(text: str, start: int = 0) -> tuple[Heading, ...]:
    """The headings of the Markdown in `text[start:]`; those inside quotes and lists are not sections."""
    return tuple(
        Heading(block.start, block.end, block.level, heading_words(text[slice(*block.leaves[0])]))
        for block in blocks(text, start)
        if block.kind == "heading"
    )


def heading_words(text: str) -> str:
    """A heading's text as a reader sees it; its number stays, which in a paragraph would mark a list item."""
    return plain("# " + " ".join(text.split()))


def is_question(heading: str) -> bool:
    """Whether a heading asks something."""
    return heading.endswith(QUESTION_MARKS)


def announces_faq(heading: str) -> bool:
    """Whether a heading says that questions with answers follow."""
    return bool(_faq_pattern().search(heading.casefold()))


def sections(text: str, start: int, headings: Sequence[Heading], title: str) -> tuple[Section, ...]:
    """The sections of `text[start:]`: the text before the first heading, then one a heading, in order.

    The guide's title as first heading opens no level of its own: its text, and any before it, is headed
    `(title,)`. A section ends where the next heading starts; its span is trimmed and may be empty.
    """
    paths = _paths(headings, title)
    parents = _parents(headings)
    questions = Counter(parents[i] for i, heading in enumerate(headings) if is_question(heading.text))
    found: list[Section] = []
    first = headings[0].start if headings else len(text)
    opening = trim(text, start, first)
    if opening[0] < opening[1]:
        found.append(Section((title,), *opening))
    for i, heading in enumerate(headings):
        following = headings[i + 1].start if i + 1 < len(headings) else len(text)
        span = trim(text, heading.end, following)
        faq = _is_faq(text[slice(*span)], i, headings, paths[i], questions[parents[i]])
        found.append(Section(paths[i], *span, is_faq=faq))
    return tuple(found)


def _paths(headings: Sequence[Heading], title: str) -> list[tuple[str, ...]]:
    paths: list[tuple[str, ...]] = []
    stack: list[Heading] = []
    for i, heading in enumerate(headings):
        while stack and stack[-1].level >= heading.level:
            stack.pop()
        if i == 0 and _is_document_heading(headings, title):
            paths.append((title,))
            continue
        stack.append(heading)
        paths.append(tuple(h.text for h in stack if h.text) or (title,))
    return paths


def _is_document_heading(headings: Sequence[Heading], title: str) -> bool:
    if headings[0].text.casefold() == title.casefold():
        return True
    return headings[0].level == 1 and len(headings) > 1 and all(h.level > 1 for h in headings[1:])


def _is_faq(body: str, i: int, headings: Sequence[Heading], path: tuple[str, ...], questions: int) -> bool:
    """A question with a short answer, under a FAQ heading or one of several `questions` side by side."""
    heading = headings[i]
    if not is_question(heading.text) or not body:
        return False
    if i + 1 < len(headings) and headings[i + 1].level > heading.level:
        return False
    if len(body.split()) > FAQ_MAX_WORDS or len(body) > FAQ_MAX_CHARS:
        return False
    return questions > 1 or any(announces_faq(ancestor) for ancestor in path[:-1])


def _parents(headings: Sequence[Heading]) -> list[tuple[int, int]]:
    """What siblings share: the index of the heading above (-1 for none) and the level."""
    parents: list[tuple[int, int]] = []
    stack: list[int] = []
    for i, heading in enumerate(headings):
        while stack and headings[stack[-1]].level >= heading.level:
            stack.pop()
        parents.append((stack[-1] if stack else -1, heading.level))
        stack.append(i)
    return parents


@cache
def _faq_pattern() -> re.Pattern[str]:
    import yaml

    phrases = yaml.safe_load(files("bot.knowledge").joinpath("faq_headings.yaml").read_text(encoding="utf-8"))
    return re.compile("|".join(rf"(?<!\w){re.escape(phrase)}(?!\w)" for phrase in phrases))
