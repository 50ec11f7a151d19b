"""What the heads say of a message, and what is remembered of it."""

from __future__ import annotations

import math

import pytest

from bot.knowledge.adapter import shipped
from bot.safety.classify import READER, Classifier
from bot.safety.examples import READ, examples, fingerprint
from bot.safety.foreign import ForeignHead
from bot.safety.guard import Guard
from tests.bot.safety.conftest import ScriptedHeads

ZEBRA = {"zebra": {"alarm": "emergency", "router": "diagnosis"}}
FOREIGN = ForeignHead(None)


def test_probabilities_of_a_head_sum_to_one(guard: Guard) -> None:
    (opinion,) = Classifier(ScriptedHeads(ZEBRA), FOREIGN).opinions([guard._read("the zebra is in the fridge")])
    assert sum(opinion.alarm.values()) == pytest.approx(1)
    assert sum(opinion.router.values()) == pytest.approx(1)
    assert max(opinion.alarm, key=lambda name: opinion.alarm[name]) == "emergency"
    assert max(opinion.router, key=lambda name: opinion.router[name]) == "diagnosis"


def test_danger_is_the_log_odds_of_any_danger(guard: Guard) -> None:
    calm, wild = Classifier(ScriptedHeads(ZEBRA), FOREIGN).opinions([guard._read("a walk"), guard._read("a zebra")])
    assert calm.danger == pytest.approx(math.log((1 - calm.alarm["none"]) / calm.alarm["none"]))
    assert calm.danger < 0 < wild.danger


def test_danger_stays_finite_however_sure_a_head_is(guard: Guard) -> None:
    calm, wild = Classifier(ScriptedHeads(ZEBRA, sure=1e6), FOREIGN).opinions(
        [guard._read("a walk"), guard._read("a zebra")]
    )
    assert math.isfinite(calm.danger)
    assert math.isfinite(wild.danger)


def test_what_ships_was_taught_by_the_examples_there_are() -> None:
    adapter = shipped("bot.safety", READER)
    assert adapter.about["examples"] == fingerprint()
    assert {head: set(adapter.heads[head].classes) for head in READ} == {head: set(examples(head)) for head in READ}


def test_opinions_are_remembered_by_digest_and_not_by_text(guard: Guard) -> None:
    heads = ScriptedHeads(ZEBRA)
    classifier, reading = Classifier(heads, FOREIGN), guard._read("my very private words")
    assert classifier.opinions([reading]) == classifier.opinions([reading])
    assert heads.seen == ["my very private words"]
    assert "private" not in repr(classifier._known)


def test_what_is_remembered_does_not_grow_without_end(guard: Guard) -> None:
    classifier = Classifier(ScriptedHeads({}), FOREIGN)
    for number in range(600):
        classifier.opinions([guard._read(f"message {number}")])
    assert len(classifier._known) == 512
