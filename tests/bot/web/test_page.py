"""The page in a real browser, over a scripted bot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.types import Answer, Citation, Question
from bot.web.feedback import FeedbackStore
from tests.bot.web.fake_bot import GUIDE, GUIDE_TEXT, MONTHS, WEEKS, FakeBot, make_guide
from tests.live import serving

pytestmark = pytest.mark.real
PAYLOADS = Path(__file__).with_name("xss.txt").read_text("utf-8").splitlines()


class Reader:
    """Somebody with a browser; notes every request that leaves and every error of the page."""

    def __init__(self, browser: Any, url: str, **options: Any) -> None:
        # a form that still scrolls smoothly into view slips away under a click on a busy machine
        still = {"viewport": {"width": 1280, "height": 860}, "reduced_motion": "reduce"}
        self.context = browser.new_context(**{**still, **options})
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.outward: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda request: self._note(request.url, url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda line: self.errors.append(line.text) if line.type == "error" else None)
        self.page.add_init_script("window.pwned = 0")
        self.page.goto(url)
        self.page.wait_for_selector(".welcome")
        self.page.wait_for_selector("#question")  # the box is the last to be drawn, and named

    def _note(self, url: str, home: str) -> None:
        if not url.startswith((home, "data:", "blob:")):
            self.outward.append(url)

    def type(self, question: str) -> None:
        self.page.fill("#box textarea", question)
        self.page.press("#box textarea", "Enter")

    def ask(self, question: str, state: str = "done") -> Any:
        before = self.page.locator(".turn").count()
        self.type(question)
        turn = self.page.locator(".turn").nth(before)
        self.page.wait_for_selector(f".turn[data-turn='{before}'][data-state='{state}']")
        return turn

    def text(self, selector: str) -> str:
        return " ".join(self.page.locator(selector).first.inner_text().split())

    def in_view(self, selector: str) -> bool:
        """Whether the element is wholly inside the viewport, once scrolling has come to rest."""
        return bool(
            self.page.wait_for_function(
                """selector => {
                    const box = document.querySelector(selector)?.getBoundingClientRect();
                    const still = window.lastTop === box?.top;
                    window.lastTop = box?.top;
                    return still && box?.height > 0 && box.top >= 0 && box.bottom <= innerHeight
                        && box.left >= 0 && box.right <= innerWidth;
                }""",
                arg=selector,
                polling=100,
            )
        )

    def focused(self) -> str:
        return str(self.page.evaluate("document.activeElement.outerHTML.slice(0, 300)"))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FakeBot, str]]:
    bot = FakeBot(tmp_path_factory.mktemp("data"), {"rate_limit": "10000/minute"})
    with serving(bot) as url:
        yield bot, url


@pytest.fixture
def bot(shared: tuple[FakeBot, str]) -> FakeBot:
    bot, _ = shared
    bot.gate.set()
    bot.closed.clear()
    bot.asked.clear()
    bot.script = None
    bot.guide_list = (GUIDE,)
    return bot


@pytest.fixture
def reader(browser: Any, bot: FakeBot, shared: tuple[FakeBot, str]) -> Iterator[Reader]:
    reader = Reader(browser, shared[1])
    yield reader
    reader.context.close()


def open_reader(browser: Any, shared: tuple[FakeBot, str], **options: Any) -> Reader:
    return Reader(browser, shared[1], **options)


def test_an_answer_comes_sentence_by_sentence(reader: Reader, bot: FakeBot) -> None:
    bot.gate.clear()
    reader.type("How long does recovery take?")
    reader.page.wait_for_selector(".turn.running .cite")
    assert reader.text(".body") == "Mild cases often get better in four to six weeks.1"
    assert reader.page.locator("#stop").is_visible()
    assert "Writing" in reader.text(".status")
    bot.gate.set()
    reader.page.wait_for_selector(".turn.done")
    assert reader.text(".body").endswith("Pain that has lasted long can need several months.2")
    assert reader.page.locator("#send").is_visible()
    assert not reader.page.locator("#stop").is_visible()
    assert "Not yet clinically reviewed" in reader.text(".provenance")
    assert reader.page.locator("#box textarea").input_value() == ""
    assert not reader.errors


def test_a_citation_opens_the_guide_beside_the_chat_at_its_sentence(reader: Reader) -> None:
    turn = reader.ask("How long does recovery take?")
    for number, citation in ((0, WEEKS), (1, MONTHS), (1, MONTHS)):
        turn.locator(".body .cite").nth(number).click()
        reader.page.wait_for_selector(f".guide[data-start='{citation.start}']")
        assert reader.text("#guide mark") == citation.quote
        assert reader.in_view("#guide mark")
        assert "<mark" in reader.focused()
        chat, guide = (reader.page.locator(one).bounding_box() for one in (".body", ".guide"))
        assert chat["x"] + chat["width"] <= guide["x"]
        reader.page.keyboard.press("Escape")
        reader.page.wait_for_selector("#guide .guide", state="hidden")
        assert "cite" in reader.focused()
    turn.locator(".sources button").first.click()
    assert reader.in_view("#guide mark")
    assert reader.page.locator(".pages b").count() == 0  # the guide's own <b> is text
    assert "<b>Early help</b>" in reader.text(".pages")


def test_reading_the_guide_without_a_question(reader: Reader) -> None:
    reader.page.click("#read")
    assert reader.in_view("#guide h2")
    assert reader.text("#guide h2") == GUIDE.title
    link = reader.page.locator("#guide .review a")
    assert link.get_attribute("href") == GUIDE.url
    reader.page.click("#guide .close")
    reader.page.wait_for_selector("#guide .guide", state="hidden")
    reader.page.click("#read")
    assert reader.in_view("#guide h2")


def test_starters_and_follow_ups_ask(reader: Reader, bot: FakeBot) -> None:
    reader.page.click(".starters button >> nth=1")
    reader.page.wait_for_selector(".turn[data-turn='0'].done")
    assert reader.text(".question p") == "Does stretching alone fix the problem?"
    assert "Word for word" in reader.text(".provenance")
    reader.page.click(".follow-ups button >> nth=0")
    reader.page.wait_for_selector(".turn[data-turn='1'].done")
    assert [one.text for one in bot.asked] == ["Does stretching alone fix the problem?", "Can it heal on its own?"]
    assert [turn.role for turn in bot.asked[1].history] == ["user", "assistant"]


def test_stop_keeps_what_was_shown_and_frees_the_model(reader: Reader, bot: FakeBot) -> None:
    bot.gate.clear()
    reader.type("How long?")
    reader.page.wait_for_selector(".turn.running .cite")
    reader.page.click("#stop")
    reader.page.wait_for_selector(".turn.stopped")
    assert bot.closed.wait(10)
    assert "four to six weeks" in reader.text(".body")
    assert reader.page.locator("#send").is_visible()
    bot.gate.set()
    reader.ask("Does stretching help?")


def test_enter_waits_while_an_answer_is_written(reader: Reader, bot: FakeBot) -> None:
    bot.gate.clear()
    reader.type("How long?")
    reader.page.wait_for_selector(".turn.running .cite")
    reader.type("And then?")
    assert reader.page.locator("#box textarea").input_value() == "And then?"
    bot.gate.set()
    reader.page.wait_for_selector(".turn.done")
    assert [one.text for one in bot.asked] == ["How long?"]


def test_an_empty_question_changes_nothing(reader: Reader, bot: FakeBot) -> None:
    reader.ask("Does stretching help?")
    reader.page.press("#box textarea", "Enter")
    reader.ask("How long?")
    assert reader.page.locator(".turn").count() == 2
    assert len(bot.asked) == 2


def test_leaving_the_page_frees_the_model(browser: Any, bot: FakeBot, shared: tuple[FakeBot, str]) -> None:
    bot.gate.clear()
    reader = open_reader(browser, shared)
    reader.type("How long?")
    reader.page.wait_for_selector(".turn.running .cite")
    reader.context.close()
    assert bot.closed.wait(20)


def test_retry_asks_again_in_place(reader: Reader, bot: FakeBot) -> None:
    reader.ask("Does stretching help?")
    reader.ask("It dies", state="failed")
    bot.script = lambda question: bot._script(Question("stretching"))
    reader.page.click("[data-act='retry']")
    reader.page.wait_for_selector(".turn[data-turn='1'].done")
    assert reader.page.locator(".turn").count() == 2
    assert [one.text for one in bot.asked] == ["Does stretching help?", "It dies", "It dies"]


def test_a_model_that_dies_is_told_in_plain_words(reader: Reader) -> None:
    turn = reader.ask("It dies", state="failed")
    assert "four to six weeks" in turn.locator(".body").inner_text()
    note = turn.locator(".note.failed").inner_text()
    assert "has stopped working" in note
    assert "checked and stays" in note
    assert turn.locator("[data-act='retry']").is_visible()
    assert reader.page.locator("#send").is_visible()


def test_busy_and_too_long(reader: Reader, bot: FakeBot) -> None:
    assert "Too many people" in reader.ask("busy?", state="failed").inner_text()
    reader.page.evaluate("document.querySelector('#box textarea').removeAttribute('maxlength')")
    assert "2000 characters" in reader.ask("a" * 2001, state="failed").locator(".note").inner_text()


def test_new_chat_forgets(reader: Reader, bot: FakeBot) -> None:
    reader.ask("How long?").locator(".cite").first.click()
    assert reader.in_view("#guide mark")
    reader.page.click("#new")
    reader.page.wait_for_selector(".welcome")
    reader.page.wait_for_selector("#guide .guide", state="detached")
    reader.ask("Does stretching help?")
    assert bot.asked[-1].history == ()


def test_copy_takes_the_answer_and_its_sources(browser: Any, bot: FakeBot, shared: tuple[FakeBot, str]) -> None:
    reader = open_reader(browser, shared, permissions=["clipboard-read", "clipboard-write"])
    reader.ask("How long?").locator("[data-act='copy']").click()
    reader.page.wait_for_selector("text=Copied")
    copied = reader.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Mild cases often get better in four to six weeks. [1] Pain")
    assert f"“{WEEKS.quote}”" in copied
    reader.context.close()


def test_a_vote_is_kept_only_with_consent(reader: Reader, bot: FakeBot) -> None:
    store = FeedbackStore(bot.settings.data_dir / "feedback.sqlite3")
    before = len(store.rows())
    reader.ask("How long?")
    reader.page.click("[data-vote='down']")
    reader.page.wait_for_selector("form.vote")
    reader.page.check("form.vote [value='incomplete']", force=True)
    reader.page.fill("form.vote textarea", "Mail me: a@b.org")
    reader.page.click("form.vote .primary")  # the browser asks for the box to be ticked
    assert reader.page.locator("form.vote").is_visible()
    assert len(store.rows()) == before
    reader.page.check("form.vote [name='consent']")
    reader.page.click("form.vote .primary")
    reader.page.wait_for_selector(".thanks")
    row = store.rows()[-1]
    assert len(store.rows()) == before + 1
    assert (row["vote"], row["reason"], row["comment"]) == ("down", "incomplete", "Mail me: [email]")
    assert row["question"] == "How long?"


def test_a_vote_can_be_taken_back_before_it_is_sent(reader: Reader) -> None:
    reader.ask("How long?")
    reader.page.click("[data-vote='up']")
    reader.page.wait_for_selector("form.vote")
    reader.page.click("form.vote >> text=Cancel")
    reader.page.wait_for_selector("form.vote", state="detached")
    assert reader.page.locator("[aria-pressed='true']").count() == 0


def test_an_emergency_looks_different_and_can_be_called(reader: Reader) -> None:
    answer = reader.ask("How long?")
    turn = reader.ask("This is an emergency")
    reply = turn.locator(".reply")
    assert reply.get_attribute("role") == "alert"
    assert "Get help now" in reply.inner_text()
    assert turn.locator(".follow-ups").count() == 0
    assert [one.get_attribute("href") for one in turn.locator(".tel").all()] == ["tel:999", "tel:112"]
    colours = [
        one.evaluate("node => getComputedStyle(node).backgroundColor") for one in (answer.locator(".reply"), reply)
    ]
    assert colours[0] != colours[1]


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone(browser: Any, bot: FakeBot, shared: tuple[FakeBot, str], width: int) -> None:
    reader = open_reader(browser, shared, viewport={"width": width, "height": 844}, is_mobile=True, has_touch=True)
    wide = "document.documentElement.scrollWidth <= innerWidth"
    assert reader.page.evaluate(wide)
    turn = reader.ask("How long? " + "Averyveryverylongwordindeed" * 10)
    assert reader.page.evaluate(wide)
    turn.locator(".body .cite").first.tap()
    assert reader.in_view("#guide mark")
    box = reader.page.locator("#guide").bounding_box()
    assert (box["x"], box["width"]) == (0, width)
    reader.page.tap("#guide .close")
    reader.page.wait_for_selector("#guide .guide", state="hidden")
    reader.ask("This is an emergency")
    assert reader.page.evaluate(wide)
    reader.context.close()


CONTRAST = """() => {
    const rgb = colour => colour.match(/[\\d.]+/g).map(Number);
    const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
        return .2126 * r + .7152 * g + .0722 * b; };
    const ground = node => { for (; node; node = node.parentElement) {
        const c = rgb(getComputedStyle(node).backgroundColor); if (c.length < 4 || c[3] === 1) return c.slice(0, 3); }
        return [255, 255, 255]; };
    const low = [];
    for (const node of document.querySelectorAll('body *')) {
        const own = [...node.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
        if (!own || !node.checkVisibility({ visibilityProperty: true }) || node.closest('.sr, .skip, #held')) continue;
        const [a, b] = [light(rgb(getComputedStyle(node).color).slice(0, 3)), light(ground(node))];
        const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
        if (ratio < 4.5) low.push(`${node.tagName}.${node.className} ${ratio.toFixed(2)} ${node.textContent.slice(0, 40)}`);
    }
    return low;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_can_be_read(browser: Any, bot: FakeBot, shared: tuple[FakeBot, str], scheme: str) -> None:
    reader = open_reader(browser, shared, color_scheme=scheme, reduced_motion="reduce")
    ground = reader.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(int(one) for one in ground[4:-1].split(",")) > 380) is (scheme == "light")
    assert reader.page.evaluate(CONTRAST) == []
    reader.ask("This is an emergency")
    reader.ask("It dies", state="failed")
    reader.ask("Paris?")
    reader.ask("How long?").locator(".cite").first.click()
    assert reader.in_view("#guide mark")
    reader.page.click("[data-turn='3'][data-vote='up']")
    reader.page.wait_for_selector("form.vote")
    assert reader.page.evaluate(CONTRAST) == []
    reader.context.close()


