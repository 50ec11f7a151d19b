"""A message as sentences of folded tokens, each knowing where it stood in the message."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cached_property

import regex

_TOKEN = regex.compile(
    r"\p{Han}|\d+(?:[.,]\d+)*|[\p{L}\p{M}\p{N}]+?(?=\p{Han})|[\p{L}\p{M}\p{N}]+(?:['’‘`´ʼ][\p{L}\p{M}]+)*"
)
_SENTENCE_END = regex.compile(r"[.!?;\n…。！？؟।]")
_COMMA = regex.compile(r"[,:()\[\]{}—–/\"“”«»،、，：；]|\s-\s|-\s|\s-")
_LETTERS = str.maketrans({"ł": "l", "ß": "ss", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ى": "ي", "ة": "ه", "ـ": None})
_APOSTROPHES = regex.compile(r"['’‘`´ʼ]")
_DEVANAGARI = ("\u0900", "\u097f")
_NUKTA = "\u093c"


@dataclass(frozen=True, slots=True)
class Token:
    """A folded word at `start:end` of the cleaned text; `comma` says that one stood before it."""

    word: str
    start: int
    end: int
    comma: bool = False


@dataclass(frozen=True)
class Sentence:
    """The tokens up to a sentence end; `question` when a question mark closed it."""

    tokens: tuple[Token, ...]
    question: bool = False

    @cached_property
    def line(self) -> str:
        """Every token with a blank before it: what patterns are matched against."""
        return "".join(f" {token.word}" for token in self.tokens)


def fold(word: str) -> str:
    """Lower case without accents, vowel signs (Arabic) or apostrophes: "Can’t" → "cant", "fièvre" → "fievre"."""
    word = _APOSTROPHES.sub("", word.lower().translate(_LETTERS))
    kept = []
    for character in unicodedata.normalize("NFKD", word):
        devanagari = _DEVANAGARI[0] <= character <= _DEVANAGARI[1]
        if character != _NUKTA and (devanagari or not unicodedata.combining(character)):
            kept.append(character)
    return "".join(kept).translate(_LETTERS)


def words(text: str) -> list[str]:
    """The folded tokens alone, as patterns see them."""
    return [folded for match in _TOKEN.finditer(text) if (folded := fold(match.group()))]


def sentences(text: str) -> list[Sentence]:
    """Split cleaned text; a Chinese character is a token of its own."""
    found: list[Sentence] = []
    tokens: list[Token] = []
    last = 0
    for match in _TOKEN.finditer(text):
        between = text[last : match.start()]
        last = match.end()
        if tokens and _SENTENCE_END.search(between):
            found.append(Sentence(tuple(tokens), _asks(between)))
            tokens = []
        if folded := fold(match.group()):
            tokens.append(Token(folded, match.start(), match.end(), bool(tokens and _COMMA.search(between))))
    if tokens:
        found.append(Sentence(tuple(tokens), _asks(text[last:])))
    return found


def _asks(ending: str) -> bool:
    return any(mark in ending for mark in "?？؟")
