"""Misspelt words of a question put right against the guides' own words, for finding and judging evidence.

An embedding of word pieces makes little of "muscel" or "ankels". Only words no dictionary knows are touched, and only where
one of the guides' words is near enough: what a guide does not speak of stays as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from bot.knowledge.markup import plain
from bot.types import Passage

_WORD = re.compile(r"[^\W\d_]{4,}")
_NEAR = 80.0  # rapidfuzz ratio: "muscel" is 83 from "muscle", "hoka" 44 from "hold"


class Spelling:
    """Corrects words that are neither English by `is_word` nor `known`, the guides' words; both in lower case."""

    def __init__(self, is_word: Callable[[str], bool], known: Iterable[str]) -> None:
        self._is_word = is_word
        self._known = sorted(set(known))
        self._vocabulary = frozenset(self._known)

    def correct(self, text: str) -> str:
        """`text` with each unknown word replaced by the guides' word it is a misspelling of, if there is one."""
        return _WORD.sub(lambda found: self._right(found.group()), text)

    def _right(self, word: str) -> str:
        lowered = word.lower()
        if lowered in self._vocabulary or self._is_word(lowered):
            return word
        from rapidfuzz import fuzz, process

        near = process.extractOne(lowered, self._known, scorer=fuzz.ratio, score_cutoff=_NEAR)
        return str(near[0]) if near and near[0][0] == lowered[0] else word


def guide_words(passages: Iterable[Passage]) -> Iterator[str]:
    """The words of passages and of their headings, in lower case; not those of readers' questions, which may be misspelt."""
    for passage in passages:
        for match in _WORD.finditer(f"{passage.section} {plain(passage.text)}"):
            yield match.group().lower()
