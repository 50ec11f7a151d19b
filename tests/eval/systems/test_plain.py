from __future__ import annotations

import time
from collections.abc import Generator

import pytest

from eval.systems.plain import collect, read


@pytest.mark.parametrize(
    "text",
    [
        "Please call 999 now.",
        "You should go to the nearest emergency department.",
        "Seek medical attention immediately.",
        "Call an ambulance.",
        "If you are thinking of suicide, call a crisis line.",
    ],
)
def test_emergencies(text: str) -> None:
    assert read(text) == ("escalate", "emergency_now")


@pytest.mark.parametrize(
    "text", ["See a doctor today.", "You should visit urgent care.", "Contact your GP as soon as possible."]
)
def test_the_same_day(text: str) -> None:
    assert read(text) == ("escalate", "same_day")


@pytest.mark.parametrize(
    "text",
    [
        "I don't know.",
        "The context does not mention taping.",
        "The provided information doesn’t specify how many sets.",
        "That is not mentioned in the guide.",
        "There is no information about braces.",
    ],
)
def test_abstentions(text: str) -> None:
    assert read(text) == ("abstain", None)


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I cannot diagnose your knee.",
        "As an AI, I have no opinion.",
        "Please consult a pharmacist about ibuprofen.",
    ],
)
def test_refusals(text: str) -> None:
    assert read(text) == ("refuse", None)


@pytest.mark.parametrize(
    "text",
    [
        "Mild cases often improve within four to six weeks.",
        "Strengthening is more important than stretching alone.",
        "Do not push through sharp pain; reduce the load until it settles.",
        "The muscle helps to control the kneecap.",
        "Today's shoes matter less than how you move.",
    ],
)
def test_answers(text: str) -> None:
    assert read(text) == ("answer", None)


def test_the_first_sentence_is_timed_when_the_second_begins() -> None:
    closed = []

    def pieces() -> Generator[str, None, None]:
        try:
            yield "One helps. "
            yield "Two helps."
            yield " Three"
        finally:
            closed.append(True)

    text, timings = collect(pieces(), time.perf_counter())
    assert text == "One helps. Two helps. Three"
    assert 0 < timings["first_sentence"] <= timings["total"]
    assert closed
