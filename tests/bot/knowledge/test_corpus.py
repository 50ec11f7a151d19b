"""The guide that ships: the publisher's words, all of them, in order."""

from pathlib import Path

import pytest

from bot.knowledge.load import load_corpus, load_guide
from bot.knowledge.markup import plain
from bot.knowledge.sentences import split_sentences
from bot.types import Guide

ROOT = Path(__file__).resolve().parents[3]
SOURCE = ROOT / "tests" / "fixtures" / "vastus-medialis-knee-pain.txt"
BOILERPLATE = "You may also read:"


@pytest.fixture(scope="module")
def guide() -> Guide:
    return load_guide(ROOT / "corpus" / "vastus-medialis-knee-pain.md")


@pytest.fixture(scope="module")
def lines() -> list[str]:
    written = [line for line in SOURCE.read_text(encoding="utf-8").split("\n") if line.strip()]
    assert written.pop().startswith(BOILERPLATE)
    return written


def test_every_sentence_of_the_source_stands_in_the_corpus_in_order(guide: Guide, lines: list[str]) -> None:
    sentences = [line[a:b] for line in lines for a, b in split_sentences(line)]
    assert len(sentences) > 80
    at = guide.text.index("\n# ")
    for sentence in sentences:
        found = guide.text.find(sentence, at)
        assert found >= 0, sentence
        at = found + len(sentence)


def test_the_corpus_adds_no_words(guide: Guide, lines: list[str]) -> None:
    body = guide.text[guide.text.index("\n# ") :].split("\n")
    assert [line.lstrip("# ") for line in body if line.strip()] == lines


def test_the_link_to_another_page_is_left_out(guide: Guide) -> None:
    assert BOILERPLATE not in guide.text


def test_nobody_is_said_to_have_reviewed_it(guide: Guide) -> None:
    assert (guide.reviewed_by, guide.reviewed_on, guide.url) == (None, None, None)
    assert guide.licence == "not stated by the publisher"


def test_twelve_sections_and_four_questions(guide: Guide) -> None:
    assert guide.sections[0].heading_path == (guide.title,)
    headed = [s for s in guide.sections[1:] if not s.is_faq]
    assert len(headed) == 12
    assert all(len(s.heading_path) == 1 for s in headed)
    questions = [s.heading_path for s in guide.sections if s.is_faq]
    assert [path[0] for path in questions] == ["Frequently Asked Questions"] * 4
    assert questions[0][1] == "Can vastus medialis knee pain heal on its own?"
    assert ("How Vastus Medialis Knee Pain Develops",) in [s.heading_path for s in headed]


def test_the_plain_text_has_the_same_outline(guide: Guide) -> None:
    text = load_guide(SOURCE)
    assert (text.id, text.title) == (guide.id, guide.title)
    assert [(s.heading_path, s.is_faq) for s in text.sections] == [(s.heading_path, s.is_faq) for s in guide.sections]
    for a, b in list(zip(text.sections, guide.sections, strict=True))[:-1]:
        assert plain(text.text[a.start : a.end]) == plain(guide.text[b.start : b.end])


def test_the_readme_is_no_guide() -> None:
    guides, errors = load_corpus([ROOT / "corpus"])
    assert not errors
    assert "vastus-medialis-knee-pain" in [g.id for g in guides]
    assert (ROOT / "corpus" / "README.md").exists()
