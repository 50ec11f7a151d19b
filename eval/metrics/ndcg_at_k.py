"""nDCG@k: the discounted gain of the first k retrieved passages, 1/log2(rank + 1) for each that holds a gold sentence, over
that of the best possible order of the whole index.

Source: Järvelin and Kekäläinen, ACM TOIS 20(4), 2002, with binary gains.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from eval.metrics.base import Metric
from eval.metrics.gold import relevance, retrieves
from eval.reply import Result

K = 3


def ndcg_at(relevant: Sequence[bool], total: int, k: int) -> float:
    """Normalised discounted cumulative gain with `total` relevant passages, 0 to 1."""
    gain = sum(1 / math.log2(rank + 1) for rank, is_relevant in enumerate(relevant[:k], start=1) if is_relevant)
    best = sum(1 / math.log2(rank + 1) for rank in range(1, min(total, k) + 1))
    return gain / best if best else 0.0


METRIC = Metric[Result](
    name=f"ndcg@{K}",
    title=f"Order of the first {K} passages",
    group="finding",
    definition=__doc__,
    concerns=retrieves,
    value=lambda result: ndcg_at(relevance(result), result.grades.relevant or 0, K),
)
