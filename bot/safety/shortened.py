"""Whether a sentence is its evidence's, shortened: whole phrases left out, the others as they were and in their order.

A claim that people altered rarely gets past the judge; one that the model worded itself does: of forty such that were shown
over development questions four changed the subject, went further or made no sense ("Sitting can make the pain worsen
after sitting"). What was only cut shorter says no more than the guide, so the model may leave out, not reword.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, cast

from bot.safety.cues import compiled, lexicon, lower, pattern

_WORD = re.compile(r"[^\W_]+(?:[’'-][^\W_]+)*")
_HANGING = re.compile(r",\s(?:where|which|who|when)\b")  # what follows says something of what stands before it
_SEVERAL = re.compile(r"[.;:]\s")
_CONTRAST = re.compile(r",\s(?=(?:but|yet)\b)")  # what stands after it stands by itself; what stands before needs it
# the items of a list, and what a list or a sentence opens with
_PHRASE = re.compile(r",\s|\s(?:and|or)\s|(?<=\bsuch as)\s")


@dataclass(frozen=True, slots=True)
class Phrase:
    """The stems of a phrase, and whether it must stay: it has, or follows on, a denial, a hedge or a condition."""

    stems: tuple[str, ...]
    held: bool


def shortened(claim: str, evidence: str) -> bool:
    """Whether `claim` is made of whole phrases of `evidence` and keeps the denials, hedges and conditions they stand under."""
    if _states(lower(evidence)) and not _states(lower(claim)):
        return False  # no statement any more: its verb was left out
    said = tuple(_stems(lower(claim)))
    if _SEVERAL.search(lower(evidence)):  # what stands beside a sentence may be what it is compared with
        return said == tuple(_stems(lower(evidence)))
    parts = [_phrases(part) for part in _CONTRAST.split(lower(evidence))]
    stretches = ([phrase for part in parts[start:] for phrase in part] for start in range(len(parts)))
    return bool(said) and any(_made_of(said, stretch) for stretch in stretches)


def _states(lowered: str) -> bool:
    hanging = _HANGING.search(lowered)
    return hanging is None or bool(compiled("finite").search(lowered[: hanging.start()]))


def _made_of(said: tuple[str, ...], phrases: Sequence[Phrase]) -> bool:
    reached = {0}  # how many of `said` the phrases may have given; several, as a phrase can stand twice
    for phrase in phrases:
        given = {n + len(phrase.stems) for n in reached if said[n : n + len(phrase.stems)] == phrase.stems}
        reached = given if phrase.held else reached | given
    return len(said) in reached


def _phrases(part: str) -> list[Phrase]:
    cuts = [*(found.start() for found in _PHRASE.finditer(part)), *(found.start() for found in _verbs().finditer(part))]
    edges = [0, *sorted({*cuts} - {0}), len(part)]
    pieces = [part[start:end] for start, end in pairwise(edges)]
    phrases: list[Phrase] = []
    for piece in pieces:  # a condition and the like reach to the next comma
        held = any(words.search(piece) for words in _holding())
        held = held or bool(phrases and phrases[-1].held and not piece.startswith(","))
        phrases.append(Phrase(tuple(_stems(piece)), held))
    return phrases


def _stems(lowered: str) -> Iterator[str]:
    for word in _WORD.findall(lowered):
        if word not in _free():
            yield cast(str, _stemmer().stemWord(word))


@cache
def _free() -> frozenset[str]:
    return frozenset(lexicon()["free"])


@cache
def _verbs() -> re.Pattern[str]:
    """What a statement is made with, so that its subject ends before it."""
    return pattern(lexicon()["auxiliary"])


@cache
def _holding() -> tuple[re.Pattern[str], ...]:
    strengths = [words for level, words in lexicon()["strength"].items() if int(level) < 6]
    return tuple(map(pattern, [lexicon()["negators"], lexicon()["contrasts"], lexicon()["conditional"], *strengths]))


@cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")
