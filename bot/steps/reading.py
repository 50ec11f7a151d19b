"""How a question is read: as what it asks of a guide, in the light of what was said before it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from bot.knowledge.query import Aim
from bot.knowledge.tuned import Tuned
from bot.types import Question

# the adapters that ship beside this file, taught in different orders
READERS: Final = ("reader-0", "reader-1")
NOWHERE: Final = "nowhere"  # their heads: how much a question looks like one that no sentence answers,
PREMISE: Final = "premise"  # and like one that takes something wrong for granted
Aims = Callable[[str, str], Aim]  # a message and what came before it to where its answer lies
REPLY: Final = 160  # characters of the last reply that are read
_MARKER = re.compile(r"\s*\[\d+\]")


def aim(readers: Sequence[Tuned], text: str, beside: str) -> Aim:
    """Where the readers take the answer to lie: the mean of their log-odds, which are linear in a sentence's vector."""
    vectors = [reader.encode([text], [beside]) for reader in readers]
    directions = [v[0] * float(reader.about["temperature"]) for reader, v in zip(readers, vectors, strict=True)]

    def told(head: str) -> float:
        each = zip(readers, vectors, strict=True)
        return float(np.mean([reader.heads[head].logits(vector)[0, 0] for reader, vector in each]))

    return Aim(np.mean(directions, axis=0), told(NOWHERE), told(PREMISE))


def beside(question: Question) -> str:
    """What came before a message: the reader's last two questions and the beginning of the last reply; "" for a first one."""
    asked = [turn.text for turn in question.history if turn.role == "user"][-2:]
    if not asked:
        return ""
    said = next((turn.text for turn in reversed(question.history) if turn.role == "assistant"), "")
    return f"{' / '.join(asked)} > {_MARKER.sub('', said)[:REPLY]}"
