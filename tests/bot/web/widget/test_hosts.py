"""On other people's pages: who is let in, strict policies, pinned versions, markup that attacks."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.types import Answer, Citation
from bot.web.feedback import FeedbackStore
from tests.bot.web.fake_bot import GUIDE_TEXT, make_guide
from tests.bot.web.widget.conftest import Visit, World
from tests.bot.web.widget.pages import ARTICLE, page, strict
from tests.browser import browser

__all__ = ["browser"]
pytestmark = pytest.mark.real
PAYLOADS = Path(__file__).parent.with_name("xss.txt").read_text("utf-8").splitlines()
DOCS = Path("docs/embed.md")


def test_an_allowed_page_may_ask_and_another_is_told_why_not(visit: Visit, world: World) -> None:
    body = page(f'<script src="{world.url}/widget.js"></script>')
    world.friend.pages["/"] = world.stranger.pages["/"] = body
    friend = visit(f"{world.friend.url}/", "medialis-chat")
    friend.open()
    friend.ask("How long?")
    assert friend.console == []
    stranger = visit(f"{world.stranger.url}/", "medialis-chat")
    stranger.one(".launcher").click()
    stranger.page.wait_for_selector("medialis-chat .problem:not(:empty)")
    assert stranger.one("[role=alert]").inner_text() == "The chat is not available right now."
    assert not stranger.one(".panel").is_visible()
    ours = [one for one in stranger.console if one.startswith("medialis: ")]
    assert any("MEDIALIS_ALLOWED_ORIGINS" in one and world.stranger.url in one and world.url in one for one in ours)
    assert len(world.bot.asked) == 1


def test_a_page_that_loses_its_permission_is_told_in_the_chat(visit: Visit, world: World) -> None:
    world.friend.pages["/"] = page(f'<script src="{world.url}/widget.js"></script>')
    visitor = visit(f"{world.friend.url}/", "medialis-chat")
    visitor.open()
    visitor.page.route("**/api/chat", lambda route: route.abort())
    assert "may not be used on this page" in visitor.ask("How long?", state="failed").locator(".note").inner_text()
    assert any("MEDIALIS_ALLOWED_ORIGINS" in one for one in visitor.console)


def test_a_server_that_is_down(visit: Visit, world: World) -> None:
    world.friend.pages["/"] = page(f'<script src="{world.url}/widget.js"></script>')
    visitor = visit(f"{world.friend.url}/", "medialis-chat")
    visitor.context.set_offline(True)
    visitor.one(".launcher").click()
    visitor.page.wait_for_selector("medialis-chat .problem:not(:empty)")
    visitor.context.set_offline(False)
    visitor.open()
    assert visitor.one(".welcome").is_visible()
    assert visitor.one(".problem").inner_text() == ""


def test_a_strict_policy_is_not_violated(visit: Visit, world: World) -> None:
    pinned = httpx.get(f"{world.url}/widget.json").json()
    world.friend.policy = strict(world.url)
    snippet = f'<script src="{pinned["src"]}" integrity="{pinned["integrity"]}" crossorigin="anonymous" async></script>'
    world.friend.pages["/"] = page(ARTICLE + snippet)
    for url, at in (
        (f"{world.friend.url}/", "medialis-chat"),
        (f"{world.url}/demo", "#floating"),
        (f"{world.url}/demo", "#inline"),
    ):
        visitor = visit(url, at)
        visitor.open()
        visitor.ask("This is an emergency")
        turn = visitor.ask("How long?")
        turn.locator(".body .cite").first.click()
        assert visitor.highlighted()
        visitor.page.keyboard.press("Escape")
        turn.locator("button[aria-label='Helpful']").click()
        assert visitor.one(".panel").evaluate("one => getComputedStyle(one).display") == "flex"
        assert visitor.page.evaluate("violations") == []
        assert visitor.console == []


def test_a_strict_dynamic_policy_with_a_nonce(visit: Visit, world: World) -> None:
    world.friend.policy = f"default-src 'none'; script-src 'nonce-abc' 'strict-dynamic'; connect-src {world.url}"
    world.friend.pages["/"] = page(f'<script src="{world.url}/widget.js" nonce="abc"></script>')
    visitor = visit(f"{world.friend.url}/", "medialis-chat")
    visitor.open()
    visitor.ask("How long?")
    assert visitor.page.evaluate("violations.filter(one => !one.includes('favicon'))") == []


def test_a_policy_that_forgets_the_server_is_named(visit: Visit, world: World) -> None:
    world.friend.policy = f"default-src 'none'; script-src {world.url}"
    world.friend.pages["/"] = page(f'<script src="{world.url}/widget.js"></script>')
    visitor = visit(f"{world.friend.url}/", "medialis-chat")
    visitor.one(".launcher").click()
    visitor.page.wait_for_selector("medialis-chat .problem:not(:empty)")
    assert any("connect-src" in one for one in visitor.console if one.startswith("medialis: "))


@pytest.mark.parametrize("name", ["widget.js", "chat.js"])
def test_a_changed_file_is_not_used(visit: Visit, world: World, name: str) -> None:
    pinned = httpx.get(f"{world.url}/widget.json").json()
    snippet = f'<script src="{pinned["src"]}" integrity="{pinned["integrity"]}" crossorigin="anonymous"></script>'
    world.friend.pages["/"] = page("<p>Text</p>")
    visitor = visit(f"{world.friend.url}/", "")
    visitor.at = "medialis-chat"

    def changed(route: Any) -> None:
        sent = route.fetch()
        body = sent.text() + "\nwindow.pwned = 1;"
        headers = {"access-control-allow-origin": "*", "content-type": sent.headers["content-type"]}
        route.fulfill(status=200, headers=headers, body=body)

    visitor.page.route(f"**/{name}", changed)
    world.friend.pages["/pinned"] = page(snippet)
    visitor.page.goto(f"{world.friend.url}/pinned")
    if name == "widget.js":
        assert visitor.page.evaluate("customElements.get('medialis-chat') === undefined")
    else:
        visitor.one(".launcher").click()
        visitor.page.wait_for_selector("medialis-chat .problem:not(:empty)")
        assert not visitor.one(".panel").is_visible()
    assert visitor.page.evaluate("pwned") == 0


def test_injected_markup_is_text(visit: Visit, world: World) -> None:
    assert len(PAYLOADS) >= 60
    visitor = visit()
    dialogs: list[str] = []

    def note(dialog: Any) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    visitor.page.on("dialog", note)
    visitor.open()
    for number in range(0, len(PAYLOADS), 8):
        for payload in PAYLOADS[number : number + 8]:
            turn = visitor.ask(f"echo {payload}")
            assert turn.locator(".question p").text_content() == f"echo {payload}"
        visitor.one("button[aria-label='New chat']").click()
    assert visitor.page.evaluate("[pwned, violations]") == [0, []]
    assert dialogs == []
    assert all(one.startswith(world.url) for one in visitor.requests)


def test_markup_in_guide_title_answer_and_citation_is_text(visit: Visit, world: World) -> None:
    text = GUIDE_TEXT + "\n## " + PAYLOADS[12] + "\n\n" + "\n\n".join(PAYLOADS) + "\n"
    guide = make_guide(text, title=f"Knee {' '.join(PAYLOADS)}", url="javascript:pwned=1", reviewed_by=PAYLOADS[24])
    world.bot.guide_list = (guide,)
    visitor = visit()
    visitor.open()
    for payload in PAYLOADS:
        start = text.index(payload, len(GUIDE_TEXT))
        cited = Citation(1, guide.id, payload, payload, start, start + len(payload), payload)
        answer = Answer(
            "answer",
            "answer",
            f"{payload} [1]\n- {payload}\n- [{payload}]({payload})",
            citations=(cited,),
            mode="extractive",
            model=payload,
        )
        world.bot.script = lambda question, answer=answer: world.bot._whole(answer)
        turn = visitor.ask("anything")
        turn.locator(".source").first.evaluate("one => one.tagName === 'A' || one.click()")
        links = turn.locator("a").evaluate_all("all => all.map(one => one.protocol)")
        assert set(links) <= {"https:", "http:"}
        visitor.page.evaluate("document.querySelector('#floating').open()")
        visitor.one("button[aria-label='New chat']").click()
    inside = "['floating', 'inline'].map(id => document.getElementById(id).shadowRoot.querySelectorAll('img, script, iframe, style, object, embed, base, link, meta').length)"
    assert visitor.page.evaluate(inside) == [0, 0]
    assert visitor.page.locator("article :is(img, script, iframe, style, object, embed, base, link, meta)").count() == 0
    assert visitor.page.evaluate("pwned") == 0
    assert visitor.page.evaluate("violations") == []
    assert all(one.startswith(world.url) for one in visitor.requests)


def test_markup_in_feedback_words_and_settings_is_text(visit: Visit, world: World) -> None:
    visitor = visit()
    hostile = json.dumps(" ".join(PAYLOADS))
    visitor.page.evaluate(f"() => {{ document.querySelector('#floating').dataset.label = {hostile}; }}")
    visitor.open()
    turn = visitor.ask("How long?")
    turn.locator("button[aria-label='Not helpful']").click()
    turn.locator("textarea").fill("\n".join(PAYLOADS)[:2000])
    turn.get_by_role("checkbox").check()
    turn.get_by_role("button", name="Send").click()
    turn.get_by_text("Thank you. It has been stored.").wait_for()
    assert (
        FeedbackStore(world.bot.settings.data_dir / "feedback.sqlite3")
        .rows()[-1]["comment"]
        .startswith(PAYLOADS[0][:10])
    )
    assert visitor.page.evaluate("[pwned, violations]") == [0, []]


@pytest.mark.parametrize("number", range(20))
def test_the_snippets_of_the_docs_work(visit: Visit, world: World, number: int) -> None:
    """Each HTML snippet of docs/embed.md, its host put in, on a page of an allowed site."""
    snippets = re.findall(r"```html\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    if number == 0:
        assert 5 <= len(snippets) <= 20
    if number >= len(snippets):
        return
    pinned = httpx.get(f"{world.url}/widget.json").json()
    html = snippets[number].replace("https://chat.example.org", world.url)
    html = html.replace("VERSION", pinned["version"]).replace("sha384-HASH", pinned["integrity"])
    world.friend.pages["/"] = page(ARTICLE + html)
    visitor = visit(f"{world.friend.url}/", "medialis-chat")
    visitor.open()
    visitor.ask("How long?").locator(".body .cite").first.click()
    assert visitor.highlighted()
    assert visitor.console == []
