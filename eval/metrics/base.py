"""What a metric is, and its estimate over results: mean, interval, and what could not be scored."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

import numpy as np

from eval.intervals import bootstrap, wilson
from eval.reply import PairResult, Result

R = TypeVar("R", Result, PairResult)
Group = Literal["answers", "abstaining", "safety", "finding", "grounding", "speed"]
UNSCORED = math.nan


@dataclass(frozen=True)  # slots and Generic do not go together before Python 3.12
class Metric(Generic[R]):
    """One measure.

    `concerns` says from the case alone whether a result counts; `value` gives its value, None when the reply takes it
    out of the measure (an abstention has no precision when nothing abstained), NaN when it should have been scored and
    could not be. `summarise` turns values into the figure. A failed reply that concerns the metric counts as the worst
    value, unless the metric is about replies of one kind (`of_replies`) or is no share.
    """

    name: str
    title: str
    group: Group
    definition: str
    concerns: Callable[[R], bool]
    value: Callable[[R], float | None]
    higher_is_better: bool = True
    of_replies: bool = False
    unit: Literal["share", "ms", "tokens"] = "share"
    summarise: Callable[[Sequence[float]], float] | None = None  # None: the mean
    takes: type[Any] = Result

    def of(self, result: R) -> float | None:
        """The value of one result, failures included."""
        if not isinstance(result, self.takes) or not self.concerns(result):
            return None
        if isinstance(result, Result) and result.reply.failed:
            if self.of_replies or self.unit != "share":
                return None
            return 0.0 if self.higher_is_better else 1.0
        return self.value(result)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval; NaN when nothing was scored. `n` scored, `unscored` not, `failed` without reply."""

    metric: str
    value: float
    low: float
    high: float
    n: int
    unscored: int = 0
    failed: int = 0


def estimate(metric: Metric[Any], results: Sequence[Any]) -> Estimate | None:
    """The metric over results; None when it concerns none of them. Repeats of one case are drawn together."""
    cases: dict[tuple[str, str], list[float]] = defaultdict(list)
    unscored = failed = 0
    for result in results:
        value = metric.of(result)
        if value is None:
            continue
        failed += isinstance(result, Result) and result.reply.failed
        if math.isnan(value):
            unscored += 1
        else:
            cases[result.key].append(value)
    values = list(cases.values())
    n = sum(len(repeats) for repeats in values)
    if not n:
        return Estimate(metric.name, math.nan, math.nan, math.nan, 0, unscored, failed) if unscored else None
    flat = [value for repeats in values for value in repeats]
    figure = metric.summarise(flat) if metric.summarise else float(np.mean(flat))
    if metric.unit == "share" and metric.summarise is None and set(flat) in ({0.0}, {1.0}):
        # resampling what is all the same has no width; n observations still leave room
        low, high = wilson(round(sum(flat)), n)
    else:
        low, high = bootstrap(values, metric.summarise)
    return Estimate(metric.name, figure, low, high, n, unscored, failed)
