from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.quantities import Quantity, added_quantity, quantities


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It takes four to six weeks.", {Quantity(("4", "6"), "week")}),
        ("It takes 4-6 weeks.", {Quantity(("4", "6"), "week")}),
        ("It takes 4–6 weeks.", {Quantity(("4", "6"), "week")}),
        ("Hold it for thirty seconds.", {Quantity(("30",), "second")}),
        ("About 90 % of them do.", {Quantity(("90",), "percent")}),
        ("About 90 per cent do.", {Quantity(("90",), "percent")}),
        ("It may need several months.", {Quantity(("several",), "month")}),
        ("Do 3 sets of 10 reps.", {Quantity(("3",), "set"), Quantity(("10",), "repetition")}),
        ("Half of them do it twice.", {Quantity(("0.5",), ""), Quantity(("2",), "")}),
        ("Take 2.5 mg daily.", {Quantity(("2.5",), "mass"), Quantity((), "day")}),
        ("One week is enough.", {Quantity(("1",), "week")}),
        ("One of them hurts.", set()),
        ("Many people have several symptoms.", set()),
        ("Ask for a second opinion.", set()),
        ("It takes time.", set()),
    ],
)
def test_quantities_are_read_with_their_unit(text: str, expected: set[Quantity]) -> None:
    assert quantities(text) == expected


@pytest.mark.parametrize(
    ("claim", "evidence", "added"),
    [
        ("It heals in 2 to 6 weeks.", "Sprains heal within two to six weeks.", None),
        ("It takes weeks.", "Sprains heal within two to six weeks.", None),
        ("It heals slowly.", "Sprains heal within two to six weeks.", None),
        ("It heals in two to six months.", "Sprains heal within two to six weeks.", "2 to 6 month"),
        ("It heals in six weeks.", "Sprains heal within two to six weeks.", "6 week"),
        ("It heals in one to six weeks.", "Sprains heal within two to six weeks.", "1 to 6 week"),
        ("It heals in two to six months.", "Mild tears heal in two to six weeks, others in months.", "2 to 6 month"),
        ("It heals within days.", "Sprains heal within two to six weeks.", "day"),
        ("It has five causes.", "It has several causes.", "5"),
    ],
)
def test_a_quantity_counts_as_given_only_with_its_values_and_unit(claim: str, evidence: str, added: str | None) -> None:
    assert added_quantity(claim, evidence) == added


@given(st.text())
def test_no_text_adds_quantities_to_itself(text: str) -> None:
    assert added_quantity(text, text) is None
