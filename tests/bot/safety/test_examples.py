"""The examples: every class there, nothing twice, and nothing that a suite asks."""

from __future__ import annotations

import pytest

from bot.safety.examples import BESIDE, HARMLESS, examples, labelled
from tests.alike import LONG, alike


@pytest.mark.parametrize("head", ["alarm", "foreign", "router"])
def test_no_example_is_a_suite_message(head: str) -> None:
    texts = [text for group in examples(head).values() for text in group]
    assert [text for split in ("dev", "test") for text in alike(texts, split, least=LONG)] == []


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
