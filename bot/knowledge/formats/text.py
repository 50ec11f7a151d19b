"""Plain text: headings are guessed from how the lines stand."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.knowledge.blocks import trim
from bot.knowledge.decode import decode
from bot.knowledge.formats import Document
from bot.knowledge.frontmatter import parse, split
from bot.knowledge.outline import Heading, announces_faq, heading_words, is_question

TITLE_LEVEL, SECTION_LEVEL, QUESTION_LEVEL = 1, 2, 3
MAX_TITLE_CHARS = 150
# A heading is one line that a reader takes in at a glance.
MAX_HEADING_CHARS = 90
MAX_HEADING_WORDS = 14
MAX_QUESTION_WORDS = 30
# Editors and mail programs wrap at 65 to 80; a text with longer lines has one line a paragraph.
WRAP_WIDTH = 100
# In wrapped text a line this much shorter than the widest was ended on purpose.
SHORT_OF_WRAP = 0.7

_ATX = re.compile(r"(#{1,6})[ \t]+(?P<text>\S.*?)[ \t]*#*")
_UNDERLINE = re.compile(r"(={3,}|-{3,}|~{3,})")
_ITEM = re.compile(r"([-+*•·–]|\d{1,2}[.)])[ \t]")
_FINAL = re.compile(r"""[.!?…:;,。！？؟、，；：]["'”’»)\]]*$""")
_STOP = re.compile(r"""[.!?…。！？؟]["'”’»)\]]*$""")


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str
    after_blank: bool


def read(data: bytes) -> Document:
    """Read a plain text guide; front matter is welcome and not needed, the title is its first line."""
    text = decode(data)
    source, body = split(text)
    stated = parse(source) if source is not None else None
    lines = _lines(text, body)
    title = heading_words(lines[0].text) if lines and len(lines[0].text) <= MAX_TITLE_CHARS else None
    return Document(text, body, _headings(lines, title), stated, title)


def _lines(text: str, start: int) -> list[_Line]:
    lines: list[_Line] = []
    blank = True
    while start < len(text):
        newline = text.find("\n", start)
        stop = len(text) if newline < 0 else newline
        begin, end = trim(text, start, stop)
        if begin < end:
            lines.append(_Line(begin, end, text[begin:end], blank))
        blank = begin == end
        start = stop + 1
    return lines


def _headings(lines: list[_Line], title: str | None) -> tuple[Heading, ...]:
    marked = _marked(lines)
    guess = len(marked) < 2  # an author who marks headings marks them all
    widest = max((len(line.text) for line in lines), default=0)
    found: list[Heading] = []
    in_faq = False
    for i, line in enumerate(lines):
        heading = marked.get(i)
        if heading is None and i == 0 and title is not None:
            heading = Heading(line.start, line.end, TITLE_LEVEL, title)
        elif heading is None and in_faq and _asks(lines, i):
            heading = Heading(line.start, line.end, QUESTION_LEVEL, line.text)
        elif heading is None and guess and _looks_like_heading(lines, i, widest):
            heading = Heading(line.start, line.end, SECTION_LEVEL, line.text)
        if heading is None:
            continue
        found.append(heading)
        if not is_question(heading.text):
            in_faq = announces_faq(heading.text)
    return tuple(found)


def _marked(lines: list[_Line]) -> dict[int, Heading]:
    """Headings an author marked with `#` or underlined, by the index of their line."""
    found: dict[int, Heading] = {}
    for i, line in enumerate(lines):
        atx = _ATX.fullmatch(line.text)
        below = lines[i + 1] if i + 1 < len(lines) else None
        if atx:
            found[i] = Heading(line.start, line.end, len(atx[1]), heading_words(atx["text"]))
        elif (
            below and not below.after_blank and _UNDERLINE.fullmatch(below.text) and not _UNDERLINE.fullmatch(line.text)
        ):
            level = TITLE_LEVEL if below.text[0] == "=" else SECTION_LEVEL
            found[i] = Heading(line.start, below.end, level, heading_words(line.text))
    return found


def _asks(lines: list[_Line], i: int) -> bool:
    """A question under a FAQ heading: a line of its own with an answer under it."""
    line = lines[i]
    answered = i + 1 < len(lines) and not is_question(lines[i + 1].text)
    return answered and is_question(line.text) and len(line.text.split()) <= MAX_QUESTION_WORDS


def _looks_like_heading(lines: list[_Line], i: int, widest: int) -> bool:
    """A short line without final punctuation, standing apart from the text before and followed by text."""
    line = lines[i]
    if i + 1 >= len(lines) or len(line.text) > MAX_HEADING_CHARS or len(line.text.split()) > MAX_HEADING_WORDS:
        return False
    if _ITEM.match(line.text) or line.text[0].islower() or not any(c.isalpha() for c in line.text):
        return False
    asks = is_question(line.text) and line.after_blank
    if _FINAL.search(line.text) and not asks:
        return False
    return _stands_apart(lines, i, widest) and _has_text_below(lines, i, widest)


def _stands_apart(lines: list[_Line], i: int, widest: int) -> bool:
    line, below = lines[i], lines[i + 1]
    if widest > WRAP_WIDTH:
        return line.after_blank or i == 0 or bool(_STOP.search(lines[i - 1].text))
    ended_on_purpose = below.after_blank or len(line.text) <= widest * SHORT_OF_WRAP
    return line.after_blank and ended_on_purpose


def _has_text_below(lines: list[_Line], i: int, widest: int) -> bool:
    """Not the middle of an address or a column: under it stands a list, a full sentence or a full line."""
    line, below = lines[i], lines[i + 1]
    if announces_faq(line.text) and is_question(below.text):
        return True
    full = len(below.text) > widest * SHORT_OF_WRAP if widest <= WRAP_WIDTH else len(below.text) > MAX_HEADING_CHARS
    return full or bool(_ITEM.match(below.text)) or bool(_STOP.search(below.text) and not is_question(below.text))
