"""Markdown with front matter."""

from __future__ import annotations

from bot.errors import GuideError
from bot.knowledge.decode import decode
from bot.knowledge.formats import Document
from bot.knowledge.frontmatter import parse, split
from bot.knowledge.outline import markdown_headings


def read(data: bytes) -> Document:
    """Read a Markdown guide; raises GuideError when it has no front matter, or none that names id and title."""
    text = decode(data)
    source, body = split(text)
    if source is None:
        raise GuideError("has no front matter", hint="begin it with lines `---`, `id: …`, `title: …`, `---`")
    stated = parse(source)
    for name in ("id", "title"):
        if getattr(stated, name) is None:
            raise GuideError(f"front matter has no {name}", hint=f"add a line `{name}: …`")
    return Document(text, body, markdown_headings(text, body), stated)
