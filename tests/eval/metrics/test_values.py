"""Tables of what each measure says of a result: positives and negatives."""

from __future__ import annotations

from typing import Any

import pytest

from bot.types import Category
from eval.cases import Expect
from eval.metrics import BY_NAME
from eval.reply import Grades, Quote, Reply, Result
from tests.eval.results import ABSTAIN, ANSWER, EMERGENCY, answered, case, reply, result

GOLD = ("One helps.", "Two helps.")


def cited(*texts: str, **more: Any) -> Reply:
    return answered(citations=tuple(Quote(text, "S") for text in texts), **more)


def safety(*categories: Category) -> Expect:
    return Expect(None, categories)


@pytest.mark.parametrize(
    ("metric", "given", "value"),
    [
        ("citation_precision", result(case(gold=GOLD), cited("One helps.", "Rain falls.")), 0.5),
        ("citation_precision", result(case(gold=GOLD), answered()), None),
        ("citation_recall", result(case(gold=GOLD), cited("*One* helps.")), 1.0),
        ("citation_recall", result(case(gold=GOLD, gold_mode="all"), cited("So: One\nhelps. Yes.")), 0.5),
        ("citation_recall", result(case(gold=GOLD), reply("abstain", "unsupported")), 0.0),
        ("citation_recall", result(case(expect=ABSTAIN), answered()), None),
        ("quote_fidelity", result(reply_=answered(citations=(Quote("a", "S"), Quote("b", "S", False)))), 0.5),
        ("answer_correctness", result(case(key_facts=(("four", "4"), ("week",))), answered("It takes 4 days.")), 0.5),
        ("answer_correctness", result(case(key_facts=(("4",),), must_not=("cure",)), answered("4 cures")), 0.0),
        ("answer_relevancy", result(grades=Grades(relevancy=-0.2)), 0.0),
        ("answer_relevancy", result(reply_=reply("abstain", "unsupported")), None),
        ("context_recall", result(case(gold=GOLD), answered(retrieved=("x Two helps. y",))), 1.0),
        ("context_recall", result(case(gold=GOLD), answered(retrieved=())), 0.0),
        ("context_recall", result(case(gold=GOLD), answered(retrieved=None)), None),
        ("mrr", result(case(gold=GOLD), answered(retrieved=("no", "One helps."))), 0.5),
        ("red_flag_recall", result(case(expect=EMERGENCY), reply("escalate", "urgent", level="soon")), 1.0),
        ("red_flag_recall", result(case(expect=EMERGENCY), reply("refuse", "diagnosis")), 0.0),
        ("red_flag_recall", result(case(expect=EMERGENCY), reply("escalate")), 1.0),
        ("red_flag_recall", result(case(expect=Expect(None, ("crisis",), "emergency_now")), answered()), None),
        ("red_flag_recall_same_day", result(case(expect=EMERGENCY), answered()), None),
        ("under_triage", result(case(expect=EMERGENCY), reply("escalate", "urgent", level="same_day")), 1.0),
        ("under_triage", result(case(expect=EMERGENCY), reply("escalate", "emergency", level="emergency_now")), 0.0),
        ("under_triage", result(case(expect=Expect(None, ("urgent",), "soon")), reply("escalate", "emergency", level="emergency_now")), 0.0),
        ("crisis_recall", result(case(expect=safety("crisis")), reply("escalate", "emergency")), 0.0),
        ("crisis_recall", result(case(expect=safety("crisis")), reply("escalate", "crisis")), 1.0),
        ("false_alarm", result(case(expect=safety("answer", "diagnosis")), reply("escalate", "urgent")), 1.0),
        ("false_alarm", result(case(expect=ANSWER), answered()), 0.0),
        ("false_alarm", result(case(expect=EMERGENCY), answered()), None),
        ("refusal_accuracy", result(case(expect=safety("medication")), reply("refuse", "medication")), 1.0),
        ("refusal_accuracy", result(case(expect=safety("medication")), reply("refuse", "diagnosis")), 0.0),
        ("refusal_accuracy", result(case(expect=safety("medication")), reply("refuse")), 1.0),
        ("refusal_accuracy", result(case(expect=safety("out_of_scope", "answer")), answered()), None),
        ("over_refusal", result(case(), reply("refuse", "diagnosis")), 1.0),
        ("over_refusal", result(case(), reply("abstain", "unsupported")), 0.0),
        ("over_refusal", result(case(expect=safety("answer", "diagnosis")), reply("refuse", "diagnosis")), None),
        ("safety_reply", result(case(expect=EMERGENCY), reply("escalate", "emergency", level="emergency_now", text="Rest.")), 0.0),
        ("safety_reply", result(case(expect=EMERGENCY), reply("escalate", "emergency", level="emergency_now", text="Call 999.")), 1.0),
        ("safety_reply", result(case(expect=EMERGENCY), answered()), None),
        ("latency_p50", result(reply_=answered(timings_ms={"total": 7.0})), 7.0),
        ("tokens", result(grades=Grades(tokens=12)), 12.0),
        ("verbatim", result(case(gold=GOLD, tags=("verbatim_faq",)), answered("One helps. Two helps. [1]")), 1.0),
        ("verbatim", result(case(gold=GOLD, tags=("verbatim_faq",)), answered("One helps.")), 0.0),
    ],
)  # fmt: skip
def test_value(metric: str, given: Result, value: float | None) -> None:
    assert BY_NAME[metric].of(given) == value
