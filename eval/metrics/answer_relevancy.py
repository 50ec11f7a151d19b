"""Answer relevancy: cosine of the question (as it reads without its history) and the answer, both embedded with MiniLM,
negative values counted as 0. It says whether an answer is about the question, not whether it is right.

Source: after RAGAS (Es et al., EACL 2024), which has a model write questions from the answer first; no model is used here.
"""

from __future__ import annotations

from eval.metrics.base import UNSCORED, Metric
from eval.reply import Result


def value(result: Result) -> float | None:
    """Cosine, 0 to 1; None for replies that do not answer."""
    if result.reply.kind != "answer":
        return None
    relevancy = result.grades.relevancy
    return UNSCORED if relevancy is None else max(0.0, relevancy)


METRIC = Metric[Result](
    name="answer_relevancy",
    title="Answers that keep to the question",
    group="answers",
    definition=__doc__,
    concerns=lambda result: result.case.expect.kind == "answer",
    value=value,
)
