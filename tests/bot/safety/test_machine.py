"""The kernel machine fits, keeps and predicts; n-grams have unit length and forget what stands once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.machine import Machine, Sample, Task, train
from bot.safety.ngrams import BUCKETS, buckets

RANDOM = np.random.default_rng(0)


def _samples(n: int) -> list[Sample]:
    dense = RANDOM.normal(size=(n, 12)).astype(np.float32)
    return [Sample(row, (f"word{i % 2} and more", "")) for i, row in enumerate(dense)]


def test_it_learns_its_examples_and_survives_being_kept() -> None:
    samples = _samples(40)
    labels = ["a" if i % 2 else "b" for i in range(40)]
    machine = train(samples, {"head": Task(range(40), labels, [1.0] * 40)}, [slice(0, 8)])
    said = [max(scores["head"], key=lambda name: scores["head"][name]) for scores in machine.score(samples)]
    assert said == labels
    assert Machine.of(machine.arrays()).score(samples[:3]) == machine.score(samples[:3])


def test_heads_learn_from_their_own_rows() -> None:
    samples = _samples(20)
    tasks = {"one": Task(range(10), ["x", "y"] * 5, [1.0] * 10), "other": Task(range(20), ["p", "q"] * 10, [1.0] * 20)}
    alone = train(samples, {"other": tasks["other"]})
    together = train(samples, tasks)
    for a, b in zip(alone.score(samples), together.score(samples), strict=True):
        assert a["other"] == pytest.approx(b["other"], abs=1e-4)


def test_importance_weighs() -> None:
    samples = [Sample(np.zeros(3, dtype=np.float32), ("same", "")), Sample(np.zeros(3, dtype=np.float32), ("same", ""))]
    machine = train(samples, {"head": Task([0, 1], ["a", "b"], [1.0, 0.1])})
    scores = machine.score(samples[:1])[0]["head"]
    assert scores["a"] > scores["b"]


def test_nothing_scores_nothing() -> None:
    samples = _samples(4)
    assert train(samples, {"head": Task(range(4), ["a", "b"] * 2, [1.0] * 4)}).score([]) == []


@given(st.lists(st.text(max_size=60), min_size=1, max_size=3))
def test_every_view_has_unit_length_in_words_and_letters(views: list[str]) -> None:
    places, weights = buckets(views)
    assert len(places) == len(weights)
    assert ((places >= 0) & (places < BUCKETS)).all()
    assert (weights**2).sum() == pytest.approx(round((weights**2).sum()), abs=1e-6)
    assert (weights**2).sum() <= 2 * len(views) + 1e-6


def test_views_do_not_mix() -> None:
    assert set(buckets(["knee", ""])[0]).isdisjoint(buckets(["", "knee"])[0])
