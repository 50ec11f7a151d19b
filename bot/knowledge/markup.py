"""Markdown as a reader sees it: the words without the marks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.knowledge.blocks import parser

if TYPE_CHECKING:
    from markdown_it.token import Token

# Text with none of these is already plain; the full parser takes about seven times as long, and ingest calls this per passage.
_MAYBE_MARKUP = re.compile(r"[*_`\[<&|\\~#>\x00]|^\s*(?:[-+=]|\d{1,9}[.)](?:\s|$))|^(?: {4}|\t)", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
# A sentence cut out of an emphasised paragraph keeps one half of the pair of marks.
_HALF_EMPHASIS = re.compile(
    r"(?<![\w*])\*{1,3}(?=\w)|(?<=[\w.!?,;:)])\*{1,3}(?![\w*])|(?<!\S)_{2,3}(?=\w)|(?<=[\w.!?])_{2,3}(?!\S)"
)
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"[^\W_]+")


def plain(text: str) -> str:
    """The words of a piece of Markdown on one line: no marks, no tags, links and images by their text.

    Whitespace is collapsed to single spaces. A table's cells are parted by " | ". Raises nothing.
    """
    if not _MAYBE_MARKUP.search(text):
        return _collapse(text)
    tokens = parser().parse(_COMMENT.sub(" ", text))
    words = " ".join(part for part in _parts(tokens) if part)
    escaped = "\\*" in text or "\\_" in text  # then the marks left are meant to be seen
    return _collapse(words if escaped else _HALF_EMPHASIS.sub("", words))


def _collapse(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _parts(tokens: list[Token]) -> list[str]:
    parts: list[str] = []
    cell = 0
    for token in tokens:
        if token.type == "tr_open":
            cell = 0
        elif token.type in ("td_open", "th_open"):
            parts.extend(["|"] if cell else [])
            cell += 1
        elif token.type == "inline":
            parts.append("".join(_inline(child) for child in token.children or ()))
        elif token.type in ("fence", "code_block"):
            parts.append(token.content)
        elif token.type == "html_block":
            parts.append(_TAG.sub(" ", token.content))
    return parts


def _inline(token: Token) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return " "
    if token.type == "image":
        return "".join(_inline(child) for child in token.children or ())
    if token.type == "html_inline":
        return " " if token.content.lower().startswith("<br") else ""
    return token.content


def bare(text: str) -> str:
    """The words of a text and nothing else, lower-cased: what is the same in two of them is said in both."""
    return " ".join(_WORD.findall(plain(text).lower()))
