"""What a run runs: jobs, each a suite's cases with or without the language model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from eval.cases import Case, Split, SupportPair
from eval.catalogue import Suite, case_stratum, stratified

Mode = Literal["composed", "extractive"]
QUICK_CASES = 40  # of each suite in a quick run
QUICK_COMPOSED = 6  # cases a quick run composes, over all answering suites
PAIRS, QUICK_PAIRS = 60, 16  # of the support check's pairs when the judge is asked: all of them take minutes


@dataclass(frozen=True, slots=True)
class Job:
    """Cases, or pairs, under a name; `compose` lets the language model answer."""

    name: str
    title: str
    cases: tuple[Case, ...] = ()
    pairs: tuple[SupportPair, ...] = ()
    compose: bool = False

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.cases) + len(self.pairs)


def plan(
    suites: Sequence[Suite], split: Split, mode: Mode, *, limit: int | None = None, quick: bool = False
) -> list[Job]:
    """The jobs of a run. A quick run quotes, and composes a few cases besides when `mode` says so. Raises InputError.

    `limit` bounds the cases of each suite, drawn evenly from what they expect; safety is decided before the language
    model and runs without it.
    """
    limit = min(limit or QUICK_CASES, QUICK_CASES) if quick else limit
    composed = mode == "composed"
    jobs = []
    for suite in suites:
        if suite.kind == "pairs":
            most = QUICK_PAIRS if quick else PAIRS
            pairs = stratified(suite.pairs(split), min(limit or most, most) if composed else limit, lambda p: p.kind)
            jobs.append(Job(suite.name, suite.title, pairs=tuple(pairs)))
        else:
            cases = stratified(suite.cases(split), limit, case_stratum)
            compose = composed and not quick and suite.kind == "answering"
            jobs.append(Job(suite.name, suite.title, tuple(cases), compose=compose))
    if quick and composed:
        answering = [suite for suite in suites if suite.kind == "answering"]
        cases = [case for suite in answering for case in suite.cases(split) if case.expect.kind == "answer"]
        few = stratified(cases, QUICK_COMPOSED, case_stratum)
        if few:
            jobs.append(Job("composed", "A few answers the language model writes", tuple(few), compose=True))
    return jobs
