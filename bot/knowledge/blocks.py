"""Where the blocks of Markdown stand: paragraphs, lists, tables, headings, as exact spans of the text.

Only the block grammar is run (markdown-it-py): the whole parser takes twice as long, and the inline grammar is
`markup.plain`'s business.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

Span = tuple[int, int]
Kind = Literal["heading", "text", "list", "table"]

# markdown-it drops what is nested deeper than its limit (20 in the CommonMark preset); no guide nests 100 deep.
MAX_NESTING = 100
# No editor wraps lines this wide: in a paragraph with such a line, a line end after a full stop ends a paragraph.
WRAP_LIMIT = 160

_KINDS: dict[str, Kind] = {
    "heading_open": "heading",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "table_open": "table",
}
_LEAVES = {"paragraph_open", "heading_open", "tr_open", "code_block", "fence", "html_block"}
_CONTAINER_MARKS = re.compile(r"(?:[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t\n])))*[ \t]*")
_HTML = re.compile(r"<!--.*?(?:-->|\Z)|<[^>]*>", re.DOTALL)
_SENTENCE_END = re.compile(r"""[.!?…。！？؟]["'”’»)\]]*[ \t]*$""")


@dataclass(frozen=True, slots=True)
class Block:
    """A top-level block at `start:end`; `leaves` are its runs of words without list, quote and heading marks.

    A paragraph or heading is one leaf, a list has one per paragraph of an item, a table one per row.
    `level` is a heading's level, 1 to 6, and 0 for everything else.
    """

    kind: Kind
    start: int
    end: int
    leaves: tuple[Span, ...]
    level: int = 0


def blocks(text: str, start: int = 0, end: int | None = None) -> list[Block]:
    """The blocks of `text[start:end]` in order, as offsets into `text`; rules and comments are not blocks."""
    end = len(text) if end is None else end
    lines = _line_starts(text, start, end)
    tokens: list[Token] = []
    md = parser()
    md.block.parse(text[start:end], md, {}, tokens)
    found: list[Block] = []
    group: list[Token] = []
    depth = 0
    for token in tokens:
        group.append(token)
        depth += token.nesting
        if depth == 0:
            found.extend(_blocks_of(text, lines, group))
            group = []
    return found


@cache
def parser() -> MarkdownIt:
    """The one Markdown grammar guides are read with: CommonMark and tables."""
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable(["table", "strikethrough"])


def trim(text: str, start: int, end: int) -> Span:
    """The span without the whitespace at its ends; an empty one stays where it began."""
    piece = text[start:end]
    stripped = piece.strip()
    if not stripped:
        return start, start
    start += len(piece) - len(piece.lstrip())
    return start, start + len(stripped)


def _line_starts(text: str, start: int, end: int) -> list[int]:
    """Offsets of the lines of `text[start:end]`, and `end` itself, as markdown-it counts lines."""
    starts = [start]
    while (newline := text.find("\n", starts[-1], end)) >= 0:
        starts.append(newline + 1)
    return [*starts, end]


def _blocks_of(text: str, lines: list[int], group: list[Token]) -> list[Block]:
    """The block (or blocks, for a run of unwrapped paragraphs) one top-level group of tokens stands for."""
    first = group[0]
    leaves = [_leaf(text, lines, token) for token in group if token.type in _LEAVES and token.map]
    spans = [span for span in leaves if span[0] < span[1]]
    if not spans or not first.map:
        return []
    if first.type == "paragraph_open":
        return [Block("text", *span, (span,)) for span in _unwrapped(text, *spans[0])]
    start, end = trim(text, lines[first.map[0]], lines[first.map[1]])
    level = int(first.tag[1]) if first.type == "heading_open" else 0
    return [Block(_KINDS.get(first.type, "text"), start, end, tuple(spans), level)]


def _leaf(text: str, lines: list[int], token: Token) -> Span:
    assert token.map is not None
    first, last = token.map
    if token.type == "fence":
        first, last = first + 1, first + 1 + token.content.count("\n")
    elif token.type == "heading_open" and token.markup in ("=", "-"):
        last -= 1
    start, end = trim(text, lines[first], lines[last])
    if token.type == "html_block" and not _HTML.sub("", text[start:end]).strip():
        return start, start
    if token.level and token.type in ("paragraph_open", "heading_open", "tr_open"):
        marks = _CONTAINER_MARKS.match(text, start, end)
        start = marks.end() if marks else start
    if token.type == "heading_open" and token.markup.startswith("#"):
        start += len(token.markup)
        closing = re.search(r"(?:^|[ \t])#+$", text[start:end])
        end = start + closing.start() if closing else end
    return trim(text, start, end)


def _unwrapped(text: str, start: int, end: int) -> list[Span]:
    """One span, or one a line where the paragraph's lines are too long to have been wrapped by an editor."""
    lines = _line_starts(text, start, end)
    if len(lines) < 3 or max(b - a for a, b in pairwise(lines)) <= WRAP_LIMIT:
        return [(start, end)]
    cuts = [start, *(at for at in lines[1:-1] if _SENTENCE_END.search(text, start, at - 1)), end]
    return [trim(text, a, b) for a, b in pairwise(cuts)]
