"""The page and the operator's page for everybody: axe, languages, right to left, forced colours, small windows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.web.feedback import Feedback, FeedbackStore
from bot.web.strings import languages, strings
from tests.bot.web.fake_bot import GUIDE, FakeBot, make_guide
from tests.bot.web.test_page import Reader
from tests.bot.web.widget.pages import AXE, needs_axe
from tests.live import serving

pytestmark = pytest.mark.real
TOKEN = "a-token-of-the-operator"
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
PAYLOADS = Path(__file__).with_name("xss.txt").read_text("utf-8").splitlines()
WIDE = "document.documentElement.scrollWidth <= innerWidth"


def axe(page: Any) -> list[str]:
    """What axe-core finds wrong, every rule of WCAG 2.2 A and AA and its best practices."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document)")
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FakeBot, str]]:
    overrides: dict[str, object] = {"rate_limit": "10000/minute", "operator_token": SecretStr(TOKEN)}
    bot = FakeBot(tmp_path_factory.mktemp("data"), overrides)
    with serving(bot) as url:
        yield bot, url


@pytest.fixture
def bot(shared: tuple[FakeBot, str]) -> FakeBot:
    bot, _ = shared
    bot.guide_list = (GUIDE,)
    return bot


@pytest.fixture
def visit(browser: Any, bot: FakeBot, shared: tuple[FakeBot, str]) -> Iterator[Any]:
    """Opens readers of the page and closes them."""
    opened: list[Reader] = []

    def go(**options: Any) -> Reader:
        opened.append(Reader(browser, shared[1], **{"reduced_motion": "reduce", **options}))
        return opened[-1]

    yield go
    for one in opened:
        one.context.close()


@pytest.fixture
def operator(browser: Any, bot: FakeBot, shared: tuple[FakeBot, str]) -> Iterator[Any]:
    """Opens the operator's page in a window of its own, signed in."""
    opened: list[Any] = []

    def go(**options: Any) -> Any:
        context = browser.new_context(**options)
        opened.append(context)
        page = context.new_page()
        page.add_init_script("window.pwned = 0")
        page.goto(f"{shared[1]}/operator")
        page.fill("#token", TOKEN)
        page.click(".signin button")
        page.wait_for_selector("#index")
        return page

    yield go
    for one in opened:
        one.close()


@needs_axe
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"color_scheme": "dark"},
        {"locale": "ar"},
        {"forced_colors": "active"},
        {**PHONE, "locale": "de"},
    ],
    ids=str,
)
def test_axe_finds_nothing_on_the_page(visit: Any, options: dict[str, Any]) -> None:
    reader = visit(**options)
    assert axe(reader.page) == []
    asked = (("Paris?", "done"), ("This is an emergency", "done"), ("It dies", "failed"), ("How long?", "done"))
    for question, state in asked:
        turn = reader.ask(question, state)
        assert axe(reader.page) == [], question
    turn.locator("[data-vote='up']").click()
    reader.page.wait_for_selector("form.vote")
    assert axe(reader.page) == []
    turn.locator(".body .cite").first.click()
    assert reader.in_view("#guide mark")
    assert axe(reader.page) == []


@needs_axe
@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, {"forced_colors": "active"}, PHONE], ids=str)
def test_axe_finds_nothing_on_the_operators_page(
    browser: Any, operator: Any, bot: FakeBot, shared: tuple[FakeBot, str], options: dict[str, Any]
) -> None:
    bot.guide_list = (GUIDE, make_guide(id="old", title="Old", reviewed_by="Dr A", review_due="2020-01-01"))
    FeedbackStore(bot.data_dir / "feedback.sqlite3").add(Feedback("down", "Why?", {"response": "x", "kind": "abstain"}))
    (bot.data_dir / "eval" / "run").mkdir(parents=True, exist_ok=True)
    (bot.data_dir / "eval" / "run" / "report.html").write_text("<h1>A run</h1>", "utf-8")
    context = browser.new_context(**options)
    page = context.new_page()
    page.goto(f"{shared[1]}/operator")
    assert axe(page) == []
    page.fill("#token", "wrong")
    page.click(".signin button")
    page.wait_for_selector("[role='alert']")
    assert axe(page) == []
    context.close()
    page = operator(**options)
    assert axe(page) == []
    assert page.evaluate(WIDE)
    page.click("#reports a")
    page.wait_for_selector("text=A run")


