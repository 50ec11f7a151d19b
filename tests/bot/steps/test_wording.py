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
    ("question", "unknown"),
    [
        ("should stretching be gentle?", 0.0),
        ("does a stretch hurt", 0.0),  # known from the editor's question
        ("is an xray needed", 0.0),
        ("is a streching gentle", 0.0),  # misspelt
        ("what does the popliteus do", 1.0),
        ("", 0.0),
        ("what is it and why", 0.0),  # nothing but small words
    ],
)
def test_unknown_is_the_share_of_words_that_stand_nowhere_in_the_guide(question: str, unknown: float) -> None:
    assert WORDING.compare(question, REST.sentences).unknown == pytest.approx(unknown)


def test_a_rare_unknown_word_weighs_more_than_a_known_one() -> None:
    found = WORDING.compare("kneecap surgery", REST.sentences)
    assert 0.5 < found.unknown < 1
    assert found.words == 2


def test_covered_is_the_best_sentences_share() -> None:
    question = "gentle stretching of the kneecap"
    both, second = WORDING.compare(question, REST.sentences), WORDING.compare(question, REST.sentences[1:])
    assert both.covered > second.covered > 0
    assert WORDING.compare(question, []).covered == 0


@pytest.mark.parametrize(("text", "expected"), [("The X-ray", ["xray"]), ("What's the knee’s job?", ["knee", "job"])])
def test_stems_join_hyphens_and_drop_what_says_nothing(text: str, expected: list[str]) -> None:
    assert stems(text) == expected


@given(st.text(max_size=200))
def test_shares_are_shares_whatever_the_text(text: str) -> None:
    found = WORDING.compare(text, REST.sentences)
    assert 0 <= found.covered <= 1 + 1e-9
    assert 0 <= found.unknown <= 1 + 1e-9
    assert found.covered + found.unknown <= 1 + 1e-9
