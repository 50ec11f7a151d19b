"""Context recall: of the gold sentences of a case, the share that stands in the retrieved passages; where any one of them
answers, 1 when one does.

Source: Es et al., RAGAS, EACL 2024, with the editor's gold sentences in place of a judge.
"""

from __future__ import annotations

from eval.metrics.base import Metric
from eval.metrics.gold import gold_found, retrieves
from eval.reply import Result

METRIC = Metric[Result](
    name="context_recall",
    title="Answering sentences among the passages",
    group="finding",
    definition=__doc__,
    concerns=retrieves,
    value=lambda result: gold_found(result.case, result.reply.retrieved or ()),
)
