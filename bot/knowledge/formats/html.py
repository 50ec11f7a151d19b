"""A web page: its main text as Markdown, the words exactly as the page shows them.

A walk of our own and not a converter: emphasis and links must leave no marks, because a citation's deep link
looks for the words on the page.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.errors import GuideError
from bot.knowledge.formats import Document, foreign
from bot.knowledge.formats.markdownish import heading, item, paragraph, table
from bot.knowledge.outline import markdown_headings

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

# Not the page's text: navigation, decoration, controls, what only a machine reads.
DROPPED = ("nav", "header", "footer", "aside", "script", "style", "form", "noscript", "template", "svg", "iframe")
DROPPED_ROLES = ("navigation", "banner", "contentinfo", "search", "complementary")
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_HEADINGS["summary"] = 3  # the question of a folding FAQ
_BLOCKS = {
    "address", "article", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption",
    "figure", "hgroup", "li", "main", "menu", "ol", "p", "pre", "section", "table", "ul", *_HEADINGS,
}  # fmt: skip
_LISTS = ("ul", "ol", "menu")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")


def read(data: bytes) -> Document:
    """Read an HTML page; raises GuideError when it holds no text."""
    if b"\x00" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise GuideError("is not text", hint="binary content")
    with foreign("an HTML page"):
        page = _parse(data)
        language = page.html.get("lang") if page.html else None
        for tag in page.find_all(DROPPED) + page.find_all(_is_dropped):
            tag.decompose()
        title = _title(page)
        text = "\n\n".join(_blocks(_main(page)))
    if not text.strip():
        raise GuideError("has no text")
    code = str(language).split("-")[0].strip().lower() if language else None
    return Document(text, 0, markdown_headings(text), title=title, language=code or None)


def _parse(data: bytes) -> BeautifulSoup:
    from bs4 import BeautifulSoup, XMLParsedAsHTMLWarning

    try:
        source: str | bytes = data.decode("utf-8-sig")  # what decodes as UTF-8 is UTF-8, whatever the page declares
    except UnicodeDecodeError:
        source = data
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)  # XHTML reads well as HTML
        return BeautifulSoup(source, "lxml")


def _title(page: BeautifulSoup) -> str | None:
    """The only h1 if there is one, else the title element: sites add their own name to the latter."""
    headings = page.find_all("h1")
    source = headings[0] if len(headings) == 1 else page.title
    return " ".join(source.get_text(" ").split()) or None if source else None


def _is_dropped(tag: Tag) -> bool:
    if tag.decomposed or tag.attrs is None:
        return False
    hidden = tag.has_attr("hidden") or _HIDDEN.search(str(tag.get("style", "")))
    return bool(hidden) or tag.get("role") in DROPPED_ROLES or (tag.get("aria-hidden") == "true")


def _main(page: BeautifulSoup) -> Tag:
    """The main element, else the only article, else the whole body."""
    if main := page.select_one("main, [role=main]"):
        return main
    articles = page.find_all("article")
    return articles[0] if len(articles) == 1 else page.body or page


def _blocks(tag: Tag) -> Iterator[str]:
    """The blocks inside a tag, as Markdown; text between blocks is a paragraph."""
    from bs4.element import NavigableString, Tag

    loose: list[str] = []
    for child in tag.children:
        if isinstance(child, Tag) and (child.name in _BLOCKS or child.find(_BLOCKS)):
            yield from _flush(loose)
            yield from _block(child)
        elif isinstance(child, Tag):
            loose.append("\n" if child.name == "br" else _inline(child))
        elif type(child) is NavigableString:  # its subclasses are comments and the like
            loose.append(re.sub(r"\s+", " ", child))
    yield from _flush(loose)


def _inline(tag: Tag) -> str:
    for br in tag.find_all("br"):
        br.replace_with("\n")
    return re.sub(r"[^\S\n]+", " ", tag.get_text())


def _flush(loose: list[str]) -> Iterator[str]:
    yield from filter(None, (paragraph(part) for part in re.split(r"\n\s*\n", "".join(loose))))
    loose.clear()


def _block(tag: Tag) -> Iterator[str]:
    if tag.name in _HEADINGS:
        yield from filter(None, [heading(tag.get_text(" "), _HEADINGS[tag.name])])
    elif tag.name in _LISTS:
        yield from filter(None, ["\n".join(_items(tag))])
    elif tag.name == "table" and (cells := _table(tag)):
        yield from cells
    else:
        yield from _blocks(tag)


def _table(tag: Tag) -> list[str]:
    """The caption and the table; nothing when words stand outside its cells or cells inside cells."""
    rows = [[cell.get_text(" ") for cell in row.find_all(["td", "th"])] for row in tag.find_all("tr")]
    caption = tag.find("caption")
    title = caption.get_text(" ") if caption else ""
    if sorted(f"{title} {' '.join(map(' '.join, rows))}".split()) != sorted(tag.get_text(" ").split()):
        return []
    return [part for part in (paragraph(title), table(rows)) if part]


def _items(tag: Tag) -> Iterator[str]:
    """The items of a list; what stands in it beside the items is an item too, a list in it belongs to the last."""
    from bs4.element import NavigableString, Tag

    number = 0
    for child in tag.children:
        if isinstance(child, Tag):
            parts = [*(_blocks(child) if child.name == "li" else _block(child))]
        else:
            parts = [paragraph(child)] if type(child) is NavigableString else []
        nested = isinstance(child, Tag) and child.name in _LISTS
        for i, part in enumerate(filter(None, parts)):
            number += not (i or nested)
            mark = f"{number}." if tag.name == "ol" else "-"
            yield item(part, " " * len(mark) if i or nested else mark)
