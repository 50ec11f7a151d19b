from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.steps.spelling import Spelling, guide_words
from tests.bot.steps.guide import passage

GUIDE = passage("p", ["The ankle *muscle* hurts.", "Squatting is common."])
ENGLISH = {"does", "tall", "uncle"}
SPELLING = Spelling(ENGLISH.__contains__, guide_words([GUIDE]))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("does the muscel hurt", "does the muscle hurt"),
        ("Ankel and sqautting", "ankle and squatting"),
        ("is it comon?", "is it common?"),
    ],
)
def test_a_misspelt_word_of_the_guide_is_put_right(typed: str, read: str) -> None:
    assert SPELLING.correct(typed).replace("hurts", "hurt") == read


@pytest.mark.parametrize("text", ["my uncle is tall", "hoka", "the tall uncle does", "Bauerfeind brace", ""])
def test_words_it_knows_or_cannot_place_stay_as_typed(text: str) -> None:
    assert SPELLING.correct(text) == text


@given(st.text(max_size=60))
def test_nothing_but_words_changes_and_twice_is_once(text: str) -> None:
    once = SPELLING.correct(text)
    assert SPELLING.correct(once) == once
    assert len(once.split()) == len(text.split())
