from __future__ import annotations

import pytest

from bot.safety.cues import clauses, closest, directive, strength


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("rest may help", 1),
        ("rest can usually help", 1),
        ("some people feel it", 2),
        ("it often fades", 3),
        ("most people recover", 4),
        ("it rarely lasts", 4),
        ("rest helps", 5),
        ("rest will help", 5),
        ("the most painful place is the heel", 5),
        ("it is not always needed", 5),
        ("rest always helps", 6),
        ("it is certain to fade", 6),
    ],
)
def test_strength_is_the_weakest_hedge_else_the_emphasis(clause: str, expected: int) -> None:
    assert strength(clause) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("You should rest.", "should"),
        ("It helps, so wear a splint.", "wear"),
        ("Take it slowly.", "take"),
        ("It swells; apply ice.", "apply"),
        ("Don't lift it.", "don't"),
        ("See a dentist if it lasts.", "see"),
        ("You have to wait.", "you have to"),
        ("Rest is useful.", None),
        ("Exercise helps.", None),
        ("The elbow has to bend.", None),
        ("A scan is not needed.", None),
        ("People who rest and stretch recover.", None),
        ("It works if you rest and don't hurry.", None),
    ],
)
def test_directions_are_told_from_descriptions(text: str, expected: str | None) -> None:
    assert directive(text) == expected


def test_clauses_end_where_a_new_statement_begins() -> None:
    assert clauses("Rest helps, but it’s slow; a splint, or tape, may too.") == [
        "rest helps",
        "but it's slow",
        "a splint",
        "or tape, may too",
    ]


def test_the_closest_clause_shares_most_words() -> None:
    assert closest("the splint helps", ["rest hurts", "splints may help"]) == "splints may help"
    assert closest("anything", []) == ""