def test_the_operator_signs_in_with_the_keyboard_and_out_again(
    browser: Any, bot: FakeBot, shared: tuple[FakeBot, str]
) -> None:
    reader = Reader(browser, shared[1])
    reader.page.click("#foot a")
    reader.page.wait_for_selector("#token:focus")  # the box gets the focus by itself, a moment after it is drawn
    reader.page.keyboard.type(TOKEN)
    reader.page.keyboard.press("Enter")
    reader.page.wait_for_selector("#index")
    assert TOKEN not in reader.page.content()
    assert TOKEN not in reader.page.url
    reader.page.click("text=Sign out")
    reader.page.wait_for_selector("#token")
    assert reader.context.cookies() == []
    assert reader.outward == []
    reader.context.close()


def test_what_readers_and_guides_say_runs_nothing_on_the_operators_page(operator: Any, bot: FakeBot) -> None:
    assert len(PAYLOADS) >= 60
    store = FeedbackStore(bot.data_dir / "feedback.sqlite3")
    for payload in PAYLOADS:
        answer = {"response": payload, "kind": "abstain"}
        store.add(Feedback("down", payload, answer, reason=payload[:64], comment=payload))
    bot.guide_list = tuple(make_guide(id=one, title=one, reviewed_by=one, review_due=one) for one in PAYLOADS)
    page = operator()
    shown = page.locator("#index tbody th").all_text_contents()
    assert [one for one in PAYLOADS if not any(one in text for text in shown)] == []
    assert (
        page.locator("main :is(img, script, iframe, svg, style, object, embed, base, link, meta, input)").count() == 0
    )
    assert page.evaluate("pwned") == 0


@pytest.mark.parametrize("language", languages())
def test_the_page_speaks_the_readers_language(visit: Any, language: str) -> None:
    reader, words = visit(locale=language), strings(language)
    reader.page.get_by_role("button", name=words["fresh"], exact=True).wait_for()
    root = reader.page.locator("html")
    assert (root.get_attribute("lang"), root.get_attribute("dir")) == (language, words["dir"])
    assert reader.page.title() == words["page_title"].format(guide="Knee Pain Guide")
    assert words["lead"] in reader.page.locator(".welcome").inner_text()
    assert reader.page.get_by_placeholder(words["placeholder"]).is_visible()
    assert reader.page.get_by_role("textbox", name=words["label"], exact=True).is_visible()
    turn = reader.ask("How long?")
    assert turn.locator(".body").get_attribute("lang") == "en"
    assert words["sources"] in turn.inner_text()
    assert words["mode_composed"] in turn.inner_text()
    turn = reader.ask("This is an emergency")
    assert words["heading_emergency_now"] in turn.inner_text()
    assert words["seen_to"] in turn.inner_text()
    assert reader.errors == []


def test_right_to_left(visit: Any) -> None:
    reader = visit(locale="ar")
    turn = reader.ask("How long?")

    def box(selector: str) -> dict[str, float]:
        found: dict[str, float] = reader.page.locator(selector).first.bounding_box()
        return found

    reader.page.wait_for_function("document.querySelector('#send').getBoundingClientRect().width > 0")
    assert box("#send")["x"] < box("#box")["x"]
    assert box("#actions")["x"] < box("#head")["x"]
    assert turn.locator(".body p").first.evaluate("one => getComputedStyle(one).unicodeBidi") == "plaintext"
    turn.locator(".body .cite").first.click()
    assert reader.in_view("#guide mark")
    guide, chat = box("#guide"), box(".body")
    assert guide["x"] == 0
    assert guide["x"] + guide["width"] <= chat["x"]
    reader.page.keyboard.press("Escape")
    reader.page.wait_for_selector("#guide .guide", state="hidden")
    assert reader.page.evaluate(WIDE)


def test_forced_colours_keep_edges(visit: Any) -> None:
    reader = visit(forced_colors="active")
    reader.ask("This is an emergency")
    width = "one => [getComputedStyle(one).borderTopStyle, parseFloat(getComputedStyle(one).borderTopWidth) > 0]"
    for selector in (".question p", ".emergency_now .reply", "#ask", "#send", "#new", ".tools button"):
        assert reader.page.locator(selector).first.evaluate(width) == ["solid", True], selector
    reader.page.focus("#box textarea")
    assert reader.page.locator("#ask").evaluate("one => getComputedStyle(one).outlineStyle") == "solid"


@pytest.mark.parametrize("language", ["ar", "de"])
def test_a_phone_in_other_languages(visit: Any, language: str) -> None:
    reader = visit(**PHONE, locale=language)
    assert reader.page.evaluate(WIDE)
    for question in ("This is an emergency", "How long?"):
        reader.ask(question)
        assert reader.page.evaluate(WIDE)
