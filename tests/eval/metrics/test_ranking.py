"""The measures of finding against brute force."""

from __future__ import annotations

import math
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.context_precision import context_precision
from eval.metrics.mrr import reciprocal_rank
from eval.metrics.ndcg_at_k import ndcg_at
from eval.metrics.recall_at_k import recall_at

RELEVANT = st.lists(st.booleans(), max_size=7)


@given(RELEVANT, st.integers(0, 4), st.integers(1, 8))
def test_recall_is_the_share_of_all_relevant_passages(relevant: list[bool], missed: int, k: int) -> None:
    total = sum(relevant) + missed
    found = [rank for rank in range(len(relevant)) if rank < k and relevant[rank]]
    assert recall_at(relevant, total, k) == (len(found) / total if total else 0)


@given(RELEVANT)
def test_reciprocal_rank_is_that_of_the_first(relevant: list[bool]) -> None:
    ranks = [n + 1 for n, one in enumerate(relevant) if one]
    assert reciprocal_rank(relevant) == (1 / min(ranks) if ranks else 0)


@given(RELEVANT)
def test_context_precision_is_average_precision(relevant: list[bool]) -> None:
    precisions = [sum(relevant[: n + 1]) / (n + 1) for n, one in enumerate(relevant) if one]
    assert context_precision(relevant) == pytest.approx(sum(precisions) / len(precisions) if precisions else 0)


@given(st.lists(st.booleans(), max_size=5), st.integers(0, 2), st.integers(1, 5))
def test_ndcg_is_gain_over_the_best_of_all_orders(relevant: list[bool], missed: int, k: int) -> None:
    def gain(order: tuple[bool, ...]) -> float:
        return sum(one / math.log2(n + 2) for n, one in enumerate(order[:k]))

    whole = (*relevant, *[True] * missed)  # what was not retrieved could have come first
    best = max(gain(order) for order in permutations(whole))
    expected = gain(tuple(relevant)) / best if best else 0
    assert ndcg_at(relevant, sum(relevant) + missed, k) == pytest.approx(expected)


def test_recall_is_not_success() -> None:
    assert recall_at([True, False], 2, 2) == 0.5
