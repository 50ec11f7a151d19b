"""Sentences as exact spans."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from itertools import pairwise

from bot.knowledge.blocks import Span, blocks, trim

_SPACE = re.compile(r"\s")


def split_sentences(text: str, language: str = "en") -> list[Span]:
    """The sentences of a piece of Markdown as half-open spans of `text`, in order, whitespace trimmed.

    Headings, list items and table rows are sentences of their own and their marks are left out; a line end inside a
    paragraph does not end a sentence. `language` is ISO 639-1; sentencex has rules of its own
    for one it does not know.
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
    boundaries = get_sentence_boundaries(language, flat)
    ends = [b["end_index"] for b in boundaries if not _never_last().search(flat, b["start_index"], b["end_index"])]
    cuts = pairwise([0, *ends] if ends[-1:] == [len(flat)] else [0, *ends, len(flat)])
    return [span for a, b in cuts if (span := trim(text, start + a, start + b)) and span[0] < span[1]]


@cache
def _never_last() -> re.Pattern[str]:
    import yaml

    words = yaml.safe_load(files("bot.knowledge").joinpath("abbreviations.yaml").read_text(encoding="utf-8"))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})\.\s*$", re.IGNORECASE)