def test_the_keyboard_is_enough(reader: Reader, bot: FakeBot) -> None:
    press = reader.page.keyboard.press

    def tab_to(part: str) -> None:
        for _ in range(40):
            press("Tab")
            if part in reader.focused():
                return
        raise AssertionError(f"Tab does not reach {part}: {reader.focused()}")

    press("Tab")
    assert "skip" in reader.focused()
    press("Enter")
    tab_to("data-question")
    press("Enter")
    reader.page.wait_for_selector(".turn[data-turn='0'].done")
    assert "textarea" in reader.focused()
    reader.page.keyboard.type("How long?")
    press("Enter")
    reader.page.wait_for_selector(".turn[data-turn='1'].done")
    reader.page.evaluate("document.querySelector('#read').focus()")
    tab_to('data-turn="1" data-n="2"')
    outline = reader.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    press("Enter")
    assert reader.in_view("#guide mark")
    press("Escape")
    assert 'data-n="2"' in reader.focused()
    tab_to('data-vote="up"')
    press("Enter")
    reader.page.wait_for_selector("form.vote")
    tab_to('name="consent"')
    press("Space")
    tab_to("primary")
    press("Enter")
    reader.page.wait_for_selector(".thanks")
    bot.gate.clear()
    reader.page.focus("#box textarea")
    reader.page.keyboard.type("How long?")
    press("Enter")
    reader.page.wait_for_selector(".turn.running .cite")
    tab_to('id="stop"')
    press("Enter")
    reader.page.wait_for_selector(".turn.stopped")


