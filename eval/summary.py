"""A run in figures: each measure over all its cases and by suite, the gates, and how the repeats agreed."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eval.metrics import METRICS
from eval.metrics.base import Estimate, estimate
from eval.outcome import problem
from eval.reply import PairResult, Result
from eval.runs import Run
from eval.thresholds import Checked, Gate, check


@dataclass(frozen=True, slots=True)
class SuiteSummary:
    """A suite: how many cases, how many of them were fine, its estimates."""

    name: str
    cases: int
    fine: int
    unscored: int
    failed: int
    estimates: tuple[Estimate, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """A run in figures."""

    run: str
    about: dict[str, Any]
    estimates: tuple[Estimate, ...]
    suites: tuple[SuiteSummary, ...]
    checked: tuple[Checked, ...]
    unstable: tuple[str, ...]  # cases that were fine in some repeats and not in others

    @property
    def passed(self) -> bool:
        """Whether no gate failed."""
        return not self.broken

    @property
    def broken(self) -> list[Checked]:
        """The gates that failed."""
        return [checked for checked in self.checked if checked.verdict == "failed"]

    def figure(self, metric: str) -> Estimate | None:
        """The estimate of a measure over all cases."""
        return next((estimate for estimate in self.estimates if estimate.metric == metric), None)


def summarise(run: Run, gates: Sequence[Gate]) -> Summary:
    """The figures of a run."""
    by_suite: dict[str, list[Result | PairResult]] = defaultdict(list)
    for result in run.results:
        by_suite[result.suite].append(result)
    return Summary(
        run.name,
        run.about,
        estimates(run.results),
        tuple(_suite(name, results) for name, results in by_suite.items()),
        tuple(check(gates, run.results)),
        _unstable(run.results),
    )


def estimates(results: Sequence[Result | PairResult]) -> tuple[Estimate, ...]:
    """Every measure that the results concern."""
    found = (estimate(metric, results) for metric in METRICS)
    return tuple(one for one in found if one is not None)


def as_json(summary: Summary) -> dict[str, Any]:
    """The summary as JSON-ready values; NaN becomes null."""

    def clean(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: clean(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [clean(one) for one in value]
        return None if isinstance(value, float) and math.isnan(value) else value

    whole = {**asdict(summary), "passed": summary.passed}
    cleaned: dict[str, Any] = clean(whole)
    return cleaned


def _suite(name: str, results: Sequence[Result | PairResult]) -> SuiteSummary:
    return SuiteSummary(
        name,
        len(results),
        sum(not problem(result) and not _unscored(result) for result in results),
        sum(_unscored(result) for result in results),
        sum(isinstance(result, Result) and result.reply.failed for result in results),
        estimates(results),
    )


def _unscored(result: Result | PairResult) -> bool:
    """Whether a grade is missing."""
    if isinstance(result, PairResult):
        return result.verdict.supported is None
    return any(verdict.supported is None for verdict in result.grades.support)


def _unstable(results: Sequence[Result | PairResult]) -> tuple[str, ...]:
    fine: dict[tuple[str, str], set[bool]] = defaultdict(set)
    for result in results:
        fine[result.key].add(not problem(result))
    return tuple(case for (_, case), seen in fine.items() if len(seen) > 1)
