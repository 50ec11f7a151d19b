from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.intervals import bootstrap, wilson
from eval.metrics import BY_NAME, METRICS
from eval.metrics.base import Metric, estimate
from eval.reply import Reply, Result
from tests.eval.results import ABSTAIN, answered, case, pair, reply, result, supported

FAILED = Reply("error", error="no reply")


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_every_measure_says_what_it_is_and_where_it_comes_from(metric: Metric[Result]) -> None:
    assert "Source:" in metric.definition
    assert len(metric.title) < 45


def test_no_two_measures_share_a_name() -> None:
    assert len(BY_NAME) == len(METRICS)


@pytest.mark.parametrize(
    ("metric", "worst"), [("right", 0.0), ("answer_correctness", 0.0), ("over_refusal", 1.0), ("context_recall", 0.0)]
)
def test_a_failed_reply_counts_as_the_worst(metric: str, worst: float) -> None:
    asked = case(key_facts=(("helps",),), gold=("It helps.",))
    found = estimate(BY_NAME[metric], [result(asked, FAILED)])
    assert found is not None
    assert (found.value, found.n, found.failed) == (worst, 1, 1)


def test_a_failed_reply_is_no_abstention_and_takes_no_time() -> None:
    failed = [result(case(expect=ABSTAIN), FAILED)]
    assert estimate(BY_NAME["abstention_precision"], failed) is None
    assert estimate(BY_NAME["latency_p50"], failed) is None
    recall = estimate(BY_NAME["abstention_recall"], failed)
    assert recall is not None
    assert recall.value == 0


def test_what_cannot_be_read_is_unscored_and_counted() -> None:
    results = [
        result(case("a"), grades=supported(True, False)),
        result(case("b"), grades=supported(True, None)),
        result(case("c"), grades=supported(True)),
    ]
    found = estimate(BY_NAME["faithfulness"], results)
    assert found is not None
    assert (found.value, found.n, found.unscored) == (0.75, 2, 1)


def test_nothing_scored_is_not_nothing_to_score() -> None:
    found = estimate(BY_NAME["faithfulness"], [result(grades=supported(None))])
    assert found is not None
    assert math.isnan(found.value)
    assert (found.n, found.unscored) == (0, 1)
    assert estimate(BY_NAME["faithfulness"], [result(reply_=reply("abstain", "unsupported"))]) is None


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40))
def test_abstention_against_counting(pairs: list[tuple[bool, bool]]) -> None:
    results = [
        result(
            case(str(n), expect=ABSTAIN) if wanted else case(str(n)),
            reply("abstain", "unsupported") if abstained else answered(),
        )
        for n, (wanted, abstained) in enumerate(pairs)
    ]
    tp = sum(wanted and abstained for wanted, abstained in pairs)
    fp = sum(abstained and not wanted for wanted, abstained in pairs)
    fn = sum(wanted and not abstained for wanted, abstained in pairs)
    expected = {
        "abstention_precision": tp / (tp + fp) if tp + fp else None,
        "abstention_recall": tp / (tp + fn) if tp + fn else None,
        "abstention_f1": 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else None,
    }
    for name, value in expected.items():
        found = estimate(BY_NAME[name], results)
        assert (found.value if found else None) == pytest.approx(value), name


@given(st.lists(st.lists(st.floats(0, 1), min_size=1, max_size=3), min_size=2, max_size=12))
def test_the_bootstrap_interval_lies_within_what_was_seen(clusters: list[list[float]]) -> None:
    flat = [value for cluster in clusters for value in cluster]
    low, high = bootstrap(clusters, resamples=200)
    assert min(flat) - 1e-9 <= low <= high <= max(flat) + 1e-9


def test_the_bootstrap_agrees_with_a_slow_one() -> None:
    clusters: list[Sequence[float]] = [[float(n % 3 == 0)] for n in range(60)]
    slow = bootstrap(clusters, lambda values: sum(values) / len(values))
    assert bootstrap(clusters) == pytest.approx(slow)
    low, high = bootstrap(clusters, resamples=5000)
    spread = 1.96 * np.sqrt(1 / 3 * 2 / 3 / 60)
    assert low == pytest.approx(1 / 3 - spread, abs=0.03)
    assert high == pytest.approx(1 / 3 + spread, abs=0.03)


def test_repeats_of_one_case_narrow_nothing() -> None:
    right, wrong = answered(), reply("refuse", "diagnosis")
    once = [result(case(str(n)), right if n % 2 else wrong) for n in range(20)]
    often = [result(one.case, one.reply, epoch=epoch) for one in once for epoch in range(1, 6)]
    found = [estimate(BY_NAME["right"], results) for results in (once, often)]
    assert found[0] is not None
    assert found[1] is not None
    assert (found[1].low, found[1].high) == (found[0].low, found[0].high)


def test_all_right_is_not_certainty() -> None:
    found = estimate(BY_NAME["right"], [result(case(str(n))) for n in range(20)])
    assert found is not None
    assert (found.low, found.high) == wilson(20, 20)


def test_pairs_and_cases_do_not_mix() -> None:
    mixed = [
        pair("a"),
        pair("b", is_supported=False, verdict=True),
        pair("c", is_supported=False, verdict=None),
        result(),
    ]
    kept, passed = (estimate(BY_NAME[name], mixed) for name in ("support_kept", "altered_passed"))
    assert kept is not None
    assert passed is not None
    assert (kept.n, passed.value, passed.n, passed.unscored) == (1, 1.0, 1, 1)