def test_a_screen_reader_hears_additions_only(reader: Reader) -> None:
    first = reader.ask("How long?")
    first.evaluate("node => { node.mark = 'same node' }")
    log = reader.page.locator("[role='log']")
    assert log.get_attribute("aria-live") == "polite"
    reader.ask("Does stretching help?")
    assert first.evaluate("node => node.mark") == "same node"
    names = [one.get_attribute("aria-label") for one in first.locator(".body .cite").all()]
    assert names[0] == "Show sentence 1 in the guide, section Recovery Timeline"
    assert reader.page.get_by_role("textbox", name="Your question").count() == 1


def test_nothing_leaves_and_nothing_stays(reader: Reader) -> None:
    reader.ask("How long?").locator(".cite").first.click()
    assert reader.in_view("#guide mark")
    kept = reader.page.evaluate(
        """async () => [localStorage.length, sessionStorage.length, document.cookie,
            (await indexedDB.databases()).length, (await caches.keys()).length,
            (await navigator.serviceWorker.getRegistrations()).length]"""
    )
    assert kept == [0, 0, "", 0, 0, 0]
    assert reader.context.cookies() == []
    assert reader.outward == []
    assert reader.errors == []
    assert "recovery" not in reader.page.url
    assert reader.page.locator("footer").count() == 0 or not reader.page.locator("footer").first.is_visible()


