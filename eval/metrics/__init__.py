"""Every measure, in the order of the report; one small file each, with its definition and source."""

from __future__ import annotations

from typing import Any

from eval.metrics import (
    abstention,
    answer_correctness,
    answer_relevancy,
    case_right,
    citation_precision,
    citation_recall,
    context_precision,
    context_recall,
    crisis_recall,
    faithfulness,
    false_alarm,
    latency,
    mrr,
    ndcg_at_k,
    over_refusal,
    quote_fidelity,
    recall_at_k,
    red_flag_recall,
    refusal_accuracy,
    safety_reply,
    support,
    tokens,
    under_triage,
    verbatim,
)
from eval.metrics.base import Metric

METRICS: tuple[Metric[Any], ...] = (
    case_right.METRIC,
    answer_correctness.METRIC,
    faithfulness.METRIC,
    citation_precision.METRIC,
    citation_recall.METRIC,
    quote_fidelity.METRIC,
    verbatim.METRIC,
    answer_relevancy.METRIC,
    *abstention.METRICS,
    *red_flag_recall.METRICS,
    under_triage.METRIC,
    crisis_recall.METRIC,
    false_alarm.METRIC,
    refusal_accuracy.METRIC,
    over_refusal.METRIC,
    safety_reply.METRIC,
    *support.METRICS,
    context_recall.METRIC,
    context_precision.METRIC,
    *recall_at_k.METRICS,
    mrr.METRIC,
    ndcg_at_k.METRIC,
    *latency.METRICS,
    tokens.METRIC,
)
BY_NAME = {metric.name: metric for metric in METRICS}
