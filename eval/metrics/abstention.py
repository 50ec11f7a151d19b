"""Abstention precision, recall and F1, "the guide does not answer this" being the positive class. Precision: of the replies
that abstained, the share that should have. Recall: of the cases that should be abstained from, the share that was.
F1: their harmonic mean.

Source: Rajpurkar et al. (SQuAD 2.0), ACL 2018; Wen et al., Know Your Limits: A Survey of Abstention, TACL 2025.
"""

from __future__ import annotations

from collections.abc import Sequence

from eval.metrics.base import Metric
from eval.reply import Result


def concerns(result: Result) -> bool:
    """Cases that say whether the guide answers."""
    return result.case.expect.kind in ("answer", "abstain")


def agreement(result: Result) -> float | None:
    """1 for a right abstention, 0 for a wrong or a missing one, None for an answer where one was wanted."""
    wanted, abstained = result.case.expect.kind == "abstain", result.reply.kind == "abstain"
    return float(wanted and abstained) if wanted or abstained else None


def f1(agreements: Sequence[float]) -> float:
    """2 TP / (2 TP + FP + FN) from 1 for each TP and 0 for each FP or FN."""
    right = sum(agreements)
    return 2 * right / (right + len(agreements)) if agreements else 0.0


def precise(result: Result) -> float | None:
    """Whether an abstention was wanted; None for other replies."""
    return float(result.case.expect.kind == "abstain") if result.reply.kind == "abstain" else None


METRICS = (
    Metric[Result](
        name="abstention_precision",
        title="Abstentions that were right",
        group="abstaining",
        definition=__doc__,
        concerns=concerns,
        value=precise,
        of_replies=True,
    ),
    Metric[Result](
        name="abstention_recall",
        title="Unanswerable questions declined",
        group="abstaining",
        definition=__doc__,
        concerns=lambda result: result.case.expect.kind == "abstain",
        value=lambda result: float(result.reply.kind == "abstain"),
    ),
    Metric[Result](
        name="abstention_f1",
        title="Abstention, F1",
        group="abstaining",
        definition=__doc__,
        concerns=concerns,
        value=agreement,
        summarise=f1,
    ),
)
