"""Citation precision: of the quotes a reply to an answerable case cites, the share that holds a gold sentence. Strict: a
further sentence that also helps counts as wrong when the case does not list it.

Source: precision of citations in ALCE (Gao et al., EMNLP 2023, section 3), with the editor's gold in place of a judge.
"""

from __future__ import annotations

from eval.metrics.base import Metric
from eval.metrics.gold import holds_gold
from eval.reply import Result


def value(result: Result) -> float | None:
    """Share of citations, 0 to 1; None when nothing is cited."""
    cited = [holds_gold(result.case, quote.text) for quote in result.reply.citations]
    return sum(cited) / len(cited) if cited else None


METRIC = Metric[Result](
    name="citation_precision",
    title="Citations that point at the answer",
    group="answers",
    definition=__doc__,
    concerns=lambda result: bool(result.case.gold),
    value=value,
    of_replies=True,
)
