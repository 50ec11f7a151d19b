"""A Word document: its body as Markdown, as it reads with all tracked changes accepted."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from functools import cache
from typing import Any

from bot.errors import GuideError
from bot.knowledge.formats import Document, foreign
from bot.knowledge.formats.markdownish import heading, item, paragraph, table
from bot.knowledge.outline import markdown_headings

# A .docx is a zip file: without a limit a few kilobytes can unpack to fill the memory.
MAX_UNPACKED_BYTES = 200_000_000
_OLE = b"\xd0\xcf\x11\xe0"  # what Word writes for a document with a password, and for the old .doc

# The words of a paragraph in order, without deleted, moved-away and hidden ones, text boxes and field codes.
_WORDS = (
    ".//*[self::w:t or self::w:tab or self::w:br or self::w:cr or self::w:noBreakHyphen]"
    "[not(ancestor::w:del or ancestor::w:moveFrom or ancestor::w:txbxContent or ancestor::w:r/w:rPr/w:vanish)]"
)
_NUMBERED = "./w:pPr/w:numPr"
_TABLE_OF_CONTENTS = "./w:sdtPr/w:docPartObj/w:docPartGallery[@w:val='Table of Contents']"
_CELLS = "./w:tc | ./w:sdt/w:sdtContent/w:tc"
_MARKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def read(data: bytes) -> Document:
    """Read a .docx; raises GuideError for one with a password, without text, or damaged."""
    if data.startswith(_OLE):
        raise GuideError("is protected by a password or an old .doc", hint="save it as .docx without a password")
    with foreign("a Word document"):
        import docx

        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_BYTES:
                raise GuideError(f"unpacks to more than {MAX_UNPACKED_BYTES / 1e6:.0f} MB")
        document = docx.Document(io.BytesIO(data))
        parts = [*_blocks(document.element.body, document)]
        properties = document.core_properties
        title, language = (properties.title or "").strip(), (properties.language or "").split("-")[0].strip().lower()
    text = "\n\n".join(_join_items(parts))
    if not text.strip():
        raise GuideError("has no text")
    return Document(text, 0, markdown_headings(text), title=title or None, language=language or None)


def _blocks(container: Any, document: Any) -> Iterator[tuple[str, bool]]:
    """The blocks of a body, cell or content control as Markdown, each with whether it is a list item."""
    for element in container:
        kind = element.tag.rpartition("}")[2]
        if kind == "p":
            text, is_item = _paragraph(element, document)
            if text:
                yield text, is_item
        elif kind == "tbl":
            if text := table(_rows(element)):
                yield text, False
        elif kind == "sdt" and not _find(element, _TABLE_OF_CONTENTS):
            for content in _find(element, "./w:sdtContent"):
                yield from _blocks(content, document)


def _paragraph(element: Any, document: Any) -> tuple[str, bool]:
    from docx.text.paragraph import Paragraph

    words = _text(element)
    names = [*_style_names(Paragraph(element, document).style)]
    level = next((_heading_level(name) for name in names if _heading_level(name)), 0)
    if level:
        return heading(words, level), False
    text = paragraph(words)
    if any(name.startswith("toc ") for name in names) or not text:
        return "", False
    if _find(element, _NUMBERED) or any(name.startswith("list ") for name in names):
        return item(text), True
    return text, False


def _text(element: Any) -> str:
    return "".join(_MARKS.get(word.tag.rpartition("}")[2], word.text or "") for word in _find(element, _WORDS))


def _style_names(style: Any) -> Iterator[str]:
    """The paragraph's style and those it is based on, in lower case."""
    while style is not None:
        yield (style.name or "").lower()
        style = style.base_style


def _heading_level(style: str) -> int:
    """1 to 6, or 0; the document's title is its top heading. Word keeps these names in every language."""
    if style == "title":
        return 1
    word, _, number = style.partition(" ")
    return min(int(number), 6) if word == "heading" and number.isdigit() and int(number) > 0 else 0


def _rows(element: Any) -> list[list[str]]:
    return [
        [" ".join(filter(None, map(_text, _find(cell, ".//w:p")))) for cell in _find(row, _CELLS)]
        for row in _find(element, "./w:tr")
    ]


def _find(element: Any, path: str) -> list[Any]:
    """Elements by XPath; python-docx's own method knows the namespaces only on elements it has a class for."""
    return list(_compiled(path)(element))


@cache
def _compiled(path: str) -> Any:
    from docx.oxml.ns import nsmap
    from lxml.etree import XPath

    return XPath(path, namespaces={"w": nsmap["w"]})


def _join_items(parts: list[tuple[str, bool]]) -> Iterator[str]:
    """The blocks, with the items of one list together."""
    items: list[str] = []
    for text, is_item in parts:
        if is_item:
            items.append(text)
            continue
        if items:
            yield "\n".join(items)
            items = []
        yield text
    if items:
        yield "\n".join(items)
