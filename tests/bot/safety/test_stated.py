"""Two opinions on a claim: log-odds added, the second by its weight."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.ground import check_support
from bot.safety.stated import seconded, weight

LIKELY = st.floats(0, 1)
ODDS = st.floats(-20, 20)


@given(LIKELY, ODDS)
def test_a_second_opinion_that_counts_nothing_changes_nothing(likely: float, odds: float) -> None:
    found = seconded(lambda *_: likely, lambda *_: odds, 0.0)("text", "claim")
    assert found == pytest.approx(likely, abs=2e-4)


@given(LIKELY, ODDS, ODDS)
def test_the_surer_the_second_opinion_the_likelier(likely: float, one: float, other: float) -> None:
    low, high = (seconded(lambda *_: likely, lambda *_, o=o: o, 0.3)("t", "c") for o in sorted((one, other)))
    assert 0 < low <= high < 1


def test_log_odds_are_added() -> None:
    found = seconded(lambda *_: 0.6, lambda *_: 2.0, 0.5)("text", "claim")
    assert math.log(found / (1 - found)) == pytest.approx(math.log(0.6 / 0.4) + 1.0)


@pytest.mark.parametrize(("odds", "supported"), [(9.0, True), (-9.0, False)])
def test_what_the_judge_wavers_over_the_second_decides(odds: float, supported: bool) -> None:
    asked = seconded(lambda *_: 0.6, lambda *_: odds)
    found = check_support("A splint might ease pain.", ["A splint may ease the pain."], asked)
    assert weight() > 0
    assert found.supported is (supported and found.reason == "judged")
