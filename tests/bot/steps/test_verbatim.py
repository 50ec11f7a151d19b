from __future__ import annotations

import pytest

from bot.steps.verbatim import FaqMatcher
from tests.bot.steps.guide import passage
from tests.hashing import HashingEmbeddings

ENCODER = HashingEmbeddings()
ALONE = passage("g:1", ["Stretching helps.", "Strength does more."], faq="Does stretching alone fix it?")
RUSH = passage("g:2", ["No."], faq="May I rush back?")
ASKED = [
    [
        "is stretching alone enough",
        "only stretching, nothing else, enough?",
        "will stretching alone do",
        "just stretching alone",
    ]
]
OTHERS = ["does stretching help", "how should stretching feel", "why stretching at all", "is stretching good"]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("does stretching alone fix it", "Stretching helps. Strength does more."),
        ("May I rush back?", "No."),
        ("may I run", None),
        ("what is a knee", None),
    ],
)
def test_without_ways_of_asking_only_a_very_near_question_matches(question: str, answer: str | None) -> None:
    matched = FaqMatcher([ALONE, RUSH], ENCODER.encode, 0.8).match(ENCODER.encode([question])[0])
    assert (matched.text if matched else None) == answer


@pytest.mark.parametrize(
    ("question", "matches"),
    [
        ("Does stretching alone fix it?", True),
        ("will stretching alone be enough", True),
        ("does stretching help me", False),
    ],
)
def test_a_classifier_learns_what_sets_askers_apart(question: str, matches: bool) -> None:
    faq = passage("g:1", ["Stretching helps.", "Strength does more."], ASKED, faq="Does stretching alone fix it?")
    matcher = FaqMatcher([faq, RUSH], ENCODER.encode, 0.8, OTHERS)
    matched = matcher.match(ENCODER.encode([question])[0])
    assert (matched is not None) is matches
    assert matched is None or matched.text == "Stretching helps. Strength does more."


def test_a_guide_without_faq_never_matches() -> None:
    assert FaqMatcher([], ENCODER.encode, 0.8).match(ENCODER.encode(["anything"])[0]) is None


def test_an_answer_without_sentences_or_question_is_left_out() -> None:
    matcher = FaqMatcher([passage("g:3", [], faq="Why?"), passage("g:4", ["Text."])], ENCODER.encode, 0.1)
    assert matcher.match(ENCODER.encode(["Why?"])[0]) is None
