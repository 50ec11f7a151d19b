"""Tokens: mean length of an answer in cl100k_base tokens. A measure of how much there is to read, and of cost elsewhere.

Source: OpenAI's tiktoken, encoding cl100k_base.
"""

from __future__ import annotations

from eval.metrics.base import UNSCORED, Metric
from eval.reply import Result


def value(result: Result) -> float | None:
    """Tokens of an answer; None for other replies."""
    if result.reply.kind != "answer":
        return None
    return UNSCORED if result.grades.tokens is None else float(result.grades.tokens)


METRIC = Metric[Result](
    name="tokens",
    title="Length of an answer, tokens",
    group="speed",
    definition=__doc__,
    concerns=lambda result: True,
    value=value,
    higher_is_better=False,
    of_replies=True,
    unit="tokens",
)
