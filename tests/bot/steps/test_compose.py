from __future__ import annotations

from collections.abc import Generator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.steps.compose import compose, draft, prompt
from bot.steps.evidence import Citer, Evidence, marked
from bot.types import Passage, Turn


def evidence(*texts: str) -> list[Evidence]:
    passage = Passage("g:1", "g", ("Rest",), " ".join(texts), 0, 100, 20)
    return [Evidence(passage, n * 10, n * 10 + 5, text) for n, text in enumerate(texts)]


class Writer:
    """A model that writes one text in pieces of a given size."""

    name = "writer"

    def __init__(self, text: str, size: int) -> None:
        self.text, self.size, self.closed = text, size, False

    def stream(self, system: str, turns: Sequence[Turn], *, max_tokens: int = 256) -> Generator[str, None, None]:
        try:
            for first in range(0, len(self.text), self.size):
                yield self.text[first : first + self.size]
        finally:
            self.closed = True

    def p_yes(self, system: str, turns: Sequence[Turn]) -> float:
        raise AssertionError("composing does not judge")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Rest helps. [1] Move too. [2]", [("Rest helps.", [0]), ("Move too.", [1])]),
        ("Rest helps [1]. Move too [2].", [("Rest helps.", [0]), ("Move too.", [1])]),
        ("Rest helps. [1][2]", [("Rest helps.", [0, 1])]),
        ("Rest helps. [1, 2]", [("Rest helps.", [0, 1])]),
        ("Rest helps. [1] [2] Move.", [("Rest helps.", [0, 1]), ("Move.", [])]),
        ("Rest helps. [9]", [("Rest helps.", [])]),
        ("Rest helps.\n[1]\nMove too. [2]", [("Rest helps.", [0]), ("Move too.", [1])]),
        ("Yes, rest helps. [1] No, move too. [2]", [("Rest helps.", [0]), ("Move too.", [1])]),
        ("No rest helps. [1] Yes. [2]", [("No rest helps.", [0]), ("Yes.", [1])]),
        ("It takes 4.5 days, e.g. at most. [1]", [("It takes 4.5 days, e.g. at most.", [0])]),
    ],
)
def test_sentences_keep_the_markers_behind_them(written: str, expected: list[tuple[str, list[int]]], size: int) -> None:
    numbered = evidence("Rest helps most people.", "Moving is good.")
    drafts = list(compose("Q?", numbered, Writer(written, size)))
    assert [(d.text, [numbered.index(e) for e in d.cited]) for d in drafts] == expected


def test_closing_stops_the_model() -> None:
    writer = Writer("One. [1] Two. [1] Three. [1]", 4)
    drafts = compose("Q?", evidence("One."), writer)
    next(drafts)
    drafts.close()
    assert writer.closed


@given(st.text(alphabet="ab .[]0123,?\n", max_size=80))
def test_any_writing_can_be_read(written: str) -> None:
    numbered = evidence("One.", "Two.")
    for found in compose("Q?", numbered, Writer(written, 5)):
        assert set(found.cited) <= set(numbered)


def test_a_draft_loses_its_markers() -> None:
    found = draft("Rest for two to three days [2] [1].", evidence("a", "b"))
    assert found.text == "Rest for two to three days."
    assert len(found.cited) == 2


def test_citations_are_numbered_as_they_are_shown() -> None:
    citer = Citer(lambda guide_id: None)
    first, second = evidence("a", "b")
    assert [citer.cite(second).n, citer.cite(first).n, citer.cite(second).n] == [1, 2, 1]
    assert [c.quote for c in citer.citations] == ["b", "a"]
    assert marked("Rest.", citer.citations) == "Rest. [1] [2]"


@pytest.mark.parametrize("name", ["compose", "judge"])
def test_prompts_are_there(name: str) -> None:
    assert len(prompt(name)) > 100
