"""Mean reciprocal rank: 1 over the rank of the first retrieved passage that holds a gold sentence, 0 when none does.

Source: Voorhees, TREC-8 Question Answering Track Report, 1999.
"""

from __future__ import annotations

from collections.abc import Sequence

from eval.metrics.base import Metric
from eval.metrics.gold import relevance, retrieves
from eval.reply import Result


def reciprocal_rank(relevant: Sequence[bool]) -> float:
    """1 / rank of the first relevant passage, 0 when there is none."""
    return next((1 / rank for rank, is_relevant in enumerate(relevant, start=1) if is_relevant), 0.0)


METRIC = Metric[Result](
    name="mrr",
    title="First useful passage, reciprocal rank",
    group="finding",
    definition=__doc__,
    concerns=retrieves,
    value=lambda result: reciprocal_rank(relevance(result)),
)
