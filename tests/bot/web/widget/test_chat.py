"""Conversations in the widget, over a scripted bot."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.errors import IndexUnavailable
from bot.types import Answer, Question
from bot.web.feedback import FeedbackStore
from tests.bot.web.fake_bot import MONTHS, WEEKS
from tests.bot.web.widget.conftest import Visit, World
from tests.bot.web.widget.pages import Visitor, page
from tests.browser import browser

__all__ = ["browser"]
pytestmark = pytest.mark.real

KEPT = """async () => [localStorage.length, sessionStorage.length, document.cookie, (await indexedDB.databases()).length,
    (await caches.keys()).length, (await navigator.serviceWorker.getRegistrations()).length]"""


def texts(visitor: Visitor, selector: str) -> list[str]:
    return [" ".join(one.split()) for one in visitor.page.locator(f"{visitor.at} {selector}").all_inner_texts()]


def test_nothing_is_requested_or_kept_before_it_is_opened(visit: Visit, world: World) -> None:
    world.friend.pages["/"] = page(f'<script src="{world.url}/widget.js" async></script>')
    visitor = visit(f"{world.friend.url}/", "medialis-chat")
    visitor.page.wait_for_load_state("networkidle")
    assert [one for one in visitor.requests if "favicon" not in one] == [
        f"{world.friend.url}/",
        f"{world.url}/widget.js",
    ]
    assert visitor.page.evaluate(KEPT) == [0, 0, "", 0, 0, 0]
    visitor.open()
    assert any("/api/widget/config" in one for one in visitor.requests)
    visitor.ask("How long does recovery take?")
    assert visitor.page.evaluate(KEPT) == [0, 0, "", 0, 0, 0]
    assert visitor.context.cookies() == []
    assert all(one.startswith((world.url, world.friend.url)) for one in visitor.requests)
    assert not any("recovery" in one for one in visitor.requests)


def test_an_answer_comes_sentence_by_sentence(visit: Visit, world: World) -> None:
    visitor = visit()
    visitor.open()
    world.bot.gate.clear()
    visitor.type("How long does recovery take?")
    visitor.one(".body .cite").wait_for()
    assert texts(visitor, ".body") == ["Mild cases often get better in four to six weeks. 1"]
    assert "Writing" in visitor.one(".status").inner_text()
    assert visitor.one("button[aria-label='Stop']").is_visible()
    first = visitor.page.locator("#floating .body p").first
    first.evaluate("node => { node.mark = 'same node' }")
    world.bot.gate.set()
    visitor.page.wait_for_selector("#floating .turn.done")
    assert texts(visitor, ".body") == [
        "Mild cases often get better in four to six weeks. 1 Pain that has lasted long can need several months. 2"
    ]
    assert first.evaluate("node => node.mark") == "same node"  # what was read aloud is not read again
    assert visitor.one("button[aria-label='Ask']").is_visible()
    assert visitor.one(".status").inner_text() == ""
    assert texts(visitor, ".source q") == [WEEKS.quote, MONTHS.quote]
    assert texts(visitor, ".provenance") == [
        "Written from the guide, each sentence checked against it",
        "Knee Pain Guide. Not yet clinically reviewed",
    ]
    assert visitor.console == []


def test_who_waits_is_told_how_many_are_ahead(visit: Visit, world: World) -> None:
    visitor = visit()
    visitor.open()
    visitor.page.evaluate(
        """() => { window.said = []; const status = document.querySelector('#floating').shadowRoot.querySelector('.status');
        new MutationObserver(() => said.push(status.textContent)).observe(status, { childList: true }); }"""
    )
    visitor.ask("How long?")
    assert "Others are being answered first: 2 ahead of you" in visitor.page.evaluate("said")


def test_a_follow_up_sends_what_was_said(visit: Visit, world: World) -> None:
    visitor = visit()
    visitor.open()
    visitor.one(".starters button >> nth=1").click()
    visitor.page.wait_for_selector("#floating .turn.done")
    visitor.one(".follow-ups button").click()
    visitor.page.wait_for_selector("#floating .turn.done >> nth=1")
    assert [one.text for one in world.bot.asked] == [
        "Does stretching alone fix the problem?",
        "Can it heal on its own?",
    ]
    assert [turn.role for turn in world.bot.asked[1].history] == ["user", "assistant"]
    assert world.bot.asked[1].history[0].text == "Does stretching alone fix the problem?"


def test_an_emergency_looks_different_and_can_be_called(visit: Visit) -> None:
    visitor = visit()
    visitor.open()
    answer = visitor.ask("How long?").locator(".reply")
    turn = visitor.ask("This is an emergency")
    reply = turn.locator(".reply")
    heading = turn.get_by_role("alert")
    assert heading.inner_text() == "Get help now"
    assert [one.get_attribute("href") for one in turn.locator("a").all()] == ["tel:999"]
    assert turn.locator(".calls").inner_text() == "Call Emergency services: 999"
    colours = "one => [getComputedStyle(one).color, getComputedStyle(one).backgroundColor]"
    assert turn.locator(".calls a").evaluate(colours) == ["rgb(255, 255, 255)", "rgb(165, 35, 27)"]
    looks = [
        one.evaluate("node => [getComputedStyle(node).backgroundColor, getComputedStyle(node).borderLeftWidth]")
        for one in (answer, reply)
    ]
    assert looks[0][0] != looks[1][0]
    assert looks[1][1] == "6px"


@pytest.mark.parametrize(
    ("category", "level", "text", "heading", "dialled", "look"),
    [
        (
            "crisis",
            "emergency_now",
            "Please talk to Samaritans (116 123), or call 999.",
            "Please talk to someone now",
            ["tel:116123", "tel:999"],
            "grave",
        ),
        (
            "urgent",
            "same_day",
            "See a doctor today, or NHS 111. It is 38.5 °C, not 9990.",
            "Have this seen today",
            ["tel:111"],
            "urgent",
        ),
        ("urgent", "soon", "Make an appointment.", "Have this looked at soon", [], "urgent"),
    ],
)
def test_help_is_told_by_its_urgency(
    visit: Visit, world: World, category: Any, level: Any, text: str, heading: str, dialled: list[str], look: str
) -> None:
    world.bot.script = lambda question: world.bot._whole(Answer("escalate", category, text, level=level))
    visitor = visit()
    visitor.open()
    turn = visitor.ask("anything")
    assert turn.get_by_role("alert").inner_text() == heading
    assert [one.get_attribute("href") for one in turn.locator(".calls a").all()] == dialled
    assert look in str(turn.get_attribute("class"))
    # how to go on is told to everybody but who must not be sent away
    assert turn.locator(".seen-to").count() == (category != "crisis")
    assert turn.locator(".body").inner_text() == text


def test_what_is_not_in_the_guide_says_so(visit: Visit) -> None:
    visitor = visit()
    visitor.open()
    turn = visitor.ask("What is the capital of Paris?")
    assert turn.locator(".heading").inner_text() == "The guide doesn’t cover that"
    assert turn.locator(".sources").count() == 0


def test_stop_keeps_what_was_shown_and_frees_the_model(visit: Visit, world: World) -> None:
    visitor = visit()
    visitor.open()
    world.bot.gate.clear()
    visitor.type("How long?")
    visitor.one(".body .cite").wait_for()
    visitor.type("And then?")  # waits in the box
    visitor.one("button[aria-label='Stop']").click()
    visitor.page.wait_for_selector("#floating .turn.stopped")
    assert world.bot.closed.wait(10)
    assert "four to six weeks" in visitor.one(".body").inner_text()
    assert "Stopped" in visitor.one(".note").inner_text()
    world.bot.gate.set()
    assert visitor.one("#box").input_value() == "And then?"
    visitor.one("button[aria-label='Ask']").click()
    visitor.page.wait_for_selector("#floating .turn.done")
    assert [one.text for one in world.bot.asked] == ["How long?", "And then?"]


def test_leaving_the_page_frees_the_model(visit: Visit, world: World) -> None:
    visitor = visit()
    visitor.open()
    world.bot.gate.clear()
    visitor.type("How long?")
    visitor.one(".body .cite").wait_for()
    visitor.page.goto("about:blank")
    assert world.bot.closed.wait(20)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("busy?", "Too many people are asking right now"),
        ("It dies", "has stopped working"),
        ("a" * 2001, "at most 2000 characters"),
    ],
)
def test_failures_are_told_in_plain_words_and_can_be_tried_again(
    visit: Visit, world: World, question: str, said: str
) -> None:
    visitor = visit()
    visitor.open()
    visitor.ask("Does stretching help?")
    visitor.page.evaluate(
        "document.querySelector('#floating').shadowRoot.querySelector('#box').removeAttribute('maxlength')"
    )
    turn = visitor.ask(question, state="failed")
    assert said in turn.locator(".note").inner_text()
    assert ("checked and stays" in turn.locator(".note").inner_text()) == (question == "It dies")
    world.bot.script = lambda asked: world.bot._script(Question("stretching"))
    visitor.page.route("**/api/chat", lambda route: route.continue_(post_data=json.dumps({"text": "stretching"})))
    turn.locator(".note button").click()
    visitor.page.wait_for_selector("#floating .turn:nth-of-type(2).done")
    assert visitor.page.locator("#floating .turn").count() == 2


def test_an_error_before_anything_was_said(visit: Visit, world: World) -> None:
    def broken(question: Question) -> Any:
        raise IndexUnavailable("no index", hint="run medialis ingest")
        yield

    world.bot.script = broken
    visitor = visit()
    visitor.open()
    assert "guide cannot be opened" in visitor.ask("How long?", state="failed").inner_text()


@pytest.mark.parametrize("how", ["offline", "cut", "garbled"])
def test_a_connection_that_breaks(visit: Visit, how: str) -> None:
    visitor = visit()
    visitor.open()
    body = 'event: sentence\ndata: {"text": "Mild cases", "citations": []}\n\n' + (
        "event: done\ndata: {oops\n\n" if how == "garbled" else ""
    )
    if how == "offline":
        visitor.context.set_offline(True)
    else:
        visitor.page.route("**/api/chat", lambda route: route.fulfill(content_type="text/event-stream", body=body))
    turn = visitor.ask("How long?", state="failed")
    assert "connection was lost" in turn.locator(".note").inner_text()
    visitor.context.set_offline(False)


def test_too_many_questions_say_how_long_to_wait(visit: Visit) -> None:
    visitor = visit()
    visitor.open()
    problem = {"code": "rate-limited", "detail": "Too many", "retry_after": 17}
    visitor.page.route(
        "**/api/chat", lambda route: route.fulfill(status=429, content_type="application/problem+json", json=problem)
    )
    assert "wait 17 seconds" in visitor.ask("How long?", state="failed").locator(".note").inner_text()


def test_a_new_chat_forgets(visit: Visit, world: World) -> None:
    visitor = visit()
    visitor.open()
    visitor.ask("How long?")
    visitor.one("button[aria-label='New chat']").click()
    visitor.one(".welcome").wait_for()
    assert visitor.page.locator("#floating .turn").count() == 0
    visitor.ask("Does stretching help?")
    assert world.bot.asked[-1].history == ()


def test_a_new_chat_while_an_answer_is_written(visit: Visit, world: World) -> None:
    visitor = visit()
    visitor.open()
    world.bot.gate.clear()
    visitor.type("How long?")
    visitor.one(".body .cite").wait_for()
    visitor.one("button[aria-label='New chat']").click()
    assert world.bot.closed.wait(10)
    world.bot.gate.set()
    visitor.ask("Does stretching help?")
    assert visitor.page.locator("#floating .turn").count() == 1


def test_a_reload_forgets_unless_the_operator_keeps_the_session(visit: Visit, world: World) -> None:
    world.friend.pages["/"] = page(f'<script src="{world.url}/widget.js"></script>')
    world.friend.pages["/kept"] = page(f'<script src="{world.url}/widget.js" data-history="session"></script>')
    for path, turns in (("/", 0), ("/kept", 1)):
        visitor = visit(world.friend.url + path, "medialis-chat")
        visitor.open()
        visitor.ask("How long?")
        visitor.page.reload()
        visitor.open()
        assert visitor.page.locator("medialis-chat .turn").count() == turns
        assert visitor.page.evaluate("sessionStorage.length") == turns
        assert visitor.page.evaluate("localStorage.length") == 0
    assert texts(visitor, ".source q") == [WEEKS.quote, MONTHS.quote]
    visitor.ask("Does stretching help?")
    assert world.bot.asked[-1].history[0].text == "How long?"
    visitor.one(".foot button").click()
    assert visitor.page.evaluate("sessionStorage.length") == 0
    assert visitor.one("[role='status'].sr").text_content() == "The chat is erased."
    visitor.open()
    assert visitor.page.locator("medialis-chat .turn").count() == 0


def test_kept_nonsense_counts_as_nothing(visit: Visit, world: World) -> None:
    world.friend.pages["/"] = page(f'<script src="{world.url}/widget.js" data-history="session"></script>')
    for kept in ("{oops", '"text"', '[null, 3, {"question": 1}, {"question": "x", "answer": null}]'):
        visitor = visit(f"{world.friend.url}/", "medialis-chat")
        visitor.page.evaluate(f"sessionStorage.setItem('medialis {world.url}/', {json.dumps(kept)})")
        visitor.open()
        assert visitor.page.locator("medialis-chat .turn").count() == 0
        assert visitor.one(".welcome").is_visible()


def test_a_vote_is_sent_only_with_consent(visit: Visit, world: World) -> None:
    store = FeedbackStore(world.bot.settings.data_dir / "feedback.sqlite3")
    before = len(store.rows())
    visitor = visit()
    visitor.open()
    visitor.ask("Does stretching help?")
    turn = visitor.ask("How long?")
    turn.locator("button[aria-label='Not helpful']").click()
    turn.get_by_text("Something is missing").click()
    turn.locator("textarea").fill("Mail me: a@b.org")
    turn.get_by_role("button", name="Send").click()  # the browser asks for the box to be ticked
    assert turn.locator("form").is_visible()
    assert len(store.rows()) == before
    assert not any("feedback" in one for one in visitor.requests)
    turn.get_by_role("checkbox").check()
    turn.get_by_role("button", name="Send").click()
    turn.get_by_text("Thank you. It has been stored.").wait_for()
    row = store.rows()[-1]
    assert len(store.rows()) == before + 1
    assert (row["vote"], row["reason"], row["comment"]) == ("down", "incomplete", "Mail me: [email]")
    assert row["question"] == "How long?"
    assert row["history"][0][0] == "Does stretching help?"


def test_a_vote_can_be_taken_back_and_can_fail(visit: Visit, world: World) -> None:
    visitor = visit()
    visitor.open()
    turn = visitor.ask("How long?")
    turn.locator("button[aria-label='Helpful']").click()
    turn.get_by_role("button", name="Cancel").click()
    assert turn.locator("form").count() == 0
    assert turn.locator("[aria-pressed='true']").count() == 0
    visitor.page.route("**/api/feedback", lambda route: route.fulfill(status=500, json={"code": "internal"}))
    turn.locator("button[aria-label='Helpful']").click()
    turn.get_by_role("checkbox").check()
    turn.get_by_role("button", name="Send").click()
    turn.get_by_text("It could not be stored.").wait_for()
    assert turn.locator("form").is_visible()


def test_the_inline_widget_has_a_conversation_of_its_own(visit: Visit, world: World) -> None:
    visitor = visit(at="#inline")
    box = visitor.one(".launcher").bounding_box()
    visitor.open()
    assert not visitor.one(".launcher").is_visible()
    assert visitor.page.locator("#inline").get_by_text("A question about your own knee?").is_hidden()
    turn = visitor.ask("How long?")
    assert turn.is_visible()
    panel = visitor.one(".panel").bounding_box()
    assert panel["x"] <= box["x"]
    assert visitor.page.locator("#floating .turn").count() == 0


def test_a_page_can_open_it_and_ask(visit: Visit, world: World) -> None:
    visitor = visit()
    visitor.page.evaluate("document.querySelector('#floating').ask('Does stretching help?')")
    visitor.page.wait_for_selector("#floating .turn.done")
    assert world.bot.asked[0].text == "Does stretching help?"
    visitor.page.evaluate("document.querySelector('#floating').close()")
    assert not visitor.one(".panel").is_visible()
