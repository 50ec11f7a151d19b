from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import InputError
from eval.cases import Case, Expect, parse_case
from eval.jsonl import case_object, lines
from eval.spreadsheet import from_csv, to_csv
from tests.eval.results import case

WORDS = st.text(st.sampled_from(list("ab |\n\"'=+@[]:;,\\\u2028é")), min_size=1, max_size=12).filter(
    lambda s: bool(s.strip())
)
LISTS = st.lists(WORDS, max_size=3).map(tuple)
EXPECT = st.sampled_from(
    [
        Expect("answer", ("answer",)),
        Expect("abstain"),
        Expect(None, ("emergency", "urgent"), "emergency_now"),
        Expect("escalate", ("crisis",), "emergency_now"),
    ]
)
CASES = st.builds(
    Case,
    id=WORDS,
    text=WORDS,
    expect=EXPECT,
    history=st.lists(st.tuples(WORDS.map(lambda s: "x" + s), WORDS), max_size=2).map(tuple),
    gold=LISTS,
    gold_mode=st.sampled_from(["any", "all"]),
    key_facts=st.lists(st.lists(WORDS, min_size=1, max_size=2).map(tuple), max_size=2).map(tuple),
    must_not=LISTS,
    section=st.none() | WORDS,
    tags=LISTS,
    standalone=st.none() | WORDS,
    premise=st.none() | WORDS,
    nearest=st.none() | WORDS,
    locale=st.none() | WORDS,
)


@given(st.lists(CASES, max_size=3, unique_by=lambda case: case.id))
def test_to_a_spreadsheet_and_back(cases: list[Case]) -> None:
    assert from_csv(to_csv(cases)) == cases


@given(CASES)
def test_to_json_lines_and_back(one: Case) -> None:
    assert parse_case(case_object(one)) == one
    assert parse_case(json.loads(lines([one]))) == one


def test_people_can_read_it() -> None:
    one = case(
        text="=how long?",
        history=(("does it heal?", "It may."),),
        key_facts=(("four", "4"), ("week",)),
        expect=Expect(None, ("urgent", "emergency"), "soon"),
    )
    written = to_csv([one])
    assert "reader: does it heal?\nbot: It may." in written
    assert "four | 4\nweek" in written
    assert "urgent | emergency" in written
    assert "'=how long?" in written  # no spreadsheet takes it for a formula


def test_semicolons_and_a_byte_order_mark_are_read() -> None:
    (one,) = from_csv("\ufeffid;text;kind;gold\r\na;does it heal, ever?;answer;It does.\r\n;;;\r\n")
    assert (one.text, one.gold) == ("does it heal, ever?", ("It does.",))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("id,texts\na,b", "not texts"),
        ("id,text,kind\na,b,perhaps", "line 2: 'kind' is 'perhaps'"),
        ("id,text,kind\na,b,answer\na,c,answer", "'a' occurs twice"),
        ("id,text,kind\na,b,answer,c", "more cells than columns"),
        ("id,text,kind,history\na,b,answer,somebody: hi", "neither reader nor bot"),
        ("id,text,kind,history\na,b,answer,bot: hi", "without one of the reader"),
        ('id,text,kind,gold\na,b,answer,"[1"', "line 2"),
    ],
)
def test_what_is_wrong_is_said(text: str, reason: str) -> None:
    with pytest.raises(InputError, match=r".") as caught:
        from_csv(text)
    assert reason in str(caught.value)
