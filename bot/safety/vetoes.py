"""What a claim may not do to its evidence: add a quantity, a thing, a cause or advice, go further, or turn it round.

Each rule takes the claim and the texts it is held against and says what is wrong, or None. The rules are one-sided:
what they let through is for the judge, who is weakest where they are strong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

from bot.safety.coverage import coverage
from bot.safety.cues import (
    clauses,
    closest,
    compiled,
    directive,
    emphasis,
    lexicon,
    lower,
    pattern,
    strength,
    undenied,
)
from bot.safety.quantities import added_quantity
from bot.safety.reference import replaces_subject, speaks_as_reader
from bot.safety.reversal import turned_round

Rule = Callable[[str, Sequence[str]], str | None]
_ITEM = re.compile(r"[,;.]|\b(?:and|or|but|because|so|than|while|when|if)\b")
_REPLYING = re.compile(r"^(?:yes|no)\b,?\s+")
_CONDITION = re.compile(r"\b(?:if|when|unless)\b")
_OPENING = re.compile(r"^(?:if|when|unless|once|as|by)\b[^,]*,")  # a condition before what it is a condition of
_CONDITIONAL = re.compile(r"\b(?:if|when|unless|once|after|with|while|provided|alongside|as|by|through)\b")
_KEPT = 0.3  # of a condition's words: less, and it is left out
_RESTS = 0.5  # of a claim's words in a text: the claim is made from it


def adds_quantity(claim: str, evidence: Sequence[str]) -> str | None:
    """A quantity the evidence does not give with the same values and unit."""
    added = added_quantity(claim, " ".join(evidence))
    return f"adds the quantity {added}" if added else None


def adds_body_part(claim: str, evidence: Sequence[str]) -> str | None:
    """A part of the body that the evidence names by none of its words."""
    return _adds("body", "body_licence", claim, evidence)


def adds_thing(claim: str, evidence: Sequence[str]) -> str | None:
    """A person, remedy, activity, disease or group of people that the evidence names by none of its words."""
    return _adds("things", "things_licence", claim, evidence)


def adds_cause(claim: str, evidence: Sequence[str]) -> str | None:
    """A reason, where the evidence gives none; two sentences joined by "because" are left to the judge."""
    found = compiled("causal").search(lower(claim))
    if found and len(evidence) == 1 and not compiled("causal_licence").search(lower(evidence[0])):
        return f"adds a cause ({found.group()})"
    return None


def adds_comparison(claim: str, evidence: Sequence[str]) -> str | None:
    """One thing set above another ("the largest", "better than"), where the evidence compares nothing."""
    found = compiled("comparison").search(lower(claim))
    if found and not compiled("comparison_licence").search(_joined(evidence)):
        return f"adds a comparison ({found.group()})"
    return None


def adds_advice(claim: str, evidence: Sequence[str]) -> str | None:
    """A direction to the reader, where the evidence directs nobody."""
    found = directive(claim)
    if not found or compiled("directive_licence").search(_joined(evidence)) or any(map(directive, evidence)):
        return None
    return f"adds advice ({found})"


def strengthens(claim: str, evidence: Sequence[str]) -> str | None:
    """ "Always" or "all" that the evidence lacks, or a clause that goes further than the one it comes from."""
    lowered, text = _REPLYING.sub("", lower(claim)), _joined(evidence)  # the "no" of a reply says nothing of all
    for words in (*_universals(), emphasis()):
        found = undenied(words, lowered)
        if found and not undenied(words, text):
            return f"goes further ({found})"
    parts = [part for sentence in evidence for part in clauses(sentence)]
    for clause in clauses(claim):
        given = strength(closest(clause, parts))
        if strength(clause) > given < strength(lowered):  # a clause may leave its hedge to the one before
            return "is more certain than the evidence"
    return None


def drops_condition(claim: str, evidence: Sequence[str]) -> str | None:
    """A condition the evidence opens with ("When …,", "As …,", "By doing …,") that the claim made from it leaves out."""
    if _CONDITIONAL.search(lower(claim)):
        return None
    for text in evidence:
        opening = _OPENING.match(lower(text))
        if opening and coverage(opening.group(), [claim]) < _KEPT and coverage(claim, [text]) >= _RESTS:
            return f"drops a condition ({opening.group()[:-1]})"
    return None


def contradicts(claim: str, evidence: Sequence[str]) -> str | None:
    """A word whose opposite stands in the evidence while it does not; neither of them denied."""
    lowered, text = (compiled("not_antonyms").sub(" ", part) for part in (lower(claim), _joined(evidence)))
    for one, other in _antonyms():
        for mine, theirs in ((one, other), (other, one)):
            if mine.search(text) or theirs.search(lowered):
                continue
            said, given = undenied(mine, lowered), undenied(theirs, text)
            if said and given:
                return f"contradicts ({said} against {given})"
    return None


def denies(claim: str, evidence: Sequence[str]) -> str | None:
    """ "Not", outside a condition, where nothing in the evidence denies anything.

    The other direction, a "not" left out, is the judge's: evidence says "not quick fixes" where a claim leaves it out.
    """
    text = _joined(evidence)
    if compiled("negators").search(text) or compiled("denying").search(text):
        return None
    for clause in clauses(claim):
        found = compiled("negators").search(clause)
        if found and not _CONDITION.search(clause[: found.start()]):
            return f"denies ({found.group()})"
    return None


def misplaces(claim: str, evidence: Sequence[str]) -> str | None:
    """A body part joined to a word that the evidence joins only to other parts: "hip mobility" of "ankle mobility"."""
    items = [item for text in evidence for item in _items(lower(text))]
    for part, words in _groups("body").items():
        for found in words.finditer(lower(claim)):
            after = re.match(r"\s+(\w{4,})", lower(claim)[found.end() :])
            near = [item for item in items if after and re.search(rf"\b{after.group(1)}\b", item)]
            if near and all(parts and part not in parts for parts in (_named("body", item) for item in near)):
                return f"misplaces {part}"
    return None


def _items(text: str) -> list[str]:
    """The parts of a text, an enumeration of body parts in one: "training of the hips, glutes, and quadriceps"."""
    items: list[str] = []
    for item in filter(str.strip, _ITEM.split(text)):
        if items and _named("body", item.split()[0]) and _named("body", items[-1].split()[-1]):
            items[-1] += f", {item}"
        else:
            items.append(item)
    return items


RULES: tuple[Rule, ...] = (
    adds_quantity,
    adds_thing,
    adds_cause,
    adds_comparison,
    adds_advice,
    strengthens,
    drops_condition,
    contradicts,
    denies,
    misplaces,
    turned_round,
    speaks_as_reader,
)


def veto(claim: str, evidence: Sequence[str], topic: str = "") -> str | None:
    """What the first rule with an objection has against `claim`; None when there is no objection.

    A body part that `topic`, the guide's title, names is no addition, nor is it as what "it" stands for: a guide's sentences
    are about it.
    """
    if why := adds_body_part(claim, [*evidence, topic]) or replaces_subject(claim, evidence, topic):
        return why
    return next((why for rule in RULES if (why := rule(claim, evidence))), None)


def _adds(groups: str, licences: str, claim: str, evidence: Sequence[str]) -> str | None:
    text = _joined(evidence)
    there = _named(groups, text)
    for name in sorted(_named(groups, lower(claim)) - there):
        licence = lexicon()[licences].get(name, ())
        if not any(other in there or pattern([other]).search(text) for other in licence):
            return f"adds {name}"
    return None


def _joined(evidence: Sequence[str]) -> str:
    return lower(" ".join(evidence))


def _named(groups: str, text: str) -> set[str]:
    return {name for name, words in _groups(groups).items() if words.search(text)}


@cache
def _groups(name: str) -> dict[str, re.Pattern[str]]:
    return {group: pattern(words) for group, words in lexicon()[name].items()}


@cache
def _universals() -> tuple[re.Pattern[str], ...]:
    return tuple(pattern(words) for words in lexicon()["universal"])


@cache
def _antonyms() -> list[tuple[re.Pattern[str], re.Pattern[str]]]:
    return [(pattern(one), pattern(other)) for one, other in lexicon()["antonyms"]]
