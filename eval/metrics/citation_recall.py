"""Citation recall: of the gold sentences of an answerable case, the share that is cited; where any one of them answers,
1 when one is. A reply that cites nothing has 0.

Source: recall of citations in ALCE (Gao et al., EMNLP 2023, section 3), with the editor's gold in place of a judge.
"""

from __future__ import annotations

from eval.metrics.base import Metric
from eval.metrics.gold import gold_found
from eval.reply import Result

METRIC = Metric[Result](
    name="citation_recall",
    title="Answering sentences that are cited",
    group="answers",
    definition=__doc__,
    concerns=lambda result: bool(result.case.gold),
    value=lambda result: gold_found(result.case, [quote.text for quote in result.reply.citations]),
)
