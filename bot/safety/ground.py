"""Step 9: may this sentence be shown? Only when the evidence it cites states all of it.

A sentence that stands in the evidence word for word needs no judge. Any other must get past the rules of `vetoes` and
needs the judge's yes: a judge of 1.5 billion parameters misses altered figures, "may" turned into "will" and added body
parts, which rules see; rules miss causes turned round and swapped subjects (measured: `python -m eval.bench.support`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

from bot.safety.coverage import coverage, echoed
from bot.safety.policy import read_yaml
from bot.safety.vetoes import veto

Judge = Callable[[str, str], float]  # (evidence, claim) → probability in [0, 1] that the evidence states the claim

ECHOED = 2  # words that only the reader said: a claim with so many of them repeats the reader, as small models do
MOST_CITED = 3  # a sentence that needs more texts than this says too much at once
_WORD = re.compile(r"[^\W_]+(?:[’'][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Support:
    """Whether a sentence may be shown, why not, and which of the cited texts it stands on (indices)."""

    supported: bool
    reason: str
    stands_on: tuple[int, ...] = ()


def check_support(
    claim: str, cited: Sequence[str], judge: Judge | None, *, topic: str = "", question: str = ""
) -> Support:
    """Check `claim` against the texts it cites; without a judge only word-for-word sentences pass.

    `topic` (a guide's title) names what its sentences are about, so that they need not name it again; what `question` says
    and they do not is no guide's. `stands_on` is the one text that states the claim, else the fewest that share its
    words; the judge is asked twice at most.
    """
    if not cited:
        return Support(False, "cites nothing")
    said = words(claim)
    for i, text in enumerate(cited):
        # the whole of it: a part of a sentence may have lost its condition
        if said and words(text) == said:
            return Support(True, "word for word", (i,))
    sets = _admitted(claim, cited, topic)
    if not sets:
        everything = list(cited)
        return Support(False, veto(claim, everything, topic) or f"needs more than {MOST_CITED} citations")
    if echoed(claim, question, [*cited, topic]) >= ECHOED:
        return Support(False, "repeats what the reader said")
    if judge is None:
        return Support(False, "not word for word, and there is no judge")
    for chosen in _worth_asking(claim, cited, sets):
        if judge(" ".join(cited[i] for i in chosen), claim) >= threshold():
            return Support(True, "judged", chosen)
    return Support(False, "the evidence does not state it")


def words(text: str) -> list[str]:
    """The words of `text`, lower-cased, apostrophes straightened."""
    return [word.lower().replace("’", "'") for word in _WORD.findall(text)]


@cache
def threshold() -> float:
    """The least probability that counts as the judge's yes; how it was chosen stands in `policy/support.yaml`."""
    return float(read_yaml("policy", "support.yaml")["threshold"])


def _admitted(claim: str, cited: Sequence[str], topic: str) -> list[tuple[int, ...]]:
    """The sets of cited texts no rule objects to, fewest first."""
    sizes = range(1, min(len(cited), MOST_CITED) + 1)
    sets = [chosen for size in sizes for chosen in combinations(range(len(cited)), size)]
    return [chosen for chosen in sets if veto(claim, [cited[i] for i in chosen], topic) is None]


def _worth_asking(claim: str, cited: Sequence[str], sets: Sequence[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """The single text that has most of the claim's words, then the fewest texts that have most of them."""
    share = {chosen: coverage(claim, [cited[i] for i in chosen]) for chosen in sets}
    alone = max((chosen for chosen in sets if len(chosen) == 1), key=lambda chosen: share[chosen], default=None)
    fullest = max(sets, key=lambda chosen: (share[chosen], -len(chosen)))
    return list(dict.fromkeys(chosen for chosen in (alone, fullest) if chosen))
