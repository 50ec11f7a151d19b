"""Denial, past, supposition and question reach exactly as far as their clause."""

from __future__ import annotations

import pytest

from bot.safety.guard import Guard


@pytest.mark.parametrize(
    ("text", "term", "silent"),
    [
        ("no fever but my calf is swollen", "fever", True),
        ("no fever but my calf is swollen", "swollen", False),
        ("without redness, swelling or heat", "swollen", True),
        ("I can't put weight on it", "no_weight", False),
        ("I can put weight on it", "no_weight", None),
        ("I have no idea why it is swollen", "swollen", False),
        ("I don't know why my knee is swollen", "swollen", False),
        ("I don't think it is swollen", "swollen", True),
        ("the swelling has gone", "swollen", True),
        ("the swelling has not gone", "swollen", False),
        ("it was swollen three years ago", "swollen", True),
        ("it has been swollen since last year", "swollen", False),
        ("if it gets swollen I will rest", "swollen", True),
        ("I wonder if it is swollen", "swollen", False),
        ("is a swollen knee common?", "swollen", True),
        ("is it normal that my knee is swollen?", "swollen", False),
        ("it isn't hot, it is swollen", "swollen", False),
        ("not hot or swollen", "swollen", True),
        ("it was swollen in june and fine by autumn", "swollen", True),
        ("swollen in 20 minutes", "swollen", False),
        ("the knee swelled in 1998", "swollen", True),
        ("I am writing a leaflet about the swollen knee", "swollen", True),
        ("I am writing a leaflet and my knee is swollen", "swollen", False),
        ("quiz question on a hot swollen knee", "swollen", True),
        ("the scenario in the exam is a swollen calf", "swollen", True),
        ("my calf was swollen, the scan showed no clot", "swollen", True),
        ("my calf was swollen, the scan showed no clot, but it is getting worse", "swollen", False),
        ("the scan showed no clot. now my calf is swollen", "swollen", False),
        ("my knee is swollen and the doctor looked at it", "swollen", False),
    ],
)
def test_scope(guard: Guard, text: str, term: str, silent: bool | None) -> None:
    signs = [sign for sign in guard._read(text).signs if sign.term == term]
    if silent is None:
        assert not signs
    else:
        assert signs
        assert all((sign.silent is not None) == silent for sign in signs)
