from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.steps.contextualise import contextualise, follows_up, leans, points_at_subject, speaks_to_the_bot
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


@pytest.mark.parametrize(
    ("text", "said", "item"),
    [
        ("and the second one?", "Hips come first. [1] Ankles come next. [2]", "Ankles come next."),
        ("what about the third", "It needs shoes, sleep and patience. [1]", "patience."),
        ("the last one please", "Hips come first. [1] Ankles come next. [2]", "Ankles come next."),
    ],
)
def test_the_second_one_is_the_second_thing_the_bot_named(text: str, said: str, item: str) -> None:
    assert contextualise(asked(text, ("what helps?", said)), ENCODER).text == f"{item} {text}"


@pytest.mark.parametrize(
    ("text", "said"),
    [("and the third one?", "Hips come first. [1] Ankles come next. [2]"), ("the second one?", "It depends. [1]")],
)
def test_what_the_bot_did_not_name_is_asked_of_the_readers_question(text: str, said: str) -> None:
    assert contextualise(asked(text, ("what helps?", said)), ENCODER).text == f"what helps? {text}"


def test_a_message_can_go_back_to_an_older_question() -> None:
    history = (("how long does tendon healing take", "Weeks."), ("which shoes are good", "Soft ones."))
    query = contextualise(asked("so how long does tendon healing take then for it", *history), ENCODER)
    assert query.text.startswith("how long does tendon healing take ")
    assert contextualise(asked("and in winter?", *history), ENCODER).text.startswith("which shoes are good ")


def test_what_the_bot_said_is_handed_on_for_retrieval_only() -> None:
    query = contextualise(asked("why?", ("Does stretching help?", "It does. [1]")), ENCODER)
    assert query.said == "It does. [1]"
    assert "It does" not in query.text


@pytest.mark.parametrize(
    "text", ["no i meant the hip", "any others?", "actually the other leg", "whats the third", "name two"]
)
def test_a_correction_or_an_ellipsis_after_an_answer_is_a_question(text: str) -> None:
    assert follows_up(asked(text, ("Is it my ankle?", "No.")))
    assert not follows_up(asked(text))


@pytest.mark.parametrize("text", ["thanks for that", "what are you?", "bye", "great"])
def test_small_talk_after_an_answer_follows_nothing_up(text: str) -> None:
    assert speaks_to_the_bot(text) or not follows_up(asked(text, ("Is it my ankle?", "No.")))


def test_asking_what_the_bot_would_choose_speaks_to_it_and_still_follows_up() -> None:
    text = "is there a bench you'd pick then"
    assert speaks_to_the_bot(text)
    assert follows_up(asked(text, ("Should I lift?", "Slowly.")))


def test_it_with_no_other_subject_is_what_the_guide_is_about() -> None:
    assert points_at_subject("is tea bad for it")
    assert not points_at_subject("who won the cup final")
