"""Context precision: the mean, over the retrieved passages that hold a gold sentence, of the precision at their rank; 0 when
none does. It falls when useless passages stand above useful ones.

Source: RAGAS's context precision, which is average precision over what was retrieved (Manning et al. 2008, chapter 8.4).
"""

from __future__ import annotations

from collections.abc import Sequence

from eval.metrics.base import Metric
from eval.metrics.gold import relevance, retrieves
from eval.reply import Result


def context_precision(relevant: Sequence[bool]) -> float:
    """Mean precision at the ranks of relevant passages, 0 to 1."""
    hits, total = 0, 0.0
    for rank, is_relevant in enumerate(relevant, start=1):
        if is_relevant:
            hits += 1
            total += hits / rank
    return total / hits if hits else 0.0


METRIC = Metric[Result](
    name="context_precision",
    title="Useful passages found first",
    group="finding",
    definition=__doc__,
    concerns=retrieves,
    value=lambda result: context_precision(relevance(result)),
)
