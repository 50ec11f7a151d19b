"""Citations that reach the sentence in the publisher's own page."""

from __future__ import annotations

import dataclasses
from urllib.parse import unquote

import pytest

from bot.types import Answer, Citation
from tests.bot.web.fake_bot import GUIDE, MONTHS, WEEKS
from tests.bot.web.widget.conftest import Visit, World
from tests.bot.web.widget.pages import ARTICLE, Visitor, page
from tests.browser import browser

__all__ = ["browser"]
pytestmark = pytest.mark.real
LONG = "<p>Some other paragraph of the page, which says nothing.</p>" * 60


def answering(world: World, *cited: Citation) -> None:
    """Let the bot cite these."""
    marks = " ".join(f"So it is. [{one.n}]" for one in cited)
    answer = Answer("answer", "answer", marks, citations=cited, mode="extractive")
    world.bot.script = lambda question: world.bot._whole(answer)


def on(visit: Visit, world: World, body: str, extra: str = "", **options: object) -> Visitor:
    world.friend.pages["/"] = page(f'{body}<script src="{world.url}/widget.js" {extra}></script>')
    visitor = visit(f"{world.friend.url}/", "medialis-chat", **options)
    visitor.open()
    return visitor


def test_a_citation_scrolls_to_its_sentence_and_highlights_it(visit: Visit, world: World) -> None:
    visitor = visit()
    visitor.open()
    turn = visitor.ask("How long does recovery take?")
    for number, citation in ((0, WEEKS), (1, MONTHS), (1, MONTHS)):
        visitor.page.evaluate("scrollTo(0, document.body.scrollHeight)")
        turn.locator(".body .cite").nth(number).click()
        assert visitor.highlighted() == citation.quote
        assert visitor.highlight_in_view()
        assert visitor.one(".panel").is_visible()
        assert visitor.focused().startswith("<p tabindex")
        visitor.page.keyboard.press("Escape")
        assert f">{number + 1}" in visitor.focused() or f"sentence {number + 1} " in visitor.focused()
        assert not visitor.page.evaluate("CSS.highlights.has('medialis-citation')")
    turn.locator(".source").first.click()
    assert visitor.highlighted() == WEEKS.quote
    assert visitor.page.locator("[tabindex='-1']:is(article p)").count() == 1
    assert (
        visitor.one("[role='status'].sr").text_content()
        == "The sentence is highlighted in the article. Press Escape to come back."
    )


def test_markup_and_spaces_of_the_page_do_not_matter(visit: Visit, world: World) -> None:
    visitor = on(visit, world, LONG + ARTICLE + LONG)
    turn = visitor.ask("How long does recovery take?")
    turn.locator(".body .cite").nth(0).click()
    shown = visitor.highlighted().replace("\xa0", " ").replace("\xad", "").replace("  ", " ")
    assert shown == WEEKS.quote
    assert visitor.highlight_in_view()
    turn.locator(".body .cite").nth(1).click()
    assert visitor.highlighted().replace("\u2011", "-") == MONTHS.quote
    assert visitor.highlight_in_view()


@pytest.mark.parametrize(
    ("html", "quote", "shown"),
    [
        ("<p>“Rest is <b>n</b>ot the answer”, she said.</p>", "Rest is **not** the answer", "Rest is not the answer”,"),
        (
            "<p>See the exercise page for more detail.</p>",
            "See the [exercise page](https://x.example/a_(b)) for more",
            "See the exercise page for more",
        ),
        (
            "<p>Straße, café: naïve &amp; co. help.</p>",
            "Stra\u00dfe, cafe\u0301: na\u00efve & co. help.",
            "Straße, café: naïve & co. help.",
        ),
        ("<p>घुटने का दर्द धीरे-धीरे बढ़ता है। फिर</p>", "घुटने का दर्द धीरे-धीरे बढ़ता है।", "घुटने का दर्द धीरे-धीरे बढ़ता है।"),
        ("<p>膝盖疼痛通常逐渐发展，需要康复训练。然后</p>", "膝盖疼痛通常逐渐发展,需要康复训练", None),
        ("<p>Unbearable paining is common.</p>", "bearable pain is common", None),
        ("<p>It is a reinjury risk for all</p>", "injury risk for all", None),
        ("<p>Knee</p>", "Knee", None),
        (
            "<script type='x'>Never shown to anybody</script><p hidden>Never shown to anybody</p>",
            "Never shown to anybody",
            None,
        ),
        (
            "<details><summary>More</summary><p>Folded away until it is needed.</p></details>",
            "Folded away until it is needed.",
            "Folded away until it is needed.",
        ),
        (
            "<ul><li>Poor hip control.</li><li>Stiff ankles.</li></ul>",
            "Poor hip control.\n- Stiff ankles.",
            "Poor hip control.Stiff ankles.",
        ),
    ],
)
def test_what_counts_as_the_same_words(visit: Visit, world: World, html: str, quote: str, shown: str | None) -> None:
    answering(world, dataclasses.replace(WEEKS, quote=quote, url=None))
    visitor = on(visit, world, LONG + html + LONG)
    visitor.ask("anything").locator(".cite").first.click()
    if shown is None and "膝" not in quote:
        assert visitor.highlighted() == ""
        assert 'data-n="1"' in visitor.focused()  # the quote under the answer
    else:
        assert visitor.highlighted() == (shown or "膝盖疼痛通常逐渐发展，需要康复训练。")
        assert visitor.highlight_in_view()


