"""FAQ word for word: of paraphrases of a question the guide's author answered, the share that gets that answer unchanged.

Source: medialis's own promise; the cases are tagged `verbatim_faq`.
"""

from __future__ import annotations

from eval.metrics.base import Metric
from eval.reply import Result
from eval.score import score

METRIC = Metric[Result](
    name="verbatim",
    title="FAQ answers returned word for word",
    group="answers",
    definition=__doc__,
    concerns=lambda result: "verbatim_faq" in result.case.tags,
    value=lambda result: float(bool(score(result.case, result.reply).verbatim)),
)
