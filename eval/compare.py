"""What changed between two runs, case by case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from eval.metrics.base import Estimate
from eval.outcome import problem
from eval.reply import PairResult, Result
from eval.summary import estimates

Kind = Literal["worse", "better", "still wrong, differently", "other words"]


@dataclass(frozen=True, slots=True)
class Change:
    """A case both runs have, whose outcome or reply differs."""

    suite: str
    id: str
    text: str
    kind: Kind
    before: str
    after: str
    why: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The figures of the cases both runs have, and the cases that differ; `only_one` counts the cases of one run alone."""

    figures: tuple[tuple[Estimate, Estimate], ...]
    changes: tuple[Change, ...]
    shared: int
    only_one: int


def compare(before: Sequence[Result | PairResult], after: Sequence[Result | PairResult]) -> Comparison:
    """Compare the first repeat of every case that both have; figures are over the same cases, or they mean nothing."""
    old = {result.key: result for result in before if result.epoch == 1}
    new = {result.key: result for result in after if result.epoch == 1}
    shared = [key for key in new if key in old]
    was = {one.metric: one for one in estimates([old[key] for key in shared])}
    now = {one.metric: one for one in estimates([new[key] for key in shared])}
    changes = [change for key in shared if (change := _change(old[key], new[key]))]
    order = {"worse": 0, "better": 1, "still wrong, differently": 2, "other words": 3}
    return Comparison(
        tuple((was[name], figure) for name, figure in now.items() if name in was),
        tuple(sorted(changes, key=lambda change: order[change.kind])),
        len(shared),
        len(old.keys() ^ new.keys()),
    )


def _change(old: Result | PairResult, new: Result | PairResult) -> Change | None:
    wrong_before, wrong_now = problem(old), problem(new)
    before, after = _said(old), _said(new)
    kind: Kind
    if bool(wrong_before) != bool(wrong_now):
        kind = "worse" if wrong_now else "better"
    elif wrong_now and wrong_before != wrong_now:
        kind = "still wrong, differently"
    elif before != after:
        kind = "other words"
    else:
        return None
    text = new.case.text if isinstance(new, Result) else new.pair.claim
    return Change(new.suite, new.key[1], text, kind, before, after, wrong_now or wrong_before)


def _said(result: Result | PairResult) -> str:
    if isinstance(result, Result):
        return result.reply.text or f"({result.reply.error})"
    return {True: "supported", False: "not supported", None: "unscored"}[result.verdict.supported]
