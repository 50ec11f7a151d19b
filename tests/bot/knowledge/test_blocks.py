import pytest
from hypothesis import given

from bot.knowledge.blocks import blocks, trim
from tests.bot.knowledge.strategies import ANY_TEXT


def _leaves(text: str) -> list[str]:
    return [text[a:b] for block in blocks(text) for a, b in block.leaves]


@pytest.mark.parametrize(
    ("text", "kinds", "leaves"),
    [
        ("# Title #\n\nText.", ["heading", "text"], ["Title", "Text."]),
        ("Title\n=====\nText.", ["heading", "text"], ["Title", "Text."]),
        ("- one\n- two\n\n  more\n", ["list"], ["one", "two", "more"]),
        ("1) one\n2) two\n   - three", ["list"], ["one", "two", "three"]),
        ("> - quoted", ["text"], ["quoted"]),
        ("| a | b |\n|---|---|\n| 1 | 2 |", ["table"], ["| a | b |", "| 1 | 2 |"]),
        ("```\ncode\n```", ["text"], ["code"]),
        ("one\n\n---\n\n<!-- note -->\n\ntwo", ["text", "text"], ["one", "two"]),
        ("<p>boxed</p>", ["text"], ["<p>boxed</p>"]),
        ("wrapped\nline", ["text"], ["wrapped\nline"]),
        ("-5 degrees", ["text"], ["-5 degrees"]),
        ("#", [], []),
        ("", [], []),
    ],
)
def test_blocks(text: str, kinds: list[str], leaves: list[str]) -> None:
    assert [block.kind for block in blocks(text)] == kinds
    assert _leaves(text) == leaves


def test_long_lines_are_paragraphs_where_a_sentence_ended() -> None:
    first, second = "It bends. " * 20 + "It stops.", "It rests."
    assert _leaves(f"{first}\n{second}") == [first, second]
    open_end = "It bends " * 20
    assert _leaves(f"{open_end}and\nstops.") == [f"{open_end}and\nstops."]


@given(ANY_TEXT, ANY_TEXT)
def test_spans_are_ordered_inside_and_trimmed(before: str, text: str) -> None:
    whole = before + "\n\n" + text
    at = start = len(before) + 2
    for block in blocks(whole, start):
        assert at <= block.start < block.end
        assert whole[block.start : block.end].strip() == whole[block.start : block.end]
        inner = block.start
        for a, b in block.leaves:
            assert inner <= a < b <= block.end
            inner = b
        at = block.end


@given(ANY_TEXT)
def test_trim_is_strip(text: str) -> None:
    start, end = trim(f"x{text}x", 1, 1 + len(text))
    assert f"x{text}x"[start:end] == text.strip()
