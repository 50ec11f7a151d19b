"""From plain text to blocks and pieces that a template escapes: nothing here makes HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bot.web.ui.turns import Cited

_MARKER = re.compile(r"\[(\d{1,3})\]")
_ITEM = re.compile(r"[ \t]*(?:[-*+•]|\d{1,2}[.)])[ \t]+")
# three digits or more, grouped by spaces or hyphens, that are not part of a larger number or a measure
_PHONE = re.compile(r"(?<![\w.,/-])\+?\d(?:[ -]?\d){2,14}(?![\w%/-]|[.,]\d)")


@dataclass(frozen=True, slots=True)
class Piece:
    """Text that looks one way: `tel` makes it a telephone link, `mark` the quoted words.

    `cited` puts a numbered button after it, on the same line.
    """

    text: str
    cited: Cited | None = None
    tel: str | None = None
    mark: bool = False
    strong: bool = False


@dataclass(slots=True)
class Block:
    """A paragraph, or a list of items."""

    kind: Literal["p", "ul"]
    items: list[list[Piece]] = field(default_factory=list)


def line_blocks(
    text: str, start: int = 0, end: int | None = None
) -> Iterator[tuple[Literal["p", "ul"], list[list[tuple[int, int]]]]]:
    """Paragraphs and lists of text[start:end] as spans of their lines, list markers left out.

    Each block is its kind and its items; an item is the (start, end) of each of its lines in `text`.
    """
    end = len(text) if end is None else end
    kind: Literal["p", "ul"] | None = None
    items: list[list[tuple[int, int]]] = []
    position = start
    for line in text[start:end].splitlines(keepends=True):
        bare = line.strip()
        left = position + len(line) - len(line.lstrip())
        position += len(line)
        if not bare:
            if kind:
                yield kind, items
            kind, items = None, []
            continue
        marker = _ITEM.match(line)
        if marker:
            if kind == "p":
                yield kind, items
                items = []
            kind = "ul"
            items.append([(position - len(line) + marker.end(), left + len(bare))])
        elif kind:
            items[-1].append((left, left + len(bare)))
        else:
            kind, items = "p", [[(left, left + len(bare))]]
    if kind:
        yield kind, items


def reply_blocks(text: str, citations: Sequence[Cited], *, phones: bool = False) -> list[Block]:
    """A reply as blocks; [n] markers become citations, those of citations nobody marked follow the last word.

    `phones` turns telephone numbers into links: for replies that tell the reader to call.
    """
    known = {one.n: one for one in citations}
    marked = {int(n) for n in _MARKER.findall(text)}
    blocks = []
    for kind, items in line_blocks(text):
        pieces = [list(_pieces(" ".join(text[slice(*span)] for span in item), known, phones)) for item in items]
        blocks.append(Block(kind, pieces))
    loose = [one for one in citations if one.n not in marked]
    if loose and blocks:
        blocks[-1].items[-1] += [Piece("", cited=one) for one in loose]
    return blocks


def _pieces(text: str, known: dict[int, Cited], phones: bool) -> Iterator[Piece]:
    position = 0
    for match in _MARKER.finditer(text):
        cited = known.get(int(match[1]))
        if cited is None:
            continue  # brackets of the text's own
        before, space, last = text[position : match.start()].rstrip().rpartition(" ")
        if phones:  # the last word may be a number to call
            before, space, last = before + space + last, "", ""
        yield from _words(before + space, phones)
        yield Piece(last, cited=cited)
        position = match.end()
    yield from _words(text[position:], phones)


def _words(text: str, phones: bool) -> Iterator[Piece]:
    position = 0
    for match in _PHONE.finditer(text) if phones else ():
        if match.start() > position:
            yield Piece(text[position : match.start()])
        yield Piece(match[0], tel=re.sub(r"[^\d+]", "", match[0]))
        position = match.end()
    if text[position:]:
        yield Piece(text[position:])
