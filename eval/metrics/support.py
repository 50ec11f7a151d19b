"""The support check, on labelled claims. Supported kept: of claims the guide supports, the share that would be shown.
Altered passed: of claims with a changed number, cause, subject and the like, the share that would be shown: the errors that
reach a reader. A claim only the judge can decide is unscored when there is none or its grade cannot be read.

Source: sensitivity and false-positive rate of a groundedness check, as in TRUE (Honovich et al., NAACL 2022).
"""

from __future__ import annotations

from eval.metrics.base import UNSCORED, Metric
from eval.reply import PairResult


def shown(result: PairResult) -> float:
    """1 when the claim would be shown."""
    return UNSCORED if result.verdict.supported is None else float(result.verdict.supported)


METRICS = (
    Metric[PairResult](
        name="support_kept",
        title="True sentences kept",
        group="grounding",
        definition=__doc__,
        concerns=lambda result: result.pair.supported,
        value=shown,
        takes=PairResult,
    ),
    Metric[PairResult](
        name="altered_passed",
        title="Altered sentences shown",
        group="grounding",
        definition=__doc__,
        concerns=lambda result: not result.pair.supported,
        value=shown,
        higher_is_better=False,
        takes=PairResult,
    ),
)
