"""Right in all: the share of cases whose reply is of the right kind, holds every key fact, says nothing it must not, and
cites a sentence that answers. Strict on purpose: one thing wrong makes the case wrong.

Source: exact match, as in SQuAD (Rajpurkar et al. 2016), carried over to replies with several parts.
"""

from __future__ import annotations

from eval.metrics.base import Metric
from eval.reply import Result
from eval.score import score

METRIC = Metric[Result](
    name="right",
    title="Right in every respect",
    group="answers",
    definition=__doc__,
    concerns=lambda result: result.case.expect.kind is not None,
    value=lambda result: float(score(result.case, result.reply).right),
)
