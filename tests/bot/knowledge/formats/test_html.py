import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import GuideError
from bot.knowledge.formats import Document
from bot.knowledge.formats.html import read
from bot.knowledge.markup import plain


def _read(body: str, head: str = "", lang: str = "en-GB") -> Document:
    return read(f"<!DOCTYPE html><html lang='{lang}'><head>{head}</head><body>{body}</body></html>".encode())


PAGE = """
<header><h1>Clinic</h1></header><nav><ul><li>Home</li></ul></nav>
<main><h1>Knee &amp; hip</h1><p>It <b>bends</b>,<br>and <a href="/x">straightens</a>.</p>
<h2>Causes <small>of pain</small></h2>
<ul><li>Load<ul><li>running</li></ul></li><li><p>Falls</p><p>at home</p></li></ul>
<ol><li>Rest</li><li>Walk</li></ol>
<table><caption>Plan</caption><tr><th>Week</th><th>Load</th></tr><tr><td>1</td><td>a | b</td></tr></table>
<details><summary>Is it safe?</summary>Yes.</details>
<div>Loose text <div>inner</div> tail</div>
<p hidden>Hidden</p><p style="display: none">Hidden</p><script>var hidden</script><!-- Hidden -->
<form><label>Hidden</label></form></main>
<aside>Hidden</aside><footer>Hidden</footer>
"""


def test_the_main_text_as_markdown() -> None:
    assert _read(PAGE, "<title>Knee | Clinic</title>").text.split("\n\n") == [
        "# Knee & hip",
        "It bends,\nand straightens.",
        "## Causes of pain",
        "- Load\n  - running\n- Falls\n  at home",
        "1. Rest\n2. Walk",
        "Plan",
        "| Week | Load |\n| --- | --- |\n| 1 | a \\| b |",
        "### Is it safe?",
        "Yes.",
        "Loose text",
        "inner",
        "tail",
    ]


def test_headings_title_and_language() -> None:
    document = _read(PAGE, "<title>Knee | Clinic</title>")
    assert [(h.level, h.text) for h in document.headings] == [
        (1, "Knee & hip"),
        (2, "Causes of pain"),
        (3, "Is it safe?"),
    ]
    assert (document.title, document.language) == ("Knee & hip", "en")


def test_the_title_element_serves_where_no_heading_does() -> None:
    assert _read("<p>Text</p>", "<title> Knee\npain </title>").title == "Knee pain"
    assert _read("<p>Text</p>").title is None


@pytest.mark.parametrize(
    "text", ["2*3*4 mg", "<5 or >3", "a <b and c> d", "# 1 in sport", "1990. That year", "`x` \\* y", "***", "- 5"]
)
def test_what_looks_like_markup_stays_words(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    document = _read(f"<p>{escaped}</p><p>More words.</p>")
    assert plain(document.text) == f"{text} More words."
    assert not document.headings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_encodings(encoding: str) -> None:
    page = f"<html><head><meta charset='{encoding}'></head><body><p>naïve café</p></body></html>"
    assert read(page.encode(encoding)).text == "naïve café"


def test_xhtml_raises_no_warning() -> None:
    page = b"<?xml version='1.0' encoding='utf-8'?><html xmlns='http://www.w3.org/1999/xhtml'><body><p>Knee</p></body></html>"
    assert read(page).text == "Knee"


@pytest.mark.parametrize("page", ["<p>", "<html><script>x</script></html>", "<!-- x -->"])
def test_a_page_without_text_is_an_error(page: str) -> None:
    with pytest.raises(GuideError, match="has no text"):
        read(page.encode())


@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<li>",
                "<ul>",
                "</ul>",
                "<table>",
                "<tr>",
                "<td>",
                "<h2>",
                "</div>",
                "<br>",
                "knee",
                " ",
                "&amp;",
            ]
        )
    )
)
def test_broken_pages_are_read_or_refused(parts: list[str]) -> None:
    page = "".join(parts)
    try:
        document = read(page.encode())
    except GuideError:
        return
    assert document.text.count("knee") == page.count("knee")
