"""The way on that an alarm's reply names is one: what it tells a reader to write ends the alarm, and nothing less does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.app import Bot
from bot.settings import load_settings
from bot.types import Question, Turn
from bot.web.strings import languages, strings

ALARM = "my knee is red, hot and swollen and I have a fever"
NEXT = "How long does recovery take?"


def quoted() -> str:
    """What the English words tell a reader to write."""
    found = re.search("“(.*)”", strings()["seen_to"])
    assert found
    return found[1]


def test_every_language_names_the_same_words() -> None:
    named = quoted()
    assert all(named in strings(one)["seen_to"] for one in languages())


@pytest.mark.real
def test_the_words_end_the_alarm(tmp_path: Path) -> None:
    said = quoted()
    bot = Bot(load_settings(data_dir=tmp_path), extractive=True)
    bot.ingest()
    try:
        alarm = (Turn("user", ALARM), Turn("assistant", "Call."))
        assert bot.answer(Question(ALARM)).kind == "escalate"
        assert bot.answer(Question(NEXT, alarm)).kind == "escalate"
        assert bot.answer(Question(said, alarm)).kind != "escalate"
        seen_to = (*alarm, Turn("user", said), Turn("assistant", "Good."))
        assert bot.answer(Question(NEXT, seen_to)).kind == "answer"
    finally:
        bot.close()
