from __future__ import annotations

from bot.steps.evidence import Evidence
from bot.steps.quote import MAX_SENTENCES, quoted
from tests.bot.steps.guide import passage

TEXTS = ["Rest is rarely needed.", "Walking helps.", "Shoes matter.", "Sleep helps too."]


def evidence(*scores: float) -> list[Evidence]:
    """One piece of evidence a score, best first, in the order of TEXTS."""
    one = passage("p", TEXTS)
    return [
        Evidence(one, sentence.start, sentence.end, sentence.text, score=score)
        for sentence, score in zip(one.sentences, scores, strict=False)
    ]


def test_only_what_is_nearly_as_good_as_the_best_joins_it() -> None:
    assert [item.text for item in quoted(evidence(0.6, 0.3, 0.05))] == TEXTS[:2]


def test_no_more_than_the_limit_and_in_the_guides_order() -> None:
    best_last = sorted(evidence(0.7, 0.8, 0.9, 1.0), key=lambda item: -item.score)
    assert [item.text for item in quoted(best_last)] == TEXTS[-MAX_SENTENCES:]


def test_after_something_was_said_the_best_of_the_rest_is_quoted_too() -> None:
    found = evidence(0.9, 0.05, 0.004)
    assert [item.text for item in quoted(found)] == TEXTS[:1]
    assert [item.text for item in quoted(found, said="rest is rarely needed [1]")] == TEXTS[:2]
