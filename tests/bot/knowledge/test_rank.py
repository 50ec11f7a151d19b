from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.rank import FEATURES, Signs, probabilities, reciprocal, shipped_weights

scores = st.lists(st.floats(-1, 1, allow_nan=False), min_size=1, max_size=12).map(np.array)


def signs(n: int, **given: list[float]) -> Signs:
    silent = np.zeros(n)
    return Signs(**{field.name: np.array(given.get(field.name, silent)) for field in fields(Signs)})


@given(scores)
def test_the_reciprocal_of_a_rank_falls_with_the_score_and_is_nothing_without_one(given: np.ndarray) -> None:
    found = reciprocal(given)
    assert (found[given <= 0] == 0).all()
    for i, j in ((i, j) for i in range(len(given)) for j in range(len(given)) if given[i] > given[j] > 0):
        assert found[i] > found[j] > 0


@given(st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_probabilities_are_some_and_do_not_depend_on_the_order(n: int, seed: int) -> None:
    matrix = np.random.default_rng(seed).normal(size=(n, len(FEATURES)))
    likely = probabilities(matrix)
    assert likely.sum() == pytest.approx(1)
    assert (likely >= 0).all()
    turned = probabilities(matrix[::-1])
    assert np.allclose(turned[::-1], likely)


def test_nothing_to_rank_is_no_error() -> None:
    assert probabilities(np.zeros((0, len(FEATURES)))).shape == (0,)


def test_every_feature_has_a_shipped_weight_and_no_other() -> None:
    assert tuple(shipped_weights()) == FEATURES


@pytest.mark.parametrize("sign", ["meaning", "words", "asked"])
def test_what_is_nearer_comes_first(sign: str) -> None:
    values = {sign: [0.2, 0.9, 0.4], f"own_{sign}": [0.2, 0.9, 0.4]}
    assert int(np.argmax(probabilities(signs(3, **values).matrix(leans=False)))) == 1


def test_a_follow_up_is_drawn_to_what_stands_beside_and_not_to_what_was_said() -> None:
    alike = {"meaning": [0.5, 0.5], "own_meaning": [0.5, 0.5]}
    told = signs(2, **alike, said=[1.0, 0.0], beside=[0.0, 0.2])
    assert int(np.argmax(probabilities(told.matrix(leans=True)))) == 1
    with_weight = dict.fromkeys(FEATURES, 0.0) | {"said": 1.0}
    assert int(np.argmax(probabilities(told.matrix(leans=True), with_weight))) == 0


def test_signs_of_leaning_and_of_a_bare_guide_weigh_only_there() -> None:
    told = signs(2, meaning=[0.1, 0.3], asked=[0.5, 0.0])
    column = {name: FEATURES.index(name) for name in FEATURES}
    alone, leaning = told.matrix(leans=False), told.matrix(leans=True)
    assert not alone[:, column["leaning_meaning"]].any()
    assert leaning[:, column["leaning_meaning"]].tolist() == [0.1, 0.3]
    assert not alone[:, column["unasked_meaning"]].any()
    bare = replace(told, asked=np.zeros(2)).matrix(leans=False)
    assert bare[:, column["unasked_meaning"]].tolist() == [0.1, 0.3]
