"""Writes what a foreign format holds as Markdown, so that every format is cut up by the same code."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Characters Markdown would swallow: at the start of a line, and `*`, `<` or `\` against a word.
_LINE_START = re.compile(r"^(?=#{1,6}(?:\s|$)|>|[-+](?:\s|$)|(?:[-=]{3,}|\*{3,})\s*$)", re.MULTILINE)
_NUMBERED = re.compile(r"^(\d{1,9})(?=[.)](?:\s|$))", re.MULTILINE)
_INLINE = re.compile(r"(?=\*\S)|(?<=\S)(?=\*)|(?=<[A-Za-z/!?])|(?=`)|(?=\\[^\w\s])")


def paragraph(text: str) -> str:
    """A paragraph; single line ends in it stay."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return _escape("\n".join(line for line in lines if line))


def heading(text: str, level: int) -> str:
    """A heading of level 1 to 6; empty text gives nothing."""
    words = _INLINE.sub(r"\\", " ".join(text.split()))
    return f"{'#' * level} {words}" if words else ""


def item(text: str, mark: str = "-") -> str:
    """A list item, its further lines indented under the first."""
    return f"{mark} " + text.replace("\n", "\n" + " " * (len(mark) + 1))


def table(rows: Sequence[Sequence[str]]) -> str:
    """A table whose first row is its head; a single column is a list."""
    cells = [[_INLINE.sub(r"\\", " ".join(cell.split())).replace("|", "\\|") for cell in row] for row in rows]
    cells = [row for row in cells if any(row)]
    width = max((len(row) for row in cells), default=0)
    if width == 0:
        return ""
    if width == 1:
        return "\n".join(item(row[0]) for row in cells)
    lines = ["| " + " | ".join(row + [""] * (width - len(row))) + " |" for row in cells]
    return "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])


def _escape(text: str) -> str:
    return _NUMBERED.sub(r"\1\\", _LINE_START.sub(r"\\", _INLINE.sub(r"\\", text)))
