import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.markup import plain
from tests.bot.knowledge.strategies import ANY_TEXT


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("Rest is **rarely** _necessary_.", "Rest is rarely necessary."),
        ("See [the guide](https://example.org/a_b) now.", "See the guide now."),
        ("![A bent knee](knee.png) bends.", "A bent knee bends."),
        ("- one\n- two\n  - three", "one two three"),
        ("1. Warm up\n2. Stretch", "Warm up Stretch"),
        ("> quoted\n> words", "quoted words"),
        ("## Heading ##\n\nText", "Heading Text"),
        ("Heading\n===\n\nText", "Heading Text"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a | b 1 | 2"),
        ("take `5 mg` daily", "take 5 mg daily"),
        ("wrapped\nline", "wrapped line"),
        ("hard  \nbreak", "hard break"),
        ("5 &lt; 6 &amp; 7", "5 < 6 & 7"),
        ("one <!-- hidden --> two", "one two"),
        ("one <b>two</b><br>three", "one two three"),
        ("<div>\nA box.\n</div>", "A box."),
        ("~~old~~ new", "old new"),
        (r"\*not emphasis\*", "*not emphasis*"),
        # one half of a pair, left by a sentence's end
        ("**Do not stop.", "Do not stop."),
        ("Ask first.**", "Ask first."),
        ("", ""),
    ],
)
def test_marks_go(markdown: str, words: str) -> None:
    assert plain(markdown) == words


@pytest.mark.parametrize(
    "text",
    [
        "2 * 3 * 4 = 24",
        "a knee_joint_angle of 30°",
        "pain < 3 and > 1",
        "less than <5 mg",
        "-5 °C",
        "post-injury knee stiffness – rare",
        "“Smart” quotes’ survive…",
        "4.5 mg",
        "Is it safe?",
        "AT&T",
    ],
)
def test_what_is_no_mark_stays(text: str) -> None:
    assert plain(text) == text


@given(ANY_TEXT)
def test_never_raises_and_gives_one_line(text: str) -> None:
    words = plain(text)
    assert words == " ".join(words.split())


@given(
    st.lists(st.from_regex(r"[A-Za-zäé’“”]{1,9}[.,;:!?]?", fullmatch=True), max_size=30),
    st.sampled_from([" ", "\n", "  "]),
)
def test_prose_keeps_every_word_and_is_a_fixed_point(words: list[str], space: str) -> None:
    once = plain(space.join(words))
    assert once.split() == words
    assert plain(once) == once


@given(st.lists(st.sampled_from(["knee", "**rest**", "_ice_", "[heat](https://example.org)", "`load`", "***both***"])))
def test_marked_words_survive(pieces: list[str]) -> None:
    expected = [re.sub(r"\(.*\)|[*_`\[\]]", "", piece) for piece in pieces]
    assert plain(" ".join(pieces)).split() == expected
