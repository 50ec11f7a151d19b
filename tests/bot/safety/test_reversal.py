from __future__ import annotations

import pytest

from bot.safety.reversal import turned_round

STRESS = "When balance is lost, excessive strain is placed on the elbow."
PREFER = "Good form matters more than heavy weights, so aim for control rather than speed."
LEADS = "Poor wrist control can shift strain toward the elbow, leading to soreness."


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("Excessive strain on the elbow leads to lost balance.", STRESS),
        ("Balance is lost because strain is placed on the elbow.", STRESS),
        ("Heavy weights matter more than good form.", PREFER),
        ("Aim for speed rather than control.", PREFER),
        ("Soreness causes poor wrist control.", LEADS),
    ],
)
def test_what_is_turned_round_is_seen(claim: str, evidence: str) -> None:
    assert turned_round(claim, [evidence])


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("Lost balance leads to too much strain on the elbow.", STRESS),
        ("The elbow is strained because balance is lost.", STRESS),
        ("Good form matters more than heavy weights.", PREFER),
        ("Control is better than speed.", PREFER),
        ("The elbow gets sore due to poor wrist control.", LEADS),
        ("Sleep is good because it is quiet.", STRESS),
        ("The elbow hurts.", LEADS),
    ],
)
def test_what_keeps_the_order_passes(claim: str, evidence: str) -> None:
    assert turned_round(claim, [evidence]) is None
