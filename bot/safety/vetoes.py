"""What a claim may not do to its evidence, as rules: add a number, a cause, a body part, advice or certainty, or turn it round.

Each rule takes the claim and the evidence and says what is wrong, or None. They are one-sided: what they miss is for the
judge. Their words are in `policy/ground.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from bot.safety.policy import read_yaml
from bot.safety.quantities import added_quantity

PLAIN = 5  # the strength of a statement without hedge or emphasis
_CLAUSE = re.compile(
    r"[;:–—]|, (?=(?:and|but|so|or|yet|while|whereas|which|since|because|as|though|although|when|if|unless|making|leading|then)\b)"
    r"|\s(?=(?:but|because|while|whereas|although|though|so that|unless) )|(?<=\w)\. "
)
_NEGATED_WITHIN = 3  # words between "not" and what it denies
_LEAD = r"(?:(?:so|and|then|please|also|always|just|to start)\s+)?"


@cache
def lexicon() -> Mapping[str, Any]:
    """`policy/ground.yaml`, every scalar a string."""
    content: Mapping[str, Any] = read_yaml("policy", "ground.yaml")
    return content


def pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    """One pattern for any of `phrases`, whole words only."""
    return re.compile(r"(?<![\w-])(?:" + "|".join(sorted(phrases, key=len, reverse=True)) + r")(?!\w)")


@cache
def compiled(name: str) -> re.Pattern[str]:
    """The pattern of a list of `policy/ground.yaml`."""
    return pattern(lexicon()[name])


def clauses(text: str) -> list[str]:
    """`text` in lower case, apostrophes straightened, cut where a new statement begins."""
    return [part.strip(" .,") for part in _CLAUSE.split(text.lower().replace("’", "'")) if part and part.strip(" .,")]


def strength(clause: str) -> int:
    """How far a clause goes, 1 ("may") to 6 ("always"): its weakest hedge, else its emphasis, else 5."""
    levels = [level for level, words in _strengths().items() if words.search(clause)]
    hedges = [level for level in levels if level < PLAIN]
    if hedges:
        return min(hedges)
    emphasised = [m for m in _strengths()[6].finditer(clause) if not _denied(clause, m.start())] if 6 in levels else []
    return 6 if emphasised else PLAIN


def adds_number(claim: str, evidence: Sequence[str]) -> str | None:
    """A quantity the evidence does not give with the same values and unit."""
    added = added_quantity(claim, " ".join(evidence))
    return f"adds the quantity {added}" if added else None


def adds_body_part(claim: str, evidence: Sequence[str]) -> str | None:
    """A part of the body that the evidence does not name, by any of its words."""
    text = " ".join(evidence).lower()
    there = _parts(text)
    for part in sorted(_parts(claim.lower()) - there):
        wholes = lexicon()["body_whole"].get(part, ())
        if not any(piece in there or pattern([piece]).search(text) for piece in wholes):
            return f"adds the body part {part}"
    return None


def adds_thing(claim: str, evidence: Sequence[str]) -> str | None:
    """A person, remedy, activity, disease or group of people that the evidence does not name."""
    lowered, text = claim.lower(), " ".join(evidence).lower()
    for thing, words in _things().items():
        if words.search(lowered) and not words.search(text):
            licence = lexicon()["thing_licence"].get(thing)
            if not licence or not pattern(licence).search(text):
                return f"adds {thing}"
    return None


def adds_cause(claim: str, evidence: Sequence[str]) -> str | None:
    """A reason, where the evidence gives none. Two sentences joined by "because" are left to the judge."""
    found = compiled("causal").search(claim.lower())
    if found and len(evidence) == 1 and not compiled("causal_licence").search(evidence[0].lower()):
        return f"adds a cause ({found.group()})"
    return None


def adds_advice(claim: str, evidence: Sequence[str]) -> str | None:
    """A direction to the reader, where the evidence directs nobody."""
    found = directive(claim)
    if found and not compiled("directive_licence").search(" ".join(evidence).lower()) and not any(map(directive, evidence)):
        return f"adds advice ({found})"
    return None


def directive(text: str) -> str | None:
    """The word by which `text` tells somebody what to do: "should", or a verb that opens a clause as a command."""
    lowered = text.lower().replace("’", "'")
    for found in compiled("directive").finditer(lowered):
        if not _denied(lowered, found.start()):
            return found.group()
    command = _command()
    for clause in re.split(r"[;:.–—]|, |,? (?:so|then) ", lowered):
        match = command.match(clause.strip())
        if match:
            return match.group(1)
    return None


def strengthens(claim: str, evidence: Sequence[str]) -> str | None:
    """"Always" or "all" that the evidence lacks, or "will" where it says "may"."""
    lowered, text = claim.lower(), " ".join(evidence).lower()
    for name in ("universal", "sure"):
        words = compiled("universal") if name == "universal" else _strengths()[6]
        for found in words.finditer(lowered):
            if not _denied(lowered, found.start()) and not words.search(text):
                return f"goes further ({found.group()})"
    for clause in clauses(claim):
        nearest = closest(clause, [part for sentence in evidence for part in clauses(sentence)])
        if strength(clause) >= PLAIN > strength(nearest) and strength(nearest) == 1 and strength(lowered) >= PLAIN:
            return "is more certain than the evidence"
    return None


def contradicts(claim: str, evidence: Sequence[str]) -> str | None:
    """A word whose opposite stands in the evidence, and it does not; neither of them denied."""
    strip = compiled("not_antonyms")
    lowered, text = strip.sub(" ", claim.lower()), strip.sub(" ", " ".join(evidence).lower())
    for one, other in _antonyms():
        for mine, theirs in ((one, other), (other, one)):
            found = mine.search(lowered)
            if not found or mine.search(text) or theirs.search(lowered) or _denied(lowered, found.start()):
                continue
            opposed = theirs.search(text)
            if opposed and not _denied(text, opposed.start()):
                return f"contradicts ({found.group()} against {opposed.group()})"
    return None


RULES: tuple[Callable[[str, Sequence[str]], str | None], ...] = (
    adds_number,
    adds_body_part,
    adds_thing,
    adds_cause,
    adds_advice,
    strengthens,
    contradicts,
)


def vetoes(claim: str, evidence: Sequence[str]) -> list[str]:
    """Everything the rules have against `claim`, empty when nothing."""
    return [why for rule in RULES if (why := rule(claim, evidence))]


def flips(claim: str, evidence: Sequence[str]) -> bool:
    """Whether one denies and the other does not, clause against closest clause; a sign, too rough for a veto."""
    parts = [part for sentence in evidence for part in clauses(sentence)]
    for clause in clauses(claim):
        nearest = closest(clause, parts)
        mine, theirs = bool(compiled("negators").search(clause)), bool(compiled("negators").search(nearest))
        softly = bool(compiled("denying").search(clause)), bool(compiled("denying").search(nearest))
        if (mine and not theirs and not softly[1]) or (theirs and not mine and not softly[0]):
            return True
    return False


def closest(clause: str, others: Sequence[str]) -> str:
    """The one of `others` that shares most word beginnings with `clause`, the first of equals; "" of none."""
    mine = _beginnings(clause)
    return max(others, key=lambda other: len(mine & _beginnings(other)), default="")


def _beginnings(text: str) -> frozenset[str]:
    return frozenset(word[:5] for word in re.findall(r"\w{4,}", text))


def _denied(text: str, at: int) -> bool:
    """Whether "not", "rather than" or the like stands shortly before `at` in its clause."""
    before = re.split(r"[;:.]|, ", text[:at])[-1].split()
    near = " ".join(before[-_NEGATED_WITHIN:])
    return bool(compiled("negators").search(near) or re.search(r"\b(?:rather than|instead of|rarely|seldom)\b", near))


def _parts(text: str) -> set[str]:
    return {part for part, words in _body().items() if words.search(text)}


@cache
def _body() -> dict[str, re.Pattern[str]]:
    return {part: pattern(words) for part, words in lexicon()["body"].items()}


@cache
def _things() -> dict[str, re.Pattern[str]]:
    return {thing: pattern(words) for thing, words in lexicon()["things"].items()}


@cache
def _strengths() -> dict[int, re.Pattern[str]]:
    return {int(level): pattern(words) for level, words in lexicon()["strength"].items()}


@cache
def _antonyms() -> list[tuple[re.Pattern[str], re.Pattern[str]]]:
    return [(pattern(one), pattern(other)) for one, other in lexicon()["antonyms"]]


@cache
def _command() -> re.Pattern[str]:
    verbs, finite = "|".join(lexicon()["imperative"]), "|".join(lexicon()["finite"])
    return re.compile(rf"^{_LEAD}({verbs})\b(?!-)(?!\s+(?:{finite})\b)")
