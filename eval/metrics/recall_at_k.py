"""Recall@k: of the passages of the index that hold a gold sentence, the share among the first k retrieved. Not success@k:
finding one of two relevant passages is 0.5. 0 when no passage of the index holds a gold sentence whole.

Source: Manning, Raghavan and Schütze, Introduction to Information Retrieval, 2008, chapter 8.
"""

from __future__ import annotations

from collections.abc import Sequence

from eval.metrics.base import Metric
from eval.metrics.gold import relevance, retrieves
from eval.reply import Result


def recall_at(relevant: Sequence[bool], total: int, k: int) -> float:
    """Share of `total` relevant passages among the first k, 0 to 1."""
    return sum(relevant[:k]) / total if total else 0.0


def metric(k: int) -> Metric[Result]:
    """Recall@k."""
    return Metric[Result](
        name=f"recall@{k}",
        title=f"Useful passages among the first {k}" if k > 1 else "Useful passage found first",
        group="finding",
        definition=__doc__ or "",
        concerns=retrieves,
        value=lambda result: recall_at(relevance(result), result.grades.relevant or 0, k),
    )


METRICS = (metric(1), metric(3))
