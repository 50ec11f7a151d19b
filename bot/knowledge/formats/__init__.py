"""One file a format: bytes in, a Document out. The readers raise GuideErrors that name no file; `load` adds it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.errors import GuideError
from bot.knowledge.frontmatter import Fields
from bot.knowledge.outline import Heading

log = logging.getLogger(__name__)

# Suffix → the module of this package whose `read(data: bytes) -> Document` takes it; imported when first needed.
READERS = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "text",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".docx": "docx",
}


@dataclass(frozen=True, slots=True)
class Document:
    """What a reader found: `text`, where its body starts, its headings, and what it says about itself.

    `stated` is front matter a person wrote, None if the format or file has none; `title` and `language` are the
    format's own, used where nobody stated them.
    """

    text: str
    body: int
    headings: tuple[Heading, ...]
    stated: Fields | None = None
    title: str | None = None
    language: str | None = None


@contextmanager
def foreign(what: str) -> Iterator[None]:
    """The seam around another project's parser, which may raise anything at all on a damaged file."""
    try:
        yield
    except GuideError:
        raise
    except Exception as error:
        log.info("cannot read %s", what, exc_info=True)
        raise GuideError(f"is damaged or not {what}") from error
