"""Faithfulness: of the sentences an answer shows, the share that is supported. A sentence that stands word for word in
what it cites needs no judge; any other must get past the rules and the judge of `bot/safety/ground.py`. Sentences of
a system that cites nothing are held against the three sentences of the guides nearest to them.

A sentence whose grade could not be read leaves the whole reply unscored. Source: Es et al., RAGAS, EACL 2024, section 3.
"""

from __future__ import annotations

from eval.metrics.base import UNSCORED, Metric
from eval.reply import Result


def value(result: Result) -> float | None:
    """Share of supported sentences, 0 to 1; None for a reply that claims nothing."""
    if result.reply.kind != "answer" or not result.grades.support:
        return None
    verdicts = [verdict.supported for verdict in result.grades.support]
    if None in verdicts:
        return UNSCORED
    return sum(map(bool, verdicts)) / len(verdicts)


METRIC = Metric[Result](
    name="faithfulness",
    title="Sentences the guide supports",
    group="answers",
    definition=__doc__,
    concerns=lambda result: True,
    value=value,
    of_replies=True,
)
