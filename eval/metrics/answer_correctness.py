"""Answer correctness: the share of the key facts of an answerable case that the reply holds, 0 when it says something it
must not. Key facts are lists of spellings, one of which must occur; no judge reads the reply.

Source: nugget recall (Voorhees, TREC QA 2003); RAGAS calls the judged form answer correctness (Es et al., EACL 2024).
"""

from __future__ import annotations

from eval.metrics.base import Metric
from eval.reply import Result
from eval.score import score


def value(result: Result) -> float:
    """Share of key facts, 0 to 1; an abstention or a refusal holds none of them unless it quotes them."""
    found = score(result.case, result.reply)
    return (found.facts or 0.0) if found.clean else 0.0


METRIC = Metric[Result](
    name="answer_correctness",
    title="Key facts in the answer",
    group="answers",
    definition=__doc__,
    concerns=lambda result: result.case.expect.kind == "answer" and bool(result.case.key_facts),
    value=value,
)
