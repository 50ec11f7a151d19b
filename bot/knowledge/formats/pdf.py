"""A PDF: its text in reading order as Markdown, headings known by their type."""

from __future__ import annotations

import io
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from bot.errors import GuideError
from bot.knowledge.formats import Document, foreign
from bot.knowledge.formats.hyphens import SOFT_HYPHEN, Hyphens
from bot.knowledge.formats.markdownish import heading, item, paragraph
from bot.knowledge.outline import markdown_headings

if TYPE_CHECKING:
    from pypdf import PdfReader

HEADING_RATIO = 1.1  # type this much larger than the body's is a heading's
MAX_HEADING_CHARS = 120
PARAGRAPH_GAP = 1.35  # a baseline this much further down than the usual line starts a paragraph
SHORT_LINE = 0.8  # a line shorter than this share of the widest may be a paragraph's last
EDGE_LINES = 2  # running headers and footers have this many lines at most
RUNNING_SHARE = 0.6  # what stands at the edge of this share of the pages is a running header or footer

_BULLET = re.compile(r"^[•‣◦▪●○·–\-*]\s+(?=\S)")
_NUMBER = re.compile(r"^(\d{1,2}[.)])\s+(?=\S)")
_LIGATURES = str.maketrans(
    {chr(0xFB00 + i): word for i, word in enumerate(("ff", "fi", "fl", "ffi", "ffl", "st", "st"))}
)
_STOP = re.compile(r"""[.!?…:。！？؟]["'”’»)\]]*$""")
# Programs that write PDFs put the source file's name where the title belongs.
_FILE_NAME = re.compile(
    r"^(?:microsoft \w+ - .*|.*\.(?:docx?|odt|indd|pdf|pptx?|html?|tex)|untitled.*)$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of print: `size` in points, `y` of its baseline in points from the page's foot."""

    text: str
    size: float
    y: float
    bold: bool


def read(data: bytes) -> Document:
    """Read a PDF; raises GuideError for one with a password, without text (a scan), or damaged."""
    with foreign("a PDF"):
        from pypdf import PdfReader

        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise GuideError("is protected by a password", hint="save a copy without one")
        pages = [_lines(page) for page in reader.pages]
        title, language = _metadata(reader)
    text = "\n\n".join(_markdown(_without_running_lines(pages)))
    if not any(c.isalpha() for c in text):
        raise GuideError("has no text, only pictures of pages", hint="run text recognition (OCR) on it first")
    return Document(text, 0, markdown_headings(text), title=title, language=language)


def _metadata(reader: PdfReader) -> tuple[str | None, str | None]:
    title = " ".join(str((reader.metadata and reader.metadata.title) or "").split())
    language = str(reader.root_object.get("/Lang", "")).split("-")[0].lower()
    return (None if _FILE_NAME.match(title) else title) or None, language or None


def _lines(page: Any) -> list[_Line]:
    """The page's lines from top to bottom, each with the size of most of its characters."""
    lines: list[_Line] = []
    runs: list[tuple[str, float, float, bool]] = []

    def flush() -> None:
        text = " ".join("".join(run[0] for run in runs).translate(_LIGATURES).split())
        inked = [run for run in runs if run[0].strip()]
        if text and inked:
            sizes: Counter[tuple[float, bool]] = Counter()
            for words, size, _, bold in inked:
                sizes[size, bold] += len(words.strip())
            (size, bold), _ = sizes.most_common(1)[0]
            lines.append(_Line(text, size, inked[0][2], bold))
        runs.clear()

    def visit(text: str, cm: list[float], tm: list[float], font: Any, size: float) -> None:
        scale = math.hypot(tm[2] * cm[0] + tm[3] * cm[2], tm[2] * cm[1] + tm[3] * cm[3])
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        bold = "bold" in str((font or {}).get("/BaseFont", "")).lower()
        *whole, rest = text.split("\n")
        for part in whole:
            runs.append((part, round(size * scale, 1), y, bold))
            flush()
        runs.append((rest, round(size * scale, 1), y, bold))

    page.extract_text(visitor_text=visit)
    flush()
    return lines


def _without_running_lines(pages: Sequence[list[_Line]]) -> list[list[_Line]]:
    """Drop the headers, footers and page numbers that recur at the edge of most pages, and empty pages.

    The edge is where they are printed: in the file they may come after the page's text.
    """
    pages = [page for page in pages if page]
    edges = [_edges(page) for page in pages]
    counts = Counter(key for edge in edges for key in set(map(_key, edge)))
    needed = max(2, math.ceil(len(pages) * RUNNING_SHARE))
    kept = (
        [line for line in page if line not in edge or counts[_key(line)] < needed]
        for page, edge in zip(pages, edges, strict=True)
    )
    return [page for page in kept if page]


def _edges(page: Sequence[_Line]) -> list[_Line]:
    """The lines printed highest and lowest on a page."""
    by_height = sorted(page, key=lambda line: line.y)
    return by_height[:EDGE_LINES] + by_height[-EDGE_LINES:]


def _key(line: _Line) -> tuple[str, float]:
    """What running lines share; the size, because a running header repeats the title, which must stay."""
    return re.sub(r"\d+", "#", line.text), line.size


def _markdown(pages: Sequence[list[_Line]]) -> Iterator[str]:
    """Headings, items and paragraphs in order."""
    lines = [line for page in pages for line in page]
    if not lines:
        return
    levels = _levels(lines)
    hyphens = Hyphens([line.text for line in lines])
    widest = max(len(line.text) for line in lines)
    usual_gap = _usual_gap(pages)
    group: list[_Line] = []
    for line in lines:
        if group and _breaks(group[-1], line, levels, usual_gap, widest):
            yield _block(group, levels, hyphens)
            group = []
        group.append(line)
    yield _block(group, levels, hyphens)


def _levels(lines: Sequence[_Line]) -> dict[tuple[float, bool], int]:
    """The heading level of each kind of type that is a heading's: the larger, the higher; bold body type is lowest."""
    body: Counter[tuple[float, bool]] = Counter()
    for line in lines:
        body[line.size, line.bold] += len(line.text)
    (size, bold), _ = body.most_common(1)[0]
    kinds = {(line.size, line.bold) for line in lines if len(line.text) <= MAX_HEADING_CHARS}
    larger = sorted({kind[0] for kind in kinds if kind[0] >= size * HEADING_RATIO}, reverse=True)
    levels = {kind: larger.index(kind[0]) + 1 for kind in kinds if kind[0] in larger}
    if not bold:
        levels |= {kind: len(larger) + 1 for kind in kinds if kind[1] and size <= kind[0] < size * HEADING_RATIO}
    return {kind: min(level, 6) for kind, level in levels.items()}


def _level(line: _Line, levels: dict[tuple[float, bool], int]) -> int:
    """0 for body type, and for a whole sentence in bold body type: that is emphasis."""
    level = levels.get((line.size, line.bold), 0)
    is_lowest = level > 0 and line.bold and level == max(levels.values())
    return 0 if is_lowest and line.text.endswith((".", ",", ";", ":")) else level


def _usual_gap(pages: Sequence[list[_Line]]) -> float:
    """The commonest distance between two baselines, in points; 0 when there is none."""
    gaps = Counter(
        round(above.y - below.y, 1)
        for page in pages
        for above, below in pairwise(page)
        if above.size == below.size and above.y > below.y
    )
    return gaps.most_common(1)[0][0] if gaps else 0.0


def _breaks(above: _Line, below: _Line, levels: dict[tuple[float, bool], int], usual_gap: float, widest: int) -> bool:
    """Whether a new block starts at `below`."""
    gap = above.y - below.y
    if _level(above, levels) != _level(below, levels):
        return True
    if _BULLET.match(below.text) or _NUMBER.match(below.text):
        return True
    if gap <= 0:  # the next column or page: the paragraph goes on unless it had ended
        return bool(_STOP.search(above.text)) or _level(below, levels) > 0
    if usual_gap and gap > max(usual_gap, above.size * 1.1) * PARAGRAPH_GAP:
        return True
    return bool(_STOP.search(above.text)) and len(above.text) < widest * SHORT_LINE


def _block(lines: Sequence[_Line], levels: dict[tuple[float, bool], int], hyphens: Hyphens) -> str:
    text = lines[0].text
    for line in lines[1:]:
        text = hyphens.join(text, line.text)
    text = text.replace(SOFT_HYPHEN, "")
    if level := _level(lines[0], levels):
        return heading(text, level)
    if bullet := _BULLET.match(text):
        return item(paragraph(text[bullet.end() :]))
    if number := _NUMBER.match(text):
        return item(paragraph(text[number.end() :]), number[1])
    return paragraph(text)
