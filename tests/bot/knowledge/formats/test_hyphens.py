import pytest

from bot.knowledge.formats.hyphens import Hyphens


@pytest.mark.parametrize(
    ("above", "below", "elsewhere", "joined"),
    [
        ("it needs rehabili-", "tation.", "", "it needs rehabilitation."),
        ("it needs rehabili-", "tation.", "Rehabilitation", "it needs rehabilitation."),
        ("a long-", "term plan", "a long word, a term", "a long-term plan"),
        ("a long-", "term plan", "long-term", "a long-term plan"),
        ("a knee-", "cap", "the kneecap, a knee, a cap", "a kneecap"),
        ("the X-", "Ray", "", "the X-Ray"),
        ("from 5-", "10 days", "", "from 5- 10 days"),
        ("pain -", "Rest", "", "pain - Rest"),
        ("soft\u00ad", "ware", "", "software"),
        ("no hyphen", "here", "", "no hyphen here"),
    ],
)
def test_join(above: str, below: str, elsewhere: str, joined: str) -> None:
    assert Hyphens([above, below, elsewhere]).join(above, below) == joined


def test_a_document_that_breaks_no_words_keeps_the_hyphens_it_says_nothing_about() -> None:
    lines = ["a long-", "term plan, long-term", "a whole-", "chain view"]
    assert Hyphens(lines).join("a whole-", "chain view") == "a whole-chain view"
    lines = ["rehabili-", "tation, rehabilitation", "exer-", "cise"]
    assert Hyphens(lines).join("exer-", "cise") == "exercise"


def test_a_single_hyphen_among_many_lines_is_a_compounds() -> None:
    assert Hyphens(["a whole-", "chain view", *["no hyphen here"] * 100]).join("whole-", "chain") == "whole-chain"
