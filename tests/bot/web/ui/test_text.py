"""Replies and guides as blocks: what is a link, what is a citation, what is marked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.types import Guide, Section
from bot.web.ui import guide_view
from bot.web.ui.text import Block, reply_blocks
from bot.web.ui.turns import Cited
from tests.bot.web.fake_bot import GUIDE, MONTHS, make_guide

ONE, TWO = (Cited(n=n, guide="g", start=0, end=1) for n in (1, 2))


def shape(blocks: list[Block]) -> list[tuple[str, list[str]]]:
    """Blocks as their kind and the text of their items, citations as <n>, telephone links as (number)."""

    def item(pieces: list[object]) -> str:
        return "".join(
            f"{piece.text}<{piece.cited.n}>" if piece.cited else f"({piece.tel})" if piece.tel else piece.text  # type: ignore[attr-defined]
            for piece in pieces
        ).strip()

    return [(block.kind, [item(one) for one in block.items]) for block in blocks]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Six weeks. [1] Months.[2]", [("p", ["Six weeks.<1> Months.<2>"])]),
        ("Six weeks. [1]", [("p", ["Six weeks.<1><2>"])]),
        ("Six weeks [1], months [2].", [("p", ["Six weeks<1>, months<2>."])]),
        ("Six weeks.", [("p", ["Six weeks.<1><2>"])]),  # cited, but nobody marked where
        ("See [9] and [x]. [1][2]", [("p", ["See [9] and [x].<1><2>"])]),
        ("One. [1]\n\nTwo. [2]", [("p", ["One.<1>"]), ("p", ["Two.<2>"])]),
        ("Do:\n- this [1]\n- that [2]", [("p", ["Do:"]), ("ul", ["this<1>", "that<2>"])]),
        ("1. this [1]\n2) that [2]", [("ul", ["this<1>", "that<2>"])]),
        ("", []),
    ],
)
def test_citations_and_blocks(text: str, expected: list[tuple[str, list[str]]]) -> None:
    assert shape(reply_blocks(text, [ONE, TWO])) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Call 999 or 112.", "Call (999) or (112)."),
        ("Samaritans: 116 123, day and night", "Samaritans: (116123), day and night"),
        ("Ring 0800-11 11 now", "Ring (08001111) now"),
        ("Ring +44 20 7946 0958", "Ring (+442079460958)"),
        ("within 24 hours", "within 24 hours"),
        ("over 38.5 degrees", "over 38.5 degrees"),
        ("more than 100% or 120/80", "more than 100% or 120/80"),
        ("400mg", "400mg"),
        ("version 1.234", "version 1.234"),
    ],
)
def test_telephone_numbers_where_the_reader_should_call(text: str, expected: str) -> None:
    assert shape(reply_blocks(text, [], phones=True))[0][1][0] == expected
    assert "(" not in shape(reply_blocks(text, []))[0][1][0]


@given(st.text(alphabet=st.characters(exclude_characters="[]-*+•0123456789", codec="utf-8")))
def test_no_word_of_a_reply_is_lost(text: str) -> None:
    said = " ".join(item for _, items in shape(reply_blocks(text, [])) for item in items)
    assert said.split() == text.split()


def marked(guide: Guide, start: int, end: int) -> str:
    """What the reader sees highlighted."""
    items = [
        "".join(piece.text for piece in item if piece.mark)
        for view in guide_view.sections(guide, start, end)
        for block in view.blocks
        for item in block.items
    ]
    return " ".join(one for one in items if one)


def test_the_quote_is_marked_and_its_section_knows() -> None:
    assert marked(GUIDE, MONTHS.start, MONTHS.end) == MONTHS.quote
    quoted = [view.heading for view in guide_view.sections(GUIDE, MONTHS.start, MONTHS.end) if view.quoted]
    assert quoted == ["Recovery Timeline"]
    assert marked(GUIDE, 0, 0) == ""


def test_markup_inside_a_quote_is_not_shown() -> None:
    quote = "The **vastus medialis** is one of the four muscles of the quadriceps group."
    start = GUIDE.text.index(quote)
    assert marked(GUIDE, start, start + len(quote)) == quote.replace("**", "")


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("a [link](https://x.example) here", "a link here"),
        ("an ![image](x.png) here", "an  here"),
        ("*soft* and `code`", "soft and code"),
        ("2 * 3 and [1] and a_b", "2 * 3 and [1] and a_b"),
        ("<b>no html</b>", "<b>no html</b>"),
    ],
)
def test_markdown_is_not_for_reading(source: str, shown: str) -> None:
    guide = make_guide(f"---\n---\n# T\n\n{source}\n", title="T")
    assert marked(guide, 0, len(guide.text)) == shown


def test_a_guide_without_sections_is_one() -> None:
    guide = Guide("g", "G", None, "en", None, None, None, "One.\n\nTwo.")
    (view,) = guide_view.sections(guide, 6, 10)
    assert len(view.blocks) == 2
    assert marked(guide, 6, 10) == "Two."


@given(st.data())
def test_any_span_is_marked_exactly(data: st.DataObject) -> None:
    text = data.draw(st.text(alphabet="ab cd.\n", min_size=1, max_size=80))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    guide = Guide("g", "G", None, "en", None, None, None, text, (Section((), 0, len(text)),))
    assert marked(guide, start, end).split() == text[start:end].split()
