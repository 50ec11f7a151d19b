"""The examples: every class there, nothing twice, and nothing that a suite asks."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from rapidfuzz import fuzz, process

from bot.safety.examples import BESIDE, HARMLESS, examples, labelled
from bot.safety.text import words

SUITES = Path(__file__).resolve().parents[3] / "eval" / "suites"
LONG = 5  # words; shorter ones ("thank you", "I can't breathe") are bound to be said twice
NEAR = 90.0  # per cent alike, letter by letter, beyond which two messages count as one


def _asked() -> list[str]:
    lines = [line for path in SUITES.rglob("*.jsonl") for line in path.read_text(encoding="utf-8").splitlines()]
    texts = [str(item["text"]) for item in map(json.loads, lines) if "text" in item]
    return sorted({plain for text in texts if len((plain := _plain(text)).split()) >= LONG})


def _plain(text: str) -> str:
    return " ".join(words(text)) or text


@pytest.mark.parametrize("head", ["alarm", "foreign", "router"])
def test_no_example_is_a_suite_message(head: str) -> None:
    mine = [(text, _plain(text)) for group in examples(head).values() for text in group]
    alike = process.cdist([plain for _, plain in mine], _asked(), scorer=fuzz.ratio, score_cutoff=NEAR, dtype=np.uint8)
    assert [mine[row][0] for row in np.flatnonzero(alike.max(axis=1))] == []


@pytest.mark.parametrize("head", ["alarm", "foreign", "router"])
def test_every_class_has_examples_and_none_twice(head: str) -> None:
    groups = examples(head)
    assert HARMLESS[head] in groups
    assert all(len(group) >= 50 for group in groups.values())
    texts = [text for group in groups.values() for text in group]
    assert len(set(texts)) == len(texts)
    assert all(text.strip() for text in texts)


def test_alarm_head_learns_that_other_questions_are_harmless() -> None:
    texts, labels, counts = labelled("alarm", ["does the guide say this"])
    where = texts.index("does the guide say this")
    assert labels[where] == "none"
    assert counts[where] == BESIDE
    assert set(examples("router")["medication"]) <= set(texts)
    assert len(set(texts)) == len(texts)
