"""The updates: nothing at first, everything shown once an epoch, and the same numbers where they are served."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from bot.app import build
from bot.knowledge.adapter import Adapter, Head, shipped
from bot.knowledge.tuned import Tuned
from bot.llm.store import Store
from bot.safety.classify import READER
from bot.settings import load_settings
from eval.tune import lora


def test_a_fresh_update_changes_nothing_and_only_it_is_trained() -> None:
    linear = nn.Linear(4, 3).requires_grad_(False)
    layer, x = lora.LowRank(linear, 2), torch.randn(5, 4)
    assert torch.equal(layer(x), linear(x))
    assert {name for name, weight in layer.named_parameters() if weight.requires_grad} == {"a", "b"}


@given(st.lists(st.integers(0, 300), max_size=200))
def test_every_example_is_shown_once(lengths: list[int]) -> None:
    found = lora.batches(lengths)
    assert sorted(i for batch in found for i in batch) == list(range(len(lengths)))
    assert all(0 < len(batch) <= lora.BATCH for batch in found)


@given(st.text(max_size=80))
def test_a_roughened_text_is_still_the_text(text: str) -> None:
    rough = lora.roughened(text)
    assert abs(len(rough) - len(text)) <= max(5, len(text) // 2)
    assert len(rough.split(" ")) == len(text.split(" ")) or len(rough) <= len(text)


def test_a_head_goes_on_where_it_was() -> None:
    classes = ["no", "yes"]
    kept = lora.head(lora.layer(classes), classes)
    again = lora.head(lora.layer(classes, kept), classes)
    assert np.allclose(again.weight, kept.weight)
    assert np.allclose(again.bias, kept.bias)


def test_halfway_is_the_mean_of_both_and_about_the_later() -> None:
    half = np.full((2, 3), 0.5, dtype=np.float16)
    heads = [
        Head(("no", "yes"), np.full((2, 4), w, dtype=np.float32), np.zeros(2, dtype=np.float32)) for w in (0.2, 0.4)
    ]
    before = Adapter({"layer": (half, half)}, {"asked": heads[0]}, {"examples": "old"})
    after = Adapter({"layer": (half * 3, half * 5)}, {"asked": heads[1]}, {"examples": "new"})
    met = lora.halfway(before, after)
    assert met.about == {"examples": "new"}
    a, b = met.updates["layer"]
    assert a.dtype == b.dtype == np.float16
    assert (a == 1.0).all()
    assert (b == 1.5).all()
    assert met.heads["asked"].weight[1, 0] == pytest.approx(0.3)


@pytest.mark.real
def test_the_reader_of_messages_says_in_8_bits_what_it_was_taught() -> None:
    bot = build()
    texts = ["how long does it take", "my calf is swollen and I am short of breath, what stretches help?", "hi"]
    reader = lora.Reader.open(bot.messages.model, 1, shipped("bot.safety", READER))
    reader.model.eval()
    with torch.no_grad():
        trained = reader.encode(texts).numpy()
    served = bot.messages.encode(texts)
    assert served.shape == (3, bot.messages.dimensions) == (3, reader.dimensions)
    assert np.allclose(np.linalg.norm(served, axis=1), 1, atol=1e-5)
    assert (trained * served).sum(axis=1).min() > 0.99


@pytest.mark.real
def test_what_is_served_is_what_was_trained(tmp_path: Path) -> None:
    folder = Store(load_settings().model_dir).path("all-minilm-l6-v2")
    texts, beside = ["how long does it take", "and for runners?"], ["", "what helps > Stretching should feel gentle."]
    reader = lora.Reader.open(folder, 1, shipped("bot.steps", "reader-0"))
    reader.model.eval()
    with torch.no_grad():
        trained = reader.encode(texts, beside).numpy()
    served = Tuned(folder, "bot.steps", "reader-0", tmp_path).encode(texts, beside)
    assert np.allclose(np.linalg.norm(served, axis=1), 1, atol=1e-5)
    assert (trained * served).sum(axis=1).min() > 0.99  # the training runs in half precision
    alone = Tuned(folder, "bot.steps", "reader-0", tmp_path).encode(texts)
    assert np.allclose(alone[0], served[0], atol=1e-5)
    assert float(alone[1] @ served[1]) < 0.99  # what came before is read
