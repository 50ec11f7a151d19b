"""Denial, past, supposition and question reach exactly as far as their clause."""

from __future__ import annotations

import pytest

from bot.safety.guard import Guard
from bot.types import Question


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
        ("swollen in 20 minutes", "swollen", False),
        ("I suppose my knee is swollen", "swollen", False),
        ("it was swollen in 1998", "swollen", True),
    ],
)
def test_scope(guard: Guard, text: str, term: str, silent: bool | None) -> None:
    signs = [sign for sign in guard._read(text).signs if sign.term == term]
    if silent is None:
        assert not signs
    else:
        assert signs
        assert all((sign.silent is not None) == silent for sign in signs)


@pytest.mark.parametrize(
    "text",
    [
        "he is in his forties with crushing chest pain",
        "mum is in her eighties and she can't breathe",
        "was watching tv last night and suddenly I couldn't breathe",
        "his teacher says he collapsed and can't breathe",
        "translating for a neighbour, she has crushing chest pain",
        "fell at the museum, the leg is bent the wrong way",
        "my knee is hot and swollen and I have a fever, I was discharged yesterday",
        "my foot is cold and blue, the nurse said nothing serious",
        "my knee is hot with a fever from the 20th of november",
        "at physio class he collapsed and can't breathe",
    ],
)
def test_where_and_by_whom_it_is_told_silences_nothing(guard: Guard, text: str) -> None:
    """A course, a play, an age, a month or an all-clear in a message is no reason to pass over what it says."""
    assert guard.check(Question(text)).level == "emergency_now"
