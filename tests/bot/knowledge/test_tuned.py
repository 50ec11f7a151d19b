"""A head of one class tells its log-odds of a text read beside another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.knowledge.adapter import Head
from bot.knowledge.served import Vectors
from bot.knowledge.tuned import Tuned


class Short(Tuned):
    """Its vector of a pair is (length of the text, length of what is beside it)."""

    def encode(self, texts: list[str], beside: Sequence[str] = ()) -> Vectors:
        return np.array([[len(t), len(b)] for t, b in zip(texts, beside, strict=True)], dtype=np.float32)


def test_the_text_is_read_with_the_other_beside_it(tmp_path: Path) -> None:
    reader = Short(tmp_path, "bot.safety", "stated", tmp_path)
    weight, bias = np.array([[1.0, 10.0]], dtype=np.float32), np.array([-5.0], dtype=np.float32)
    reader.__dict__["heads"] = {"long": Head(("long",), weight, bias)}
    assert reader.odds("long", "12", "123") == 2 + 30 - 5


def test_graphs_of_what_was_taught_before_are_told_from_those_of_others(tmp_path: Path) -> None:
    reader = Short(tmp_path, "bot.safety", "stated", tmp_path)
    old, other = tmp_path / "bot.safety-stated-0123.onnx", tmp_path / "bot.safety-reader-0123.onnx"
    for graph in (reader.graph, old, other):
        graph.touch()
    assert list(reader.outdated()) == [old]
