from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.coverage import coverage


@pytest.mark.parametrize(
    ("claim", "evidence", "share"),
    [
        ("Sprained wrists heal.", ["A sprained wrist is healing."], 1.0),
        ("The kneecap hurts.", ["The patella aches."], 1.0),
        ("Wrists itch.", ["The wrist hurts."], 0.5),
        ("Wrists itch.", ["The wrist hurts.", "It itches."], 1.0),
        ("Insoles help.", ["The wrist hurts."], 0.0),
        ("It is so.", [], 1.0),
    ],
)
def test_coverage_counts_stems_and_synonyms(claim: str, evidence: list[str], share: float) -> None:
    assert coverage(claim, evidence) == pytest.approx(share)


@given(st.text(), st.lists(st.text(), max_size=3))
def test_coverage_is_a_share_and_never_falls_with_more_evidence(claim: str, evidence: list[str]) -> None:
    assert 0 <= coverage(claim, evidence[:1]) <= coverage(claim, evidence) <= 1