def test_of_two_places_the_article_and_the_section_decide(visit: Visit, world: World) -> None:
    twice = f"<p id=teaser>{WEEKS.quote}</p>"
    body = f"<nav>{twice}</nav><main><h2>Summary</h2><p id=summary>{WEEKS.quote}</p>{LONG}<h2>Recovery timeline</h2><p id=right>{WEEKS.quote}</p></main>"
    visitor = on(visit, world, body)
    visitor.ask("How long?").locator(".body .cite").first.click()
    assert (
        visitor.page.evaluate("[...CSS.highlights.get('medialis-citation')][0].startContainer.parentElement.id")
        == "right"
    )
    visitor = on(visit, world, body, 'data-article="#teaser"')
    visitor.ask("How long?").locator(".body .cite").first.click()
    assert (
        visitor.page.evaluate("[...CSS.highlights.get('medialis-citation')][0].startContainer.parentElement.id")
        == "teaser"
    )


def test_a_guide_elsewhere_is_linked_with_a_text_fragment(visit: Visit, world: World) -> None:
    long = " ".join(f"word{n}" for n in range(30))
    bad = dataclasses.replace(MONTHS, n=3, url="javascript:pwned=1")
    answering(world, WEEKS, dataclasses.replace(WEEKS, n=2, quote=long), bad)
    visitor = on(visit, world, "<p>Another article.</p>")
    turn = visitor.ask("anything")
    links = [str(one.get_attribute("href")) for one in turn.locator(".body a.cite").all()]
    assert unquote(links[0]) == f"{GUIDE.url}#:~:text={WEEKS.quote}"
    assert " " not in links[0]
    assert unquote(links[1]) == f"{GUIDE.url}#:~:text=word0 word1 word2 word3 word4,word25 word26 word27 word28 word29"
    assert len(links) == 2
    assert turn.locator("a.cite").first.get_attribute("rel") == "noopener noreferrer"
    assert "new tab" in str(turn.locator("a.cite").first.get_attribute("aria-label"))
    turn.locator("button.cite").click()
    assert 'data-n="3"' in visitor.focused()


def test_a_sentence_under_the_panel_makes_it_step_aside(visit: Visit, world: World) -> None:
    tall = dataclasses.replace(WEEKS, quote=" ".join(f"word{n}" for n in range(150)))
    answering(world, tall)
    style = "<div><p>" + tall.quote + "</p></div>"
    visitor = on(visit, world, f"<main>{LONG}{style}{LONG}</main>", viewport={"width": 760, "height": 700})
    visitor.ask("anything").locator(".body .cite").first.click()
    assert visitor.highlight_in_view()
    assert not visitor.one(".panel").is_visible()
    assert visitor.one(".launcher").inner_text() == "Back to the answer"
    visitor.one(".launcher").click()
    assert visitor.one(".panel").is_visible()
    assert "cite" in visitor.focused()


def test_a_phone_shows_the_page_and_leads_back(visit: Visit, world: World) -> None:
    visitor = visit(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    visitor.one(".launcher").tap()
    visitor.one(".panel").wait_for()
    visitor.ask("How long?").locator(".body .cite").first.tap()
    assert visitor.highlighted() == WEEKS.quote
    assert visitor.highlight_in_view()
    assert not visitor.one(".panel").is_visible()
    visitor.one(".launcher").tap()
    assert visitor.one(".turn").is_visible()


def test_without_the_highlight_api_the_sentence_is_selected(visit: Visit, world: World) -> None:
    visitor = visit()
    visitor.page.evaluate("delete window.Highlight")
    visitor.open()
    visitor.ask("How long?").locator(".body .cite").first.click()
    assert visitor.page.evaluate("String(getSelection())") == WEEKS.quote


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "http://elsewhere.example/",
        "//elsewhere.example",
        "ftp://x.example",
        "blob:https://x",
        " https://ok.example/",
        "",
        "tel:1",
    ],
)
def test_only_https_and_the_own_origin_are_linked(visit: Visit, world: World, url: str) -> None:
    visitor = visit()
    allowed = url.strip().startswith("https://")
    answering(world, dataclasses.replace(WEEKS, quote="Not on this page at all", url=url or None))
    visitor.open()
    links = visitor.ask("anything").locator("a.cite")
    assert (links.count() == 1) is allowed
