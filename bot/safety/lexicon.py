"""Terms written as short phrases in YAML, compiled to patterns over folded tokens, and the spelling they forgive.

A phrase is words with blanks between them. `a|b` either; `word?` may be missing; `stem*` any ending; `~3` up to three
words that are no negation; `@name` any phrase of another term; `$` the end of the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.errors import SettingsError
from bot.safety.text import Sentence, Token, words

_LEET = tuple(str.maketrans("013457@$!", f"o{one}eastasi") for one in "il")  # a 1 stands for either
_MIXED = re.compile(r"^(?=.*[a-z])(?=.*\d)[a-z\d]{3,}$")


class Lexicon:
    """Named terms of one language; `find` says where each stands in a sentence."""

    def __init__(self, terms: Mapping[str, Sequence[str]], *, stops: Iterable[str] = ()) -> None:
        self._terms = terms
        self._stops = "|".join(re.escape(stop) for stop in sorted({w for stop in stops for w in words(stop)}))
        self.vocabulary: set[str] = set()
        self._patterns = {name: re.compile(f"{self._any(name, ())}(?= |$)") for name in terms}

    def __iter__(self) -> Iterator[str]:
        return iter(self._patterns)

    def find(self, name: str, sentence: Sentence) -> Iterator[tuple[int, int]]:
        """Token spans, half-open, of every occurrence of a term, overlapping ones too."""
        pattern = self._patterns.get(name)
        line = sentence.line
        position = 0
        while pattern is not None and (match := pattern.search(line, position)):
            first = line.count(" ", 0, match.start())
            yield first, first + line.count(" ", match.start(), match.end())
            position = match.start() + 1

    def _any(self, name: str, within: tuple[str, ...]) -> str:
        if name in within:
            raise SettingsError(f"safety policy: term {name!r} contains itself")
        if name not in self._terms:
            raise SettingsError(f"safety policy: there is no term {name!r}")
        return "(?:" + "|".join(self._phrase(phrase, (*within, name)) for phrase in self._terms[name]) + ")"

    def _phrase(self, phrase: str, within: tuple[str, ...]) -> str:
        elements = phrase.split()
        while elements and elements[-1].startswith("~"):  # a gap at the end would only stretch the span
            elements.pop()
        return "".join(self._element(element, within) for element in elements)

    def _element(self, element: str, within: tuple[str, ...]) -> str:
        if element == "$":
            return "$"
        if element.startswith("~"):
            stop = f"(?!(?:{self._stops})(?= |$))" if self._stops else ""
            return f"(?: {stop}[^ ]+){{0,{int(element[1:])}}}"
        optional = "?" if element.endswith("?") and len(element) > 1 else ""
        options = []
        for option in element.removesuffix("?").split("|"):
            if option.startswith("@"):
                options.append(self._any(option[1:], within))
                continue
            folded = words(option.replace("*", ""))
            if not folded:
                raise SettingsError(f"safety policy: {element!r} is no word")
            if not option.endswith("*"):
                self.vocabulary.update(folded)
            lead = "[^ ]*" if option.startswith("*") else ""
            tail = "[^ ]*" if option.endswith("*") else ""
            options.append(f" {lead}" + " ".join(map(re.escape, folded)) + tail)
        return f"(?:{'|'.join(options)}){optional}(?= |$)"


class Speller:
    """Turns misspelt words into the lexicon's own; words of the dictionary are left as they are."""

    def __init__(self, vocabulary: Iterable[str], dictionary: Mapping[str, int]) -> None:
        self._targets = sorted(word for word in set(vocabulary) if len(word) >= 4 and word.isascii() and word.isalpha())
        self._known = frozenset(vocabulary)
        self._dictionary = dictionary

    def is_word(self, word: str) -> bool:
        """Does the English dictionary, or a rule, know this word?"""
        return word in self._known or self._dictionary.get(word, 0) >= 40

    def correct(self, sentence: Sentence) -> Sentence:
        """The same sentence in the lexicon's spelling; offsets stay those of the words as typed."""
        tokens: list[Token] = []
        for token in sentence.tokens:
            for word in self._correct(token.word):
                tokens.append(
                    Token(
                        word, token.start, token.end, token.comma and not (tokens and tokens[-1].start == token.start)
                    )
                )
        return Sentence(tuple(tokens), sentence.question)

    @lru_cache(maxsize=4096)  # noqa: B019 - one speller lives as long as the process
    def _correct(self, word: str) -> tuple[str, ...]:
        if _MIXED.match(word):
            plain = (form for table in _LEET if (form := word.translate(table)).isalpha() and self.is_word(form))
            if found := next(plain, None):
                return (found,)
        if len(word) < 4 or not word.isascii() or not word.isalpha() or self.is_word(word):
            return (word,)
        squeezed = re.sub(r"(.)\1{2,}", r"\1\1", word)
        for form in (squeezed, re.sub(r"(.)\1+", r"\1", word)):
            if form in self._known:
                return (form,)
        close = process.extract(squeezed, self._targets, scorer=OSA.distance, score_cutoff=_allowed(word), limit=5)
        close = [hit for hit in close if hit[0][0] == word[0] or hit[1] <= 1]
        if close:
            return (min(close, key=lambda hit: (hit[1], hit[0][0] != word[0], hit[0]))[0],)
        for cut in range(3, len(word) - 2):
            if word[:cut] in self._known and word[cut:] in self._known:
                return word[:cut], word[cut:]
        return (word,)


def _allowed(word: str) -> int:
    """Edits forgiven: one in short words, two from eight letters on (Damerau-Levenshtein, adjacent swaps count one)."""
    return 1 if len(word) < 8 else 2
