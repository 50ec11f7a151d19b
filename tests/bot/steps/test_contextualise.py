from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.steps.contextualise import contextualise, leans
from bot.types import Question, Turn
from tests.hashing import HashingEmbeddings

ENCODER = HashingEmbeddings()


def asked(text: str, *history: tuple[str, str]) -> Question:
    turns = tuple(turn for user, bot in history for turn in (Turn("user", user), Turn("assistant", bot)))
    return Question(text, turns)


@pytest.mark.parametrize(
    "text", ["and the hip?", "how long does it take", "Why?", "what about shoes", "which ones then"]
)
def test_a_message_that_points_back_leans(text: str) -> None:
    assert leans(text)


@pytest.mark.parametrize("text", ["Does vastus medialis knee pain usually begin gradually or suddenly?"])
def test_a_message_that_names_its_subject_does_not_lean(text: str) -> None:
    assert not leans(text)


def test_a_leaning_message_takes_on_the_readers_last_question_and_never_the_bots_words() -> None:
    query = contextualise(asked("how long do I hold it?", ("Does stretching help?", "Surgery is needed.")), ENCODER)
    assert query.text == "Does stretching help? how long do I hold it?"
    assert np.linalg.norm(query.vector) == pytest.approx(1, abs=1e-5)


def test_a_message_that_stands_alone_is_left_as_it_is() -> None:
    text = "Does vastus medialis knee pain usually begin gradually or suddenly?"
    query = contextualise(asked(text, ("Does stretching help?", "Yes.")), ENCODER)
    assert query.text == text
    assert np.allclose(query.vector, ENCODER.encode([text])[0])


@given(st.text(max_size=80))
def test_without_history_nothing_changes(text: str) -> None:
    assert contextualise(asked(text), ENCODER).text == text
