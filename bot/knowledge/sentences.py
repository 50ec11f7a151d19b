"""Sentences as exact spans."""

from __future__ import annotations

import re

from bot.knowledge.blocks import Span, blocks, trim

_SPACE = re.compile(r"\s")


def split_sentences(text: str, language: str = "en") -> list[Span]:
    """The sentences of a piece of Markdown as half-open spans of `text`, in order, whitespace trimmed.

    Headings, list items and table rows are sentences of their own and their marks are left out; a line end inside a
    paragraph does not end a sentence. `language` is ISO 639-1; one that sentencex does not know is split by
    the rules of its nearest relative or, failing that, of English.
    """
    return [span for block in blocks(text) for leaf in block.leaves for span in leaf_sentences(text, leaf, language)]


def leaf_sentences(text: str, leaf: Span, language: str = "en") -> list[Span]:
    """The sentences of one run of words; a table row is one sentence."""
    from sentencex import get_sentence_boundaries

    start, end = leaf
    if text.startswith("|", start):
        return [leaf]
    # One character each, so offsets stay; sentencex panics on spaces wider than a byte, and ends a
    # sentence at line ends that only wrap the line.
    flat = _SPACE.sub(" ", text[start:end])
    found = (
        trim(text, start + boundary["start_index"], start + boundary["end_index"])
        for boundary in get_sentence_boundaries(language, flat)
    )
    return [span for span in found if span[0] < span[1]]