def test_injected_markup_is_text(browser: Any, bot: FakeBot, shared: tuple[FakeBot, str]) -> None:
    assert len(PAYLOADS) >= 60
    reader = open_reader(browser, shared)
    dialogs: list[str] = []

    def note(dialog: Any) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    reader.page.on("dialog", note)
    for number in range(0, len(PAYLOADS), 8):
        for payload in PAYLOADS[number : number + 8]:
            turn = reader.ask(f"echo {payload}")
            shown = turn.locator(".question p").inner_text()
            assert shown == f"echo {payload}"
            assert "".join(turn.locator(".body").inner_text().split()).startswith("echo")
        assert reader.page.evaluate("pwned") == 0
        reader.page.click("#new")
        reader.page.wait_for_selector(".welcome")
    assert reader.page.evaluate("pwned") == 0
    assert dialogs == []
    assert reader.outward == []
    reader.context.close()


def test_markup_in_a_guide_is_text(browser: Any, bot: FakeBot, shared: tuple[FakeBot, str]) -> None:
    bad = "\n\n".join(PAYLOADS)
    text = GUIDE_TEXT + "\n## " + PAYLOADS[12] + "\n\n" + bad + "\n"
    guide = make_guide(text, title=f"Knee {PAYLOADS[12]}", url="javascript:pwned=1", reviewed_by=PAYLOADS[24])
    bot.guide_list = (guide,)
    start = text.index(PAYLOADS[19], text.index(bad))
    quote = text[start : start + len(PAYLOADS[19])]
    cited = Citation(1, guide.id, PAYLOADS[20], quote, start, start + len(quote), "javascript:pwned=1")
    answer = Answer("answer", "answer", f"{PAYLOADS[12]} [1]", citations=(cited,), mode="extractive", model=PAYLOADS[0])
    bot.script = lambda question: bot._whole(answer)
    reader = open_reader(browser, shared)
    reader.ask("anything").locator(".body .cite").first.click()
    assert reader.in_view("#guide mark")
    assert reader.page.locator("#guide mark").first.inner_text() == quote
    assert reader.page.locator("#guide a").count() == 0  # javascript: is not a link
    assert reader.page.locator("#chat img, #guide img, #head img, #chat script, #guide script, iframe").count() == 0
    assert reader.page.evaluate("pwned") == 0
    assert reader.outward == []
    reader.context.close()


def test_an_inline_handler_would_not_run(reader: Reader) -> None:
    """The second wall: were markup ever to slip through, the policy of the page stops it."""
    reader.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"pwned=1\">')")
    reader.page.wait_for_function("document.querySelector('body > img').complete")
    assert reader.page.evaluate("pwned") == 0
    assert any("Content Security Policy" in error for error in reader.errors)
