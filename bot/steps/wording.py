"""How much of a question's wording a guide knows: cheap, and independent of the subject."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from bot.knowledge.markup import plain
from bot.types import Passage, Sentence

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_HYPHEN = re.compile(r"(?<=\w)[-‐‑](?=\w)")  # "X-ray" is what readers write as "xray"
_TYPO_FROM = 5  # letters: shorter words have too many neighbours
_TYPO = 84.0  # rapidfuzz ratio from which an unknown word counts as a misspelt known one


class Wording:
    """The words of one guide, the questions its editor attached included."""

    def __init__(self, passages: Iterable[Passage]) -> None:
        self._sentences = {
            (passage.id, sentence.start): frozenset(stems(_text(passage, sentence)))
            for passage in passages
            for sentence in passage.sentences
        }
        self._found_in = Counter(stem for words in self._sentences.values() for stem in words)
        self._known = list(self._found_in)

    def covered(self, question: str, sentences: Sequence[Sentence]) -> float:
        """How much of `question` the best of `sentences` (of this guide) holds, 0 to 1: its words weighed by how rare they are."""
        weights = {word: self._weight(word) for word in map(self._spelt, dict.fromkeys(stems(question)))}
        total = sum(weights.values())
        held = [self._sentences.get((s.passage_id, s.start), frozenset()) for s in sentences]
        best = max((sum(w for word, w in weights.items() if word in holds) for holds in held), default=0.0)
        return best / total if total else 0.0

    def _weight(self, word: str) -> float:
        """BM25's inverse document frequency over the guide's sentences (Robertson & Zaragoza, 2009)."""
        n, found = len(self._sentences), self._found_in[word]
        return math.log(1 + (n - found + 0.5) / (found + 0.5))

    def _spelt(self, stem: str) -> str:
        """`stem`, or the guide's word it is a misspelling of."""
        if stem in self._found_in or len(stem) < _TYPO_FROM:
            return stem
        from rapidfuzz import fuzz, process

        near = process.extractOne(stem, self._known, scorer=fuzz.ratio, score_cutoff=_TYPO)
        return str(near[0]) if near and near[0][0] == stem[0] else stem


def stems(text: str) -> list[str]:
    """The stems of the words of a text that say something, in order."""
    words = [
        match.group().replace("’", "'").partition("'")[0] for match in _WORD.finditer(_HYPHEN.sub("", text.lower()))
    ]
    stemmed: list[str] = _stemmer().stemWords([word for word in words if len(word) > 1 and word not in _ignored()])
    return stemmed


def _text(passage: Passage, sentence: Sentence) -> str:
    return "\n".join([passage.section, plain(sentence.text), *sentence.asked])


@lru_cache(maxsize=1)
def _ignored() -> frozenset[str]:
    from bm25s.stopwords import STOPWORDS_EN_PLUS

    ours = files("bot.steps").joinpath("ignored_words.txt").read_text(encoding="utf-8").split()
    return frozenset(STOPWORDS_EN_PLUS) | frozenset(ours)


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")
