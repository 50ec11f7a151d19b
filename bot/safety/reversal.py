"""Whether a claim turns its evidence round: effect and cause, or what is preferred and what it is preferred to.

"Coordination is lost because of stress" has every word of "when coordination is lost, stress is placed on the knee". A
small judge is deceived by that; which side of the connecting word each thing stands on is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from bot.safety.coverage import coverage
from bot.safety.cues import lexicon, lower, pattern

_MARGIN = 0.35  # by how much the sides must fit better crosswise, each 0 to 1: chosen on the development pairs
Sides = tuple[str, str]
Words = tuple[str, ...]  # names of lists in `policy/ground.yaml`: which words lead from first to second, which back
_PREVAILS: tuple[Words, Words] = (("prevails",), ())
_LEADS: tuple[Words, Words] = (("leads",), ("follows",))
_SOFTLY: tuple[Words, Words] = (("leads", "leads_softly"), ("follows", "follows_softly"))


def turned_round(claim: str, evidence: Sequence[str]) -> str | None:
    """The relation whose sides `claim` has swapped, if it has; sides fit by the share of words they have in common."""
    for relation, said in (("prevails", (_PREVAILS, _PREVAILS)), ("leads", (_LEADS, _SOFTLY))):
        given = [sides for text in evidence for sides in _sides(text, said[1])]
        for mine in _sides(claim, said[0]):
            fits = [(_fit(mine, theirs), _fit(mine, theirs[::-1])) for theirs in given]
            if fits and max(across for _, across in fits) > max(straight for straight, _ in fits) + _MARGIN:
                return f"turns round ({relation})"
    return None


def _fit(mine: Sides, theirs: Sides) -> float:
    return coverage(mine[0], [theirs[0]]) + coverage(mine[1], [theirs[1]])


def _sides(text: str, words: tuple[Words, Words]) -> Iterator[Sides]:
    """What stands first and second in the order of the relation: a cause before its effect, however it is put."""
    lowered = lower(text).strip(" .")
    forward, backward = (_words(names) for names in words)
    for found in forward.finditer(lowered):
        yield from _filled(lowered[: found.start()], lowered[found.end() :])
    for found in backward.finditer(lowered):
        if found.start() == 0 and "," in lowered:  # "When A, B"
            first, _, second = lowered[found.end() :].partition(",")
            yield from _filled(first, second)
        else:
            yield from _filled(lowered[found.end() :], lowered[: found.start()])


def _filled(first: str, second: str) -> Iterator[Sides]:
    if re.search(r"\w{3,}", first) and re.search(r"\w{3,}", second):
        yield first, second


@cache
def _words(names: Words) -> re.Pattern[str]:
    return pattern([phrase for name in names for phrase in lexicon()["reversible"][name]] or ["(?!)"])
