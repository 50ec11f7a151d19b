"""Several readers of a question are one: the mean of their log-odds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import pytest

from bot.knowledge.adapter import Head
from bot.knowledge.tuned import Tuned
from bot.steps.reading import NOWHERE, PREMISE, aim, beside
from bot.types import Question, Turn


class Reader:
    """Reads every message as the same direction, with one weight for every head."""

    def __init__(self, direction: Sequence[float], temperature: float, bias: float) -> None:
        self.direction, self.about = direction, {"temperature": str(temperature)}
        weight = np.zeros((1, len(direction)), dtype=np.float32)
        self.heads = {name: Head((name,), weight, np.array([bias], dtype=np.float32)) for name in (NOWHERE, PREMISE)}

    def encode(self, texts: list[str], beside: Sequence[str] = ()) -> Any:
        return np.array([self.direction] * len(texts), dtype=np.float32)


def test_readers_are_averaged_where_a_sentence_meets_them() -> None:
    readers = [Reader((1.0, 0.0), 10.0, 2.0), Reader((0.0, 1.0), 30.0, -4.0)]
    found = aim(cast(Sequence[Tuned], readers), "how long", "")
    assert found.direction.tolist() == [5.0, 15.0]
    assert found.nowhere == pytest.approx(-1.0)
    assert found.premise == pytest.approx(-1.0)
    one, other = (aim(cast(Sequence[Tuned], [reader]), "how long", "") for reader in readers)
    sentence = np.array([0.6, 0.8])
    alone = [float(sentence @ each.direction) - each.nowhere for each in (one, other)]
    assert float(sentence @ found.direction) - found.nowhere == pytest.approx(np.mean(alone))


def test_what_came_before_is_the_last_questions_and_the_last_reply() -> None:
    history = (Turn("user", "a"), Turn("assistant", "x. [1]"), Turn("user", "b"), Turn("user", "c"))
    assert beside(Question("d", history)) == "b / c > x."
    assert beside(Question("d")) == ""
