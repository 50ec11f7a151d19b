"""Words that carry a claim's weight: hedges, denials, directions. Their lists are in `policy/ground.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from bot.safety.policy import read_yaml

PLAIN = 5  # the strength of a statement without hedge or emphasis
_CLAUSE = re.compile(
    r"[;:–—]|(?<=\w)\. |, (?=(?:and|but|so|or|yet|while|whereas|which|since|because|as|though|although|when|if|unless"
    r"|making|leading|then)\b)|\s(?=(?:but|because|while|whereas|although|though|so that|unless) )"
)
_STATEMENT = re.compile(r"[;:.–—]|, |,? (?:so|then) ")
_LEAD = r"(?:(?:so|and|then|please|also|always|just)\s+)?"
_NEAR = 4  # words between "not" and what it denies


@cache
def lexicon() -> Mapping[str, Any]:
    """`policy/ground.yaml`, every scalar a string; raises SettingsError when it cannot be read."""
    content: Mapping[str, Any] = read_yaml("policy", "ground.yaml")
    return content


def pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    """One pattern for any of `phrases`, whole words only."""
    return re.compile(r"(?<![\w-])(?:" + "|".join(sorted(phrases, key=len, reverse=True)) + r")(?!\w)")


@cache
def compiled(name: str) -> re.Pattern[str]:
    """The pattern of one list of `policy/ground.yaml`."""
    return pattern(lexicon()[name])


def lower(text: str) -> str:
    """`text` in lower case with straight apostrophes, as the patterns read it."""
    return text.lower().replace("’", "'")


def clauses(text: str) -> list[str]:
    """`text` in lower case, cut where a new statement begins."""
    return [part.strip(" .,") for part in _CLAUSE.split(lower(text)) if part.strip(" .,")]


def closest(clause: str, others: Sequence[str]) -> str:
    """The one of `others` that shares most word beginnings with `clause`, the first of equals; "" of none."""
    mine = _beginnings(clause)
    return max(others, key=lambda other: len(mine & _beginnings(other)), default="")


def undenied(words: re.Pattern[str], text: str) -> str | None:
    """The first of `words` in `text` that is not denied there."""
    return next((found.group() for found in words.finditer(text) if not denied(text, found.start())), None)


def denied(text: str, at: int) -> bool:
    """Whether "not", "rather than" or the like stands shortly before `at` in the same clause."""
    before = re.split(r"[;:.]|, ", text[:at])[-1].split()
    near = " ".join(before[-_NEAR:])
    return bool(compiled("negators").search(near) or compiled("contrasts").search(near))


def strength(clause: str) -> int:
    """How far a clause goes, 1 ("may") to 6 ("always"): its weakest hedge, else its emphasis, else 5."""
    hedges = [level for level, words in _strengths().items() if level < PLAIN and words.search(clause)]
    if hedges:
        return min(hedges)
    return 6 if undenied(emphasis(), clause) else PLAIN


def emphasis() -> re.Pattern[str]:
    """The words that leave no doubt: "always", "certainly"."""
    return _strengths()[6]


def directive(text: str) -> str | None:
    """The word by which `text` tells somebody what to do: "should", or a verb that opens a statement as a command."""
    lowered = lower(text)
    if found := undenied(compiled("directive"), lowered):
        return found
    openings = (_command().match(statement.strip()) for statement in _STATEMENT.split(lowered))
    return next((opening.group(1) for opening in openings if opening), None)


def _beginnings(text: str) -> frozenset[str]:
    """Five letters tell inflected forms of a word from other words well enough to pair clauses."""
    return frozenset(word[:5] for word in re.findall(r"\w{4,}", text))


@cache
def _strengths() -> dict[int, re.Pattern[str]]:
    return {int(level): pattern(words) for level, words in lexicon()["strength"].items()}


@cache
def _command() -> re.Pattern[str]:
    verbs, finite = "|".join(lexicon()["imperative"]), "|".join(lexicon()["finite"])
    return re.compile(rf"^{_LEAD}({verbs})\b(?!-)(?!\s+(?:{finite})\b)")
