"""Step 9: may this sentence be shown? Only when the evidence it cites states all of it.

A sentence that stands in the evidence word for word needs no judge. Any other needs the judge's yes and must add no
number: a judge of 1.5 billion parameters misses altered figures (measured: `python -m eval.bench.support`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Judge = Callable[[str, str], float]  # (evidence, claim) → probability in [0, 1] that the evidence states the claim

SUPPORTED = 0.7
_WORD = re.compile(r"[^\W_]+(?:[’'][^\W_]+)*")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_NUMBER_WORDS = {
    word: str(value)
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
} | {"thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "hundred": "100", "half": "0.5", "twice": "2"}
_UNITS = re.compile(
    r"\b(second|minute|hour|day|week|month|year|time|rep|set|percent|%|mg|ml|gram|kg|cm|mm|metre|meter|mile|km|degree)s?\b"
)


@dataclass(frozen=True, slots=True)
class Support:
    """Whether a sentence may be shown, why not, and which of the cited texts it stands on (indices)."""

    supported: bool
    reason: str
    stands_on: tuple[int, ...] = ()


def check_support(claim: str, cited: Sequence[str], judge: Judge | None) -> Support:
    """Check `claim` against the texts it cites; without a judge only word-for-word sentences pass."""
    if not cited:
        return Support(False, "cites nothing")
    for i, text in enumerate(cited):
        if words(claim) and _contains(words(text), words(claim)):
            return Support(True, "word for word", (i,))
    evidence = " ".join(cited)
    added = quantities(claim) - quantities(evidence)
    if added:
        return Support(False, f"adds the number {sorted(added)[0]}")
    if judge is None:
        return Support(False, "not word for word, and there is no judge")
    if judge(evidence, claim) < SUPPORTED:
        return Support(False, "the evidence does not state it")
    return Support(True, "judged", tuple(range(len(cited))))


def words(text: str) -> list[str]:
    """The words of `text`, lower-cased, apostrophes straightened."""
    return [word.lower().replace("’", "'") for word in _WORD.findall(text)]


def quantities(text: str) -> set[str]:
    """The numbers in `text` (digits or words) and the units of measurement it names."""
    lowered = text.lower()
    found = {digits.replace(",", ".") for digits in _DIGITS.findall(lowered)}
    found |= {_NUMBER_WORDS[word] for word in words(text) if word in _NUMBER_WORDS and word != "one"}
    return found | {match.group(1) for match in _UNITS.finditer(lowered) if match.group(1) != "time"}


def _contains(text: Sequence[str], claim: Sequence[str]) -> bool:
    """Whether `claim` is the whole of `text`: a part of a sentence may have lost its condition."""
    return list(text) == list(claim)
