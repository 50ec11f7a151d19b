from __future__ import annotations

from pathlib import Path

import pytest

from bot.knowledge.questions import marked_as_question, read_questions


@pytest.mark.parametrize("text", ["what is a tendon", "so how long", "does it swell ", "Is ice good"])
def test_a_question_gets_the_mark_it_lacks(text: str) -> None:
    assert marked_as_question(text) == f"{text.strip()}?"


@pytest.mark.parametrize("text", ["what is a tendon?", "It swells", "tendon pain", "how odd!", "is it so? yes.", ""])
def test_what_has_a_mark_or_is_no_question_stays(text: str) -> None:
    assert marked_as_question(text) == text


def test_an_editors_question_is_read_with_the_mark_a_readers_gets(tmp_path: Path) -> None:
    path = tmp_path / "knee.questions.yaml"
    path.write_text("- sentence: Rest helps.\n  asked: [does  rest help, rest and knee]\n", encoding="utf-8")
    assert read_questions(path) == {"Rest helps.": ("does rest help?", "rest and knee")}
