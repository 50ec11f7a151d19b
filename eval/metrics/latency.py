"""Latency: milliseconds from question to whole reply, and to the first sentence shown; median (p50) and 95th percentile
(p95) over all replies, one question at a time. Depends on the machine and on what else it does.

Source: percentiles with linear interpolation, Hyndman and Fan, The American Statistician 1996, type 7.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from eval.metrics.base import Metric
from eval.reply import Result


def percentile(share: float) -> Callable[[Sequence[float]], float]:
    """The percentile of values, `share` from 0 to 100."""
    return lambda values: float(np.percentile(values, share))


def metric(name: str, title: str, timing: str, share: float) -> Metric[Result]:
    """A percentile of one timing."""
    return Metric[Result](
        name=name,
        title=title,
        group="speed",
        definition=__doc__ or "",
        concerns=lambda result: True,
        value=lambda result: result.reply.timings_ms.get(timing),
        higher_is_better=False,
        of_replies=True,
        unit="ms",
        summarise=percentile(share),
    )


METRICS = (
    metric("latency_p50", "Whole reply, median", "total", 50),
    metric("latency_p95", "Whole reply, slowest 5 %", "total", 95),
    metric("first_sentence_p50", "First sentence, median", "first_sentence", 50),
    metric("first_sentence_p95", "First sentence, slowest 5 %", "first_sentence", 95),
)
