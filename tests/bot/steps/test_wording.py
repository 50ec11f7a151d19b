from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.steps.wording import Wording, stems
from tests.bot.steps.guide import passage

REST = passage(
    "g:1",
    ["Stretching should feel gentle.", "An X-ray is seldom needed for the kneecap."],
    [["may a stretch hurt?"], []],
)
WORDING = Wording([REST])


@pytest.mark.parametrize(
    ("question", "covered"),
    [
        ("should stretching be gentle?", 1.0),
        ("does a stretch hurt", 1.0),  # known from the editor's question
        ("is an xray needed", 1.0),
        ("is a streching gentle", 1.0),  # misspelt
        ("what does the popliteus do", 0.0),
        ("", 0.0),
        ("what is it and why", 0.0),  # nothing but small words
    ],
)
def test_covered_is_the_share_of_words_that_the_best_sentence_holds(question: str, covered: float) -> None:
    assert WORDING.covered(question, REST.sentences) == pytest.approx(covered)


def test_a_rare_word_that_is_missing_weighs_more_than_a_known_one() -> None:
    assert 0 < WORDING.covered("kneecap surgery", REST.sentences) < 0.5


def test_only_the_sentences_given_count() -> None:
    question = "gentle stretching of the kneecap"
    assert WORDING.covered(question, REST.sentences) > WORDING.covered(question, REST.sentences[1:]) > 0
    assert WORDING.covered(question, []) == 0


@pytest.mark.parametrize(("text", "expected"), [("The X-ray", ["xray"]), ("What's the knee’s job?", ["knee", "job"])])
def test_stems_join_hyphens_and_drop_what_says_nothing(text: str, expected: list[str]) -> None:
    assert stems(text) == expected


@given(st.text(max_size=200))
def test_a_share_is_a_share_whatever_the_text(text: str) -> None:
    assert 0 <= WORDING.covered(text, REST.sentences) <= 1 + 1e-9
