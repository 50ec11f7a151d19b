"""A guide as sections of pieces, the quoted span marked wherever markup interrupts it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from bot.types import Guide
from bot.web.ui.text import Block, Piece, line_blocks

# Markdown that is not for reading: emphasis signs, images, and of links all but their words
_BOLD = re.compile(r"\*\*|__(?=\w)|(?<=\w)__")
_HIDDEN = re.compile(
    r"!\[[^\]]*\]\([^)]*\)|\[(?=[^\]]+\]\()|(?<=[^\s\]])\]\([^)\s]*(?:\s\"[^\"]*\")?\)|`|\*(?=\S)|(?<=\S)\*|^#+ "
)


@dataclass(frozen=True, slots=True)
class SectionView:
    """A heading (empty for what comes before the first) with its depth from 2, and its blocks."""

    heading: str
    depth: int
    blocks: list[Block]
    quoted: bool


def sections(guide: Guide, start: int = 0, end: int = 0) -> list[SectionView]:
    """The guide to read, the characters start:end marked; a guide without sections is one of them."""
    views = []
    for section in guide.sections:
        heading = section.heading_path[-1] if section.heading_path else ""
        depth = min(len(section.heading_path) + 1, 4)
        blocks = list(_blocks(guide.text, section.start, section.end, start, end))
        if heading == guide.title:
            heading = ""  # stands over the whole already
        quoted = start < section.end and end > section.start
        views.append(SectionView(heading, max(depth, 3), blocks, quoted))
    if not guide.sections:
        views.append(SectionView("", 3, list(_blocks(guide.text, 0, len(guide.text), start, end)), end > start))
    return views


def _blocks(text: str, first: int, last: int, start: int, end: int) -> Iterator[Block]:
    for kind, items in line_blocks(text, first, last):
        block = Block(kind)
        for item in items:
            pieces: list[Piece] = []
            for number, (left, right) in enumerate(item):
                if number:
                    pieces.append(Piece(" ", mark=start < left < end))
                pieces += _pieces(text, left, right, start, end)
            block.items.append(pieces)
        yield block


def _pieces(text: str, left: int, right: int, start: int, end: int) -> Iterator[Piece]:
    """text[left:right] without its markup, cut where the quote begins and ends."""
    line = text[left:right]
    bold = {match.span() for match in _BOLD.finditer(line)}
    hidden = set(bold)
    for match in _HIDDEN.finditer(line):
        if not any(a < match.end() and match.start() < b for a, b in bold):
            hidden.add(match.span())
    edges = {0, len(line), *(edge for span in hidden for edge in span)}
    edges |= {edge - left for edge in (start, end) if left < edge < right}
    cuts = sorted(edges)
    strong = False
    for a, b in pairwise(cuts):
        if (a, b) in bold:
            strong = not strong
        elif not any(x <= a and b <= y for x, y in hidden):
            yield Piece(line[a:b], mark=start <= left + a and left + b <= end and end > start, strong=strong)
