import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.chunk import passages
from bot.knowledge.load import load_guide
from bot.knowledge.outline import markdown_headings, sections
from bot.types import Guide, Passage
from tests.bot.knowledge.strategies import MARKDOWN

CORPUS = Path(__file__).resolve().parents[3] / "corpus"


def words(text: str) -> int:
    return len(text.split())


def _guide(text: str, title: str = "Knee") -> Guide:
    spans = sections(text, 0, markdown_headings(text), title)
    return Guide("g", title, None, "en", None, None, None, text, spans)


def _texts(text: str, max_tokens: int = 12, min_tokens: int = 0) -> list[str]:
    return [p.text for p in passages(_guide(text), words, max_tokens, min_tokens)]


SIX = "The knee bends and then straightens."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (SIX, [SIX]),
        # paragraphs are packed up to the limit
        (f"{SIX}\n\n{SIX}\n\n{SIX}", [f"{SIX}\n\n{SIX}", SIX]),
        # sections are never crossed
        (f"## A\n\n{SIX}\n\n## B\n\n{SIX}", [SIX, SIX]),
        # a long paragraph is split at sentence ends
        (" ".join([SIX] * 3), [f"{SIX} {SIX}", SIX]),
        # a list between its items, and its marks stay
        (f"- {SIX}\n- {SIX}\n", [f"- {SIX}", f"- {SIX}"]),
        (f"1. {SIX}\n\n   {SIX}\n2. Rest.", [f"1. {SIX}", f"{SIX}\n2. Rest."]),
        # a sentence stays whole up to twice the limit
        ("word " * 24, [("word " * 24).strip()]),
        ("word " * 25, [("word " * 12).strip(), ("word " * 12).strip(), "word"]),
        ("nospace" * 100, ["nospace" * 100]),
    ],
)
def test_packing(text: str, expected: list[str]) -> None:
    assert _texts(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{SIX} {SIX}\n\nRest.", [f"{SIX} {SIX}\n\nRest."]),
        # what leads in goes with what follows
        (f"{SIX}\n\n{SIX}\n\nIt helps:\n\n{SIX} {SIX}", [f"{SIX}\n\n{SIX}", f"It helps:\n\n{SIX} {SIX}"]),
        # a stray line alone in its section stays
        (f"## A\n\nRest.\n\n## B\n\n{SIX}", ["Rest.", SIX]),
    ],
)
def test_a_stray_line_joins_a_neighbour(text: str, expected: list[str]) -> None:
    assert _texts(text, min_tokens=3) == expected


FAQ = "## FAQ\n\n### Is it **safe**?\n\n{}\n\n### Must I rest?\n\nNo."


def test_a_faq_pair_is_one_passage_however_long() -> None:
    answer = " ".join([SIX] * 5) + "\n\n- Rest.\n- Ice."
    first, second = passages(_guide(FAQ.format(answer)), words, 12)
    assert first.faq_question == "Is it safe?"
    assert first.text == f"Is it **safe**?\n\n{answer}"
    assert [s.text for s in first.sentences] == [SIX] * 5 + ["Rest.", "Ice."]
    assert (second.text, second.faq_question, second.section) == ("Must I rest?\n\nNo.", "Must I rest?", "Must I rest?")


def test_an_underlined_question_is_part_of_its_pair() -> None:
    text = "Is it safe?\n-----\n\nYes.\n\nMust I rest?\n-----\n\nNo."
    first, second = passages(_guide(text), words)
    assert (first.text, second.text) == ("Is it safe?\n-----\n\nYes.", "Must I rest?\n-----\n\nNo.")
    assert [s.text for s in first.sentences] == ["Yes."]


def test_comments_are_not_passages() -> None:
    assert _texts("<!-- note -->\n\n## A\n\n<!-- note -->") == []


def test_ids_follow_the_content() -> None:
    before = passages(_guide(f"## A\n\n{SIX}\n\n## B\n\n{SIX}"), words)
    moved = passages(_guide(f"## New\n\nRest.\n\n## A\n\n{SIX}\n\n## B\n\n{SIX}"), words)
    assert [p.id for p in moved[1:]] == [p.id for p in before]
    assert len({p.id for p in moved}) == 3
    assert all(re.fullmatch(r"g:[0-9a-f]{16}", p.id) for p in moved)


def test_repeats_are_numbered() -> None:
    found = passages(_guide(f"## A\n\n{SIX}\n\n## A\n\n{SIX}\n\n## A\n\n{SIX}"), words)
    first = found[0].id
    assert [p.id for p in found] == [first, f"{first}-2", f"{first}-3"]
    assert all(s.passage_id == p.id for p in found for s in p.sentences)


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        passages(_guide(SIX), words, 0)


def test_the_shipped_guide() -> None:
    guide = load_guide(CORPUS / "vastus-medialis-knee-pain.md")
    found = passages(guide, words)
    assert len([p for p in found if p.faq_question]) == 4
    assert {p.heading_path for p in found} == {s.heading_path for s in guide.sections if s.start < s.end}
    weeks = [s for p in found for s in p.sentences if "four to six weeks" in s.text]
    assert [s.text for s in weeks] == [
        "Mild cases often improve within four to six weeks when activity modification and targeted exercises are applied correctly."
    ]


def _check(guide: Guide, found: list[Passage]) -> None:
    at = 0
    for passage in found:
        assert guide.text[passage.start : passage.end] == passage.text
        assert passage.text == passage.text.strip() != ""
        assert passage.start >= at
        at = inner = passage.start
        for sentence in passage.sentences:
            assert guide.text[sentence.start : sentence.end] == sentence.text
            assert inner <= sentence.start < sentence.end <= passage.end
            assert sentence.passage_id == passage.id
            inner = sentence.end
        at = passage.end


@given(MARKDOWN, st.integers(1, 60), st.integers(0, 20))
def test_spans_are_exact_ordered_and_disjoint(text: str, max_tokens: int, min_tokens: int) -> None:
    guide = _guide(text)
    found = passages(guide, words, max_tokens, min_tokens)
    _check(guide, found)
    assert len({p.id for p in found}) == len(found)
    bodies = [(s.start, s.end) for s in guide.sections]
    for passage in found:
        assert passage.sentences
        assert passage.n_tokens == words(passage.text)
        assert any(start <= passage.sentences[0].start and passage.end <= end for start, end in bodies)
        if not passage.faq_question:
            assert any(start <= passage.start and passage.end <= end for start, end in bodies)


@given(MARKDOWN)
def test_limits_do_not_change_which_sentences_there_are(text: str) -> None:
    guide = _guide(text)
    few = [s.text for p in passages(guide, words, 10_000) for s in p.sentences]
    many = [s.text for p in passages(guide, words, 100, 0) for s in p.sentences]
    assert few == many


@given(MARKDOWN)
def test_moved_guides_keep_their_passages(text: str) -> None:
    guide = _guide(text)
    shift = "before\n"
    moved = replace(
        guide,
        text=shift + text,
        sections=tuple(replace(s, start=s.start + 7, end=s.end + 7) for s in guide.sections),
    )
    assert [p.id for p in passages(moved, words)] == [p.id for p in passages(guide, words)]
