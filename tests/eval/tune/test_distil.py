"""What the two teachers say together, and that what is shown of a text is the text's own place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from bot.knowledge.adapter import Adapter, Head
from bot.safety.examples import READ
from eval.tune import distil, lora


class Reader:
    """A text's vector is its length, so that a text put in another's place is noticed."""

    model = torch.nn.Identity()

    def encode(self, texts: list[str]) -> torch.Tensor:
        vectors = torch.zeros((len(texts), 384))
        vectors[:, 0] = torch.tensor([float(len(text)) for text in texts])
        return vectors


def adapter(weight: float) -> Adapter:
    rows = np.zeros((2, 384), dtype=np.float32)
    rows[1, 0] = weight
    return Adapter({}, {name: Head(("a", "b"), rows, np.zeros(2, dtype=np.float32)) for name in READ}, {})


def test_opinions_are_the_mean_of_the_log_probabilities(monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(*given: Any) -> Any:
        return Reader()

    monkeypatch.setattr(lora.Reader, "open", opened)
    texts = ["three words here", "x", "two words"]
    said = distil.opinions(Path(), 1, [adapter(0.2), adapter(0.4)], texts)
    for name in READ:
        odds = torch.log(said[name][:, 1] / said[name][:, 0])
        assert odds.tolist() == pytest.approx([0.3 * len(text) for text in texts], abs=1e-4)


def test_halfway_is_the_mean_of_both_and_about_the_later() -> None:
    half = np.full((2, 3), 0.5, dtype=np.float16)
    before = Adapter({"layer": (half, half)}, adapter(0.2).heads, {"examples": "old"})
    after = Adapter({"layer": (half * 3, half * 5)}, adapter(0.4).heads, {"examples": "new"})
    met = distil.halfway(before, after)
    assert met.about == {"examples": "new"}
    a, b = met.updates["layer"]
    assert a.dtype == b.dtype == np.float16
    assert (a == 1.0).all()
    assert (b == 1.5).all()
    assert met.heads[READ[0]].weight[1, 0] == pytest.approx(0.3)
