from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TypedDict

import pytest
import yaml

from bot.knowledge.chunk import passages
from bot.knowledge.load import load_guide
from tests.alike import alike, plain

CORPUS = Path(__file__).parents[1] / "corpus"
GUIDE = load_guide(CORPUS / "vastus-medialis-knee-pain.md")
# where a passage ends does not matter here, only its sentences do
PASSAGES = passages(GUIDE, lambda text: len(text.split()))
AT_LEAST = 5


class Entry(TypedDict):
    sentence: str
    asked: list[str]


ENTRIES: list[Entry] = yaml.safe_load((CORPUS / f"{GUIDE.id}.questions.yaml").read_text(encoding="utf-8"))
QUESTIONS = [question for entry in ENTRIES for question in entry["asked"]]


def test_an_entry_is_a_sentence_and_its_questions() -> None:
    for entry in ENTRIES:
        assert set(entry) == {"sentence", "asked"}, entry
        assert isinstance(entry["sentence"], str), entry
        assert all(isinstance(question, str) and question.strip() for question in entry["asked"]), entry


def test_every_sentence_of_the_guide_has_one_entry_and_a_question_with_answer_one_for_the_whole_answer() -> None:
    wanted = [
        sentence.text
        for passage in PASSAGES
        for sentence in (passage.sentences[:1] if passage.faq_question else passage.sentences)
    ]
    assert Counter(entry["sentence"] for entry in ENTRIES) == Counter(wanted)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["sentence"][:40])
def test_sentence_stands_in_the_guide_and_has_enough_questions(entry: Entry) -> None:
    assert entry["sentence"] in GUIDE.text
    assert len(entry["asked"]) >= AT_LEAST


def test_no_question_is_listed_twice() -> None:
    counts = Counter(map(plain, QUESTIONS))
    assert [question for question, count in counts.items() if count > 1] == []


def test_no_question_is_an_eval_case() -> None:
    """Else retrieval would be measured on questions it was given; what it learned from is another matter."""
    assert [question for split in ("dev", "test") for question in alike(QUESTIONS, split)] == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Do I need a scan?", "do i need  a scan", True),
        ("Don’t I need a scan?", "don't I need a scan", True),
        ("Do I need a scan?", "Do I need an X-ray?", False),
    ],
)
def test_questions_are_compared_by_their_words(one: str, other: str, same: bool) -> None:
    assert (plain(one) == plain(other)) is same
