"""Everybody can use it: keyboard, screen reader, phone, zoom, dark, right to left, forced colours."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bot.web.widget.conftest import Visit, World
from tests.bot.web.widget.pages import Visitor, needs_axe, page
from tests.browser import browser

__all__ = ["browser"]
pytestmark = pytest.mark.real
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def tab_to(visitor: Visitor, part: str, key: str = "Tab") -> None:
    for _ in range(40):
        visitor.page.keyboard.press(key)
        if part in visitor.focused():
            return
    raise AssertionError(f"{key} does not reach {part}: {visitor.focused()}")


def test_the_keyboard_is_enough(visit: Visit, world: World) -> None:
    world.friend.pages["/"] = page(
        f'<main><p>Text</p><button id=own>Own</button></main><script src="{world.url}/widget.js"></script>'
    )
    visitor = visit(f"{world.friend.url}/", "medialis-chat")
    press = visitor.page.keyboard.press
    tab_to(visitor, "launcher")
    assert (
        visitor.page.evaluate(
            "getComputedStyle(document.querySelector('medialis-chat').shadowRoot.activeElement).outlineStyle"
        )
        == "solid"
    )
    press("Enter")
    visitor.one(".panel").wait_for()
    assert "<textarea" in visitor.focused()
    visitor.page.keyboard.type("How long?")
    press("Shift+Enter")
    visitor.page.keyboard.type("In weeks?")
    press("Enter")
    visitor.page.wait_for_selector("medialis-chat .turn.done")
    assert world.bot.asked[0].text == "How long?\nIn weeks?"
    assert "<textarea" in visitor.focused()
    tab_to(visitor, "Helpful", "Shift+Tab")
    press("Enter")
    tab_to(visitor, 'name="consent"')
    press("Space")
    tab_to(visitor, 'type="submit"')
    press("Enter")
    visitor.page.get_by_text("Thank you. It has been stored.").wait_for()
    assert "Helpful" in visitor.focused()
    tab_to(visitor, 'class="source"', "Shift+Tab")
    press("Escape")
    assert "launcher" in visitor.focused()
    assert not visitor.one(".panel").is_visible()
    press("Enter")
    visitor.one(".turn").wait_for()
    world.bot.gate.clear()
    visitor.page.keyboard.type("How long?")
    press("Enter")
    visitor.page.wait_for_selector("medialis-chat .turn:nth-of-type(2) .cite")
    tab_to(visitor, 'aria-label="Stop"')
    press("Space")
    visitor.page.wait_for_selector("medialis-chat .turn.stopped")
    assert "<textarea" in visitor.focused()
    tab_to(visitor, 'aria-label="Close"', "Shift+Tab")
    press("Enter")
    assert "launcher" in visitor.focused()
    tab_to(visitor, 'id="own"', "Shift+Tab")  # a floating panel does not hold the reader


def test_a_composed_character_is_not_sent(visit: Visit, world: World) -> None:
    visitor = visit()
    visitor.open()
    visitor.one("#box").fill("xi")
    visitor.one("#box").evaluate(
        "box => box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true }))"
    )
    assert visitor.page.locator("#floating .turn").count() == 0
    assert visitor.one("#box").input_value() == "xi"


def test_a_screen_reader_is_told_what_is_what(visit: Visit) -> None:
    visitor = visit()
    launcher = visitor.one(".launcher")
    assert launcher.evaluate("one => [one.tagName, one.type, one.ariaExpanded, one.ariaHasPopup]") == [
        "BUTTON",
        "button",
        "false",
        "dialog",
    ]
    visitor.open()
    assert visitor.page.get_by_role("dialog", name="Ask the guide").is_visible()
    assert visitor.page.get_by_role("textbox", name="Your question").is_visible()
    log = visitor.page.get_by_role("log", name="Conversation")
    assert log.get_attribute("aria-live") == "polite"
    turn = visitor.ask("How long?")
    assert turn.locator(".after").get_attribute("aria-live") == "off"
    assert turn.get_by_role("heading").all_inner_texts()[:2] == ["You asked", "Answer"]
    chip = turn.get_by_role("button", name="Show sentence 1 in the article, section Recovery Timeline")
    assert chip.inner_text() == "1"
    assert visitor.one(".body").get_attribute("lang") == "en"


@needs_axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(visit: Visit, scheme: str) -> None:
    visitor = visit(color_scheme=scheme, reduced_motion="reduce")
    assert visitor.axe() == []
    visitor.open()
    assert visitor.axe() == []
    # each in its turn: axe judges contrast only of what is scrolled into view
    asked = (("Paris?", "done"), ("This is an emergency", "done"), ("It dies", "failed"), ("How long?", "done"))
    for question, state in asked:
        turn = visitor.ask(question, state)
        assert visitor.axe() == [], question
    turn.locator("button[aria-label='Helpful']").click()
    assert visitor.axe() == []
    turn.locator(".body .cite").first.click()
    assert visitor.axe() == []
    visitor.page.keyboard.press("Escape")
    visitor.page.keyboard.press("Escape")
    visitor.at = "#inline"
    visitor.open()
    visitor.ask("How long?")
    assert visitor.axe() == []
    for palette in ("blue", "plum"):
        visitor.page.select_option("#palette", palette)
        assert visitor.axe() == [], palette


@needs_axe
@pytest.mark.parametrize("language", ["ar", "zh", "de"])
def test_axe_finds_nothing_on_a_phone_in_other_languages(visit: Visit, language: str) -> None:
    visitor = visit(**PHONE, reduced_motion="reduce")
    visitor.page.select_option("#language", language)
    visitor.open()
    for question in ("This is an emergency", "How long?"):
        visitor.ask(question)
        assert visitor.axe() == [], question


@pytest.mark.parametrize(
    ("width", "height"), [(390, 844), (320, 568), (640, 400)]
)  # 640 by 400 is 1280 by 800 at 200 %
def test_a_small_window_is_filled(visit: Visit, width: int, height: int) -> None:
    visitor = visit(**{**PHONE, "viewport": {"width": width, "height": height}})
    fits = "document.documentElement.scrollWidth <= innerWidth"
    assert visitor.page.evaluate(fits)
    visitor.one(".launcher").tap()
    visitor.one(".panel").wait_for()
    visitor.page.wait_for_function(
        "() => document.querySelector('#floating').shadowRoot.querySelector('.panel').getAnimations().length === 0"
    )
    assert visitor.one(".panel").bounding_box() == {"x": 0, "y": 0, "width": width, "height": height}
    assert visitor.one(".panel").evaluate("one => one.matches(':modal')")
    assert "<h2" in visitor.focused()  # a keyboard would hide what there is to read
    turn = visitor.ask("How long? " + "Averyveryverylongwordindeed" * 8)
    assert turn.evaluate("one => one.scrollWidth <= one.clientWidth")
    for name in ("#box", "button[type=submit]", "button[aria-label=Close]"):
        box = visitor.one(name).bounding_box()
        assert 0 <= box["x"] <= box["x"] + box["width"] <= width
        assert 0 <= box["y"] <= box["y"] + box["height"] <= height
    sizes = visitor.page.locator("#floating .panel :is(button, a):visible").evaluate_all(
        "all => all.map(one => [one.getBoundingClientRect().width, one.getBoundingClientRect().height])"
    )
    assert all(w >= 24 and h >= 24 for w, h in sizes)  # WCAG 2.2, 2.5.8
    visitor.one("button[aria-label=Close]").tap()
    assert "launcher" in visitor.focused()
    assert visitor.page.evaluate(fits)


def test_the_question_box_stays_above_a_phones_keyboard(visit: Visit) -> None:
    visitor = visit(**PHONE)
    visitor.page.evaluate(
        """() => { const real = visualViewport; window.keyboard = 0;
        Object.defineProperty(window, 'visualViewport', { value: new Proxy(real, { get: (one, name) =>
            name === 'height' ? 844 - keyboard : typeof one[name] === 'function' ? one[name].bind(one) : one[name] }) }); window.real = real; }"""
    )
    visitor.one(".launcher").tap()
    visitor.one(".panel").wait_for()
    visitor.page.evaluate("() => { keyboard = 330; real.dispatchEvent(new Event('resize')); }")
    box = visitor.one("#box").bounding_box()
    assert box["y"] + box["height"] < 844 - 330
    assert visitor.one(".head").bounding_box()["y"] >= 0


def test_turning_the_phone_keeps_the_chat_open(visit: Visit) -> None:
    visitor = visit(viewport={"width": 900, "height": 700})
    visitor.open()
    visitor.one("#box").fill("half a question")
    for width, modal in ((390, True), (900, False)):
        visitor.page.set_viewport_size({"width": width, "height": 700})
        visitor.page.wait_for_function(
            "want => document.querySelector('#floating').shadowRoot.querySelector('dialog').matches(':modal') === want",
            arg=modal,
        )
        assert visitor.one("#box").input_value() == "half a question"
        assert "<textarea" in visitor.focused()


def test_right_to_left(visit: Visit, world: World) -> None:
    world.friend.pages["/"] = page(f'<p>نص</p><script src="{world.url}/widget.js"></script>', lang="ar-EG")
    visitor = visit(f"{world.friend.url}/", "medialis-chat")
    assert visitor.one(".launcher").inner_text() == "اسأل الدليل"
    assert visitor.one(".launcher").bounding_box()["x"] < 100
    visitor.open()
    assert visitor.one(".frame").evaluate("one => getComputedStyle(one).direction") == "rtl"
    assert visitor.one(".panel").bounding_box()["x"] == 20
    box, send = visitor.one("#box").bounding_box(), visitor.one("button[type=submit]").bounding_box()
    assert send["x"] < box["x"]
    turn = visitor.ask("This is an emergency")
    assert turn.get_by_role("alert").inner_text() == "اطلب المساعدة الآن"
    said, frame = (turn.locator(one).bounding_box() for one in (".body span", ".body"))
    assert abs(said["x"] - frame["x"]) < 1  # English words, said from the left


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("de-AT", "Den Ratgeber fragen"),
        ("zh-Hans", "向指南提问"),
        ("hi", "गाइड से पूछें"),
        ("xx", "Ask the guide"),
        ("constructor", "Ask the guide"),
    ],
)
def test_the_language_of_the_page_decides(visit: Visit, world: World, lang: str, words: str) -> None:
    world.friend.pages["/"] = page(f'<script src="{world.url}/widget.js"></script>', lang=lang)
    visitor = visit(f"{world.friend.url}/", "medialis-chat", locale="fr-FR")
    assert visitor.one(".launcher").inner_text() == words


@pytest.mark.parametrize(
    ("page_scheme", "theme", "system", "dark"),
    [
        ("light dark", "", "dark", True),
        ("light dark", "", "light", False),
        ("normal", "", "dark", False),
        ("normal", "auto", "dark", True),
        ("normal", "dark", "light", True),
        ("light dark", "light", "dark", False),
    ],
)
def test_dark(visit: Visit, world: World, page_scheme: str, theme: str, system: str, dark: bool) -> None:
    extra = f'data-theme="{theme}"' if theme else ""
    head = f"<style>:root {{ color-scheme: {page_scheme} }}</style>"
    world.friend.pages["/"] = page(f'<script src="{world.url}/widget.js" {extra}></script>', head=head)
    visitor = visit(f"{world.friend.url}/", "medialis-chat", color_scheme=system)
    visitor.open()
    ground = visitor.one(".panel").evaluate("one => getComputedStyle(one).backgroundColor")
    assert (sum(int(one) for one in ground[4:-1].split(",")) < 300) is dark


def test_theming_by_custom_properties(visit: Visit, world: World) -> None:
    head = "<style>medialis-chat { --medialis-accent: rgb(1, 2, 3); --medialis-radius: 2px; --medialis-width: 300px; --medialis-font: monospace; --medialis-z-index: 7 }</style>"
    world.friend.pages["/"] = page(f'<script src="{world.url}/widget.js" data-position="start"></script>', head=head)
    visitor = visit(f"{world.friend.url}/", "medialis-chat")
    assert visitor.one(".launcher").evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(1, 2, 3)"
    visitor.open()
    look: list[Any] = visitor.one(".panel").evaluate(
        "one => { const s = getComputedStyle(one); return [s.borderTopLeftRadius, s.width, s.fontFamily, s.zIndex]; }"
    )
    assert look == ["2px", "300px", "monospace", "7"]
    assert visitor.one(".panel").bounding_box()["x"] == 20


def test_forced_colours_keep_edges(visit: Visit) -> None:
    visitor = visit(forced_colors="active")
    border = (
        "one => { const s = getComputedStyle(one); return [s.borderTopStyle, s.borderTopWidth, s.borderTopColor]; }"
    )
    assert visitor.one(".launcher").evaluate(border)[:2] == ["solid", "1px"]
    visitor.open()
    reply = visitor.ask("This is an emergency").locator(".reply")
    assert reply.evaluate(border)[:2] == ["solid", "4px"]
    chip = visitor.ask("How long?").locator(".body .cite").first
    assert chip.evaluate(border)[2] != chip.evaluate("one => getComputedStyle(one).backgroundColor")


def test_less_motion_is_respected(visit: Visit, world: World) -> None:
    visitor = visit(reduced_motion="reduce")
    visitor.open()
    assert visitor.page.evaluate("document.querySelector('#floating').shadowRoot.getAnimations().length") == 0
    world.bot.gate.clear()
    visitor.type("How long?")
    visitor.one(".dots").wait_for()
    assert visitor.page.evaluate("document.querySelector('#floating').shadowRoot.getAnimations().length") == 0


def test_the_pages_own_styles_stay_outside(visit: Visit, world: World) -> None:
    head = "<style>body * { color: red !important; font-size: 40px !important } button { display: none !important } html { font-size: 62.5% } body { letter-spacing: 1em; text-align: center; line-height: 3 }</style>"
    world.friend.pages["/"] = page(f'<script src="{world.url}/widget.js"></script>', head=head)
    visitor = visit(f"{world.friend.url}/", "medialis-chat")
    assert visitor.one(".launcher").is_visible()
    visitor.open()
    look = visitor.one(".intro").evaluate(
        "one => { const s = getComputedStyle(one); return [s.fontSize, s.letterSpacing, s.textAlign, s.color !== 'rgb(255, 0, 0)']; }"
    )
    assert look == ["16px", "normal", "start", True]
