"""A second opinion on a claim beside the language model's, by a small reader taught on claims with one thing changed.

The two err on different claims: a model of 1.5 billion parameters knows what words mean and overlooks a swapped one; the
reader, which is taught by `eval/tune/support.py`, knows less and looks closer (measured: `python -m eval.bench.support`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Final

from bot.safety.ground import Judge
from bot.safety.policy import read_yaml

STATED: Final = "stated"  # the name of the adapter that ships beside this file, and of its head
SURE: Final = 1e-4  # a probability nearer to 0 or 1 than this says no more
Opinion = Callable[[str, str], float]  # (evidence, claim) → log-odds that the evidence states the claim


def seconded(judge: Judge, opinion: Opinion, counts: float | None = None) -> Judge:
    """The judge's probability after the second opinion: their log-odds added, the second's times what it `counts`."""
    factor = weight() if counts is None else counts

    def ask(evidence: str, claim: str) -> float:
        probability = min(max(judge(evidence, claim), SURE), 1 - SURE)
        odds = math.log(probability / (1 - probability)) + factor * opinion(evidence, claim)
        return 1 / (1 + math.exp(-odds))

    return ask


@cache
def weight() -> float:
    """What the second opinion counts; how it was chosen stands in `policy/support.yaml`."""
    return float(read_yaml("policy", "support.yaml")["weight"])
