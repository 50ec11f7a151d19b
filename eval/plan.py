"""What a run runs: jobs, each a suite's cases with or without the language model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from eval.cases import Case, Split, SupportPair
from eval.catalogue import Suite, case_stratum, stratified

Mode = Literal["composed", "extractive"]
COMPOSED = 40  # cases of each answering suite that a run composes: each takes seconds, and all of them the better part of an hour
QUICK_CASES = 40  # of each suite in a quick run
QUICK_COMPOSED = 6  # cases a quick run composes, over all answering suites
PAIRS, QUICK_PAIRS = 40, 16  # of the support check's pairs when the judge is asked: all of them take minutes


@dataclass(frozen=True, slots=True)
class Job:
    """Cases, or pairs, under a name; `compose` lets the language model answer."""

    name: str
    title: str
    cases: tuple[Case, ...] = ()
    pairs: tuple[SupportPair, ...] = ()
    compose: bool = False
    of: int = 0  # how many the suite has

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.cases) + len(self.pairs)


def plan(
    suites: Sequence[Suite],
    split: Split,
    mode: Mode,
    *,
    limit: int | None = None,
    composed: int | None = COMPOSED,
    quick: bool = False,
) -> list[Job]:
    """The jobs of a run. A quick run quotes, and composes a few cases besides when `mode` says so. Raises InputError.

    `limit` bounds the cases of each suite, `composed` those the language model answers (None: no bound); both are drawn
    evenly from what is expected. Safety is decided before the language model and runs without it.
    """
    limit = min(limit or QUICK_CASES, QUICK_CASES) if quick else limit
    composing = mode == "composed"
    jobs = []
    for suite in suites:
        if suite.kind == "pairs":
            every = suite.pairs(split)
            most = _least(limit, (QUICK_PAIRS if quick else PAIRS) if composing else None)
            pairs = stratified(every, most, lambda pair: pair.kind)
            jobs.append(Job(suite.name, suite.title, pairs=tuple(pairs), of=len(every)))
        else:
            cases = suite.cases(split)
            compose = composing and not quick and suite.kind == "answering"
            chosen = stratified(cases, _least(limit, composed if compose else None), case_stratum)
            jobs.append(Job(suite.name, suite.title, tuple(chosen), compose=compose, of=len(cases)))
    if quick and composing:
        answering = [suite for suite in suites if suite.kind == "answering"]
        answerable = [case for suite in answering for case in suite.cases(split) if case.expect.kind == "answer"]
        few = stratified(answerable, QUICK_COMPOSED, case_stratum)
        if few:
            title = "A few answers the language model writes"
            jobs.append(Job("composed", title, tuple(few), compose=True, of=len(answerable)))
    return jobs


def _least(*bounds: int | None) -> int | None:
    return min((bound for bound in bounds if bound is not None), default=None)
