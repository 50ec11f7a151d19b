from __future__ import annotations

import math
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.report.svg import calibration, calibration_error, histogram, interval_bar

SHARE = st.floats(0, 1)
PAIRS = st.lists(st.tuples(SHARE, st.booleans()), min_size=1, max_size=30)


@given(SHARE, SHARE, SHARE, st.booleans())
def test_a_bar_is_well_formed_and_stays_in_its_frame(value: float, low: float, high: float, ok: bool) -> None:
    drawn = ET.fromstring(interval_bar(value, low, high, ok=ok, limits=[0.5]))
    assert all(float(rect.get("width", "0")) <= 260 for rect in drawn.iter("rect"))


def test_what_has_no_value_is_said() -> None:
    assert "could not be scored" in interval_bar(math.nan, math.nan, math.nan, ok=False)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=40))
def test_a_histogram_counts_everything_once(values: list[float]) -> None:
    drawn = ET.fromstring(histogram(values))
    assert sum(int(text.text or 0) for text in drawn.iter("text") if not text.get("class")) == len(values)


@given(PAIRS)
def test_calibration_counts_everything_once(pairs: list[tuple[float, bool]]) -> None:
    drawn = ET.fromstring(calibration(pairs))
    assert sum(int(text.text or 0) for text in drawn.iter("text") if not text.get("class")) == len(pairs)


@given(st.lists(st.tuples(st.integers(0, 96).map(lambda n: n / 97), st.booleans()), min_size=1, max_size=30))
def test_the_calibration_error_against_brute_force(pairs: list[tuple[float, bool]]) -> None:
    error = 0.0
    for n in range(10):
        inside = [(p, yes) for p, yes in pairs if n / 10 <= p < (n + 1) / 10]
        if inside:
            mean = sum(p for p, _ in inside) / len(inside)
            error += len(inside) / len(pairs) * abs(mean - sum(yes for _, yes in inside) / len(inside))
    assert calibration_error(pairs) == pytest.approx(error)


def test_certainty_is_the_best_and_the_worst() -> None:
    assert calibration_error([(1.0, True), (0.0, False)]) == 0
    assert calibration_error([(1.0, False)]) == 1
