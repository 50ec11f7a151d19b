"""The page's HTML without a browser: escaping, states, words."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.types import Shown, Status
from bot.web import widget_files
from bot.web.problems import Problem, problem_of
from bot.web.strings import languages, negotiate, strings
from bot.web.ui import handlers, render, turns
from bot.web.ui.turns import PageTurn
from tests.bot.web.fake_bot import WEEKS, FakeBot, abstain, composed, emergency, make_guide, verbatim

BAD = "<img src=x onerror=alert(1)>"


@pytest.fixture
def bot(tmp_path: Path) -> FakeBot:
    return FakeBot(tmp_path)


def done(answer: Any, **fields: Any) -> PageTurn:
    turn = PageTurn(question="q", **fields)
    turn.finish(answer, [])
    return turn


def test_everything_is_escaped(bot: FakeBot) -> None:
    turn = done(composed())
    turn.question = turn.citations[0].section = turn.citations[0].quote = turn.error = turn.voted = BAD
    turn.follow_ups = [BAD]
    assert turn.answer is not None
    turn.answer["response"] = f"{BAD} [1]"
    guide = make_guide(f"---\n---\n# {BAD}\n\n{BAD}\n", title=BAD, reviewed_by=BAD)
    bot.guide_list = (guide,)
    for html in (
        render.transcript(bot, [turn]),
        render.transcript(bot, []),
        render.guide(guide, 0, 20, f"https://x.example/{BAD}"),
        render.header(bot),
    ):
        assert "<img" not in html


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://x.example/a", True),
        ("HTTP://x.example", True),
        ("javascript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//x.example", False),
        ("", False),
        (None, False),
    ],
)
def test_only_web_pages_are_linked(url: str | None, kept: bool) -> None:
    assert render.web_url(url) == (url if kept else None)


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({}, "Not yet clinically reviewed"),
        ({"reviewed_by": "Dr A"}, "Reviewed by Dr A"),
        ({"reviewed_by": "Dr A", "reviewed_on": "2026-01-02"}, "Reviewed by Dr A on 2026-01-02"),
        ({"reviewed_by": "Dr A", "review_due": "2020-01-01"}, "Reviewed by Dr A. Review was due on 2020-01-01"),
    ],
)
def test_review_line(fields: dict[str, str], line: str) -> None:
    assert render.review_line(make_guide(**fields)).startswith(line)


@pytest.mark.parametrize(
    ("answer", "words"),
    [(composed(), ""), (emergency(), "Get help now"), (abstain(), "The guide doesn’t cover that")],
)
def test_heading(answer: Any, words: str) -> None:
    assert render.heading(done(answer)) == words


def test_a_quote_is_not_said_twice(bot: FakeBot) -> None:
    assert "<q>" in render.transcript(bot, [done(composed())])
    quoted = render.transcript(bot, [done(verbatim(WEEKS))])
    assert "<q>" not in quoted
    assert 'class="said"' in quoted


def test_votes_are_not_offered_where_they_are_switched_off(tmp_path: Path) -> None:
    assert 'data-vote="up"' in render.transcript(FakeBot(tmp_path), [done(composed())])
    assert 'data-vote="up"' not in render.transcript(FakeBot(tmp_path, {"feedback": False}), [done(composed())])


def test_several_guides(bot: FakeBot) -> None:
    bot.guide_list = (make_guide(), make_guide(id="b", title="B"))
    assert "Ask the guides" in render.header(bot)
    assert "one of 2 guides" in render.transcript(bot, [])


def test_the_conversation_survives_the_browser() -> None:
    turn = done(composed())
    turn.state = "done"
    assert turns.load(turns.dump([turn])) == [turn]
    said = turns.history([turn])
    assert [one.role for one in said] == ["user", "assistant"]


@pytest.mark.parametrize("data", [None, "x", {}, [1], [{"question": 3}], [{"question": "q", "state": "odd"}]])
def test_a_conversation_nobody_can_read_is_empty(data: Any) -> None:
    assert turns.load(data) == []


def test_a_sentence_brings_its_citation_once() -> None:
    turn = PageTurn(question="q")
    turn.show(Shown("One. [1]", (WEEKS,)))
    turn.show(Shown("Two. [1]", (WEEKS,)))
    assert turn.text == "One. [1] Two. [1]"
    assert len(turn.citations) == 1


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status("busy", 3), "3 ahead"),
        (Status("busy", 1), "One reader"),
        (Status("ground"), "Checking"),
        (Status("a new stage"), "Reading"),
    ],
)
def test_status_in_words(status: Status, words: str) -> None:
    assert words in handlers.status_line(status)


def test_every_problem_has_words() -> None:
    from bot import errors
    from bot.web.problems import _TABLE

    for kind, _, code in _TABLE:
        assert problem_of(kind("x")).code == code
        if code != "bad-input":
            assert f"error_{code}" in strings()
    for problem in (Problem(429, "rate-limited", "x", retry_after=7), problem_of(errors.InvalidQuestion("x"))):
        assert "{" not in handlers.error_line(problem, 2000)
    assert "7 seconds" in handlers.error_line(Problem(429, "rate-limited", "x", retry_after=7), 2000)


def test_a_language_without_words_is_english() -> None:
    assert strings("xx") == strings("../en") == strings("en")


def test_the_page_speaks_the_widgets_ten_languages() -> None:
    assert list(languages()) == widget_files.languages()
    assert len(languages()) == 10
    own = {language: strings(language).keys() for language in languages()}
    assert all(keys == own["en"] for keys in own.values())
    for language in languages():
        for key, english in strings().items():
            said = strings(language)[key]
            if isinstance(said, str):
                assert set(re.findall(r"\{\w+\}", said)) == set(re.findall(r"\{\w+\}", english)), (language, key)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("nl,fr;q=0.5,en;q=0.4", "fr"),
        ("en;q=0.4,zh-Hant-TW;q=0.9", "zh"),
        ("ar;q=0,pl;q=0.1", "pl"),
        ("*", "en"),
        ("xx-YY", "en"),
        ("de;q=high,it;q=0.2", "it"),
        ("../en,hi", "hi"),
        ("ES", "es"),
        (",,;;q=,", "en"),
    ],
)
def test_the_readers_language_is_taken_where_there_are_words(accepted: str, language: str) -> None:
    assert negotiate(accepted) == language


@given(st.text(max_size=200))
def test_any_header_leads_to_a_language(accepted: str) -> None:
    assert negotiate(accepted) in languages()


def test_who_was_told_to_get_help_is_told_how_to_go_on(bot: FakeBot) -> None:
    hint = strings()["seen_to"]
    assert hint in render.transcript(bot, [done(emergency())])
    assert hint not in render.transcript(bot, [done(composed())])
    crisis = replace(emergency(), category="crisis")
    assert hint not in render.transcript(bot, [done(crisis)])
    assert strings("ar")["seen_to"] in render.transcript(bot, [done(emergency())], "ar")
