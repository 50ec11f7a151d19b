"""Adapters: kept without loss and without code, and found by what they are."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.adapter import Adapter, Head, leave_out, shipped


def made(seed: int = 0, rank: int = 2) -> Adapter:
    rng = np.random.default_rng(seed)
    halves = [rng.normal(size=shape).astype(np.float16) for shape in ((rank, 4), (3, rank))]
    head = Head(("no", "yes"), rng.normal(size=(2, 4)).astype(np.float32), np.zeros(2, dtype=np.float32))
    return Adapter({"layer.0": (halves[0], halves[1])}, {"asked": head}, {"seed": str(seed)})


@given(
    st.integers(0, 1000),
    st.integers(1, 5),
    st.dictionaries(st.text(min_size=1).filter(lambda key: key != "without"), st.text(), max_size=3),
    st.sets(st.integers(0, 11), max_size=3),
)
def test_nothing_is_lost_on_disk(seed: int, rank: int, about: dict[str, str], without: set[int]) -> None:
    one = replace(made(seed, rank), about=about, without=tuple(sorted(without)))
    again = Adapter.of(one.to_bytes())
    assert again.without == one.without
    assert again.about == one.about
    assert again.id == one.id
    assert again.heads["asked"].classes == ("no", "yes")
    assert np.array_equal(again.heads["asked"].weight, one.heads["asked"].weight)
    for kept, was in zip(again.updates["layer.0"], one.updates["layer.0"], strict=True):
        assert np.array_equal(kept, was)


def test_other_updates_have_another_id() -> None:
    assert made(0).id == made(0).id != made(1).id
    assert made(0).id != replace(made(0), without=(1,)).id


@given(st.sets(st.integers(0, 11)), st.sets(st.integers(0, 11)))
def test_layers_are_left_out_by_their_numbers_in_the_published_model(first: set[int], then: set[int]) -> None:
    model = SimpleNamespace(encoder=SimpleNamespace(layer=list(range(12))))
    leave_out(model, first)
    leave_out(model, first | then, first)
    assert model.encoder.layer == [number for number in range(12) if number not in first | then]


def test_heads_give_a_logit_for_every_class() -> None:
    head = Head(("no", "yes"), np.array([[1, 0], [0, 2]], dtype=np.float32), np.array([0, 1], dtype=np.float32))
    assert head.logits(np.array([[3, 4], [0, 1]], dtype=np.float32)).tolist() == [[3.0, 9.0], [0.0, 3.0]]


@pytest.mark.parametrize(
    ("package", "name", "depth"),
    [
        ("bot.safety", "reader", 10),
        ("bot.safety", "stated", 6),
        ("bot.steps", "reader-0", 6),
        ("bot.steps", "reader-1", 6),
    ],
)
def test_what_ships_changes_every_layer_of_the_model_and_is_small(package: str, name: str, depth: int) -> None:
    adapter = shipped(package, name)
    layers = {name.split(".")[2] for name in adapter.updates}
    assert layers == set(map(str, range(depth)))
    assert len(adapter.without) + depth in (6, 12)
    assert len(adapter.to_bytes()) < 6_000_000
    assert json.dumps(dict(adapter.about))
