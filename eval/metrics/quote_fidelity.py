"""Quote fidelity: of the quotes cited, the share whose characters stand in the guide exactly where the citation says.
Anything but 1 means that a link would highlight the wrong words.

Source: medialis's own contract: `quote` is the guide's text from `start` to `end`.
"""

from __future__ import annotations

from eval.metrics.base import Metric
from eval.reply import Result


def value(result: Result) -> float | None:
    """Share of exact quotes, 0 to 1; None when nothing is cited."""
    cited = result.reply.citations
    return sum(quote.exact for quote in cited) / len(cited) if cited else None


METRIC = Metric[Result](
    name="quote_fidelity",
    title="Quotes that stand where they should",
    group="answers",
    definition=__doc__,
    concerns=lambda result: True,
    value=value,
    of_replies=True,
)
