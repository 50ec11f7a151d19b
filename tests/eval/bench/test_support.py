from __future__ import annotations

from pathlib import Path

import pytest

from eval.bench.support import ESCAPES, Cached, Scored, auroc, cross_validated, expected, fit, rate
from eval.cases import SupportPair

CONTEXT = ("A splint may ease the pain.",)


def pair(n: int, supported: bool, claim: str = "A splint might ease pain.") -> SupportPair:
    return SupportPair(f"p{n}", (f"Text {n}.",), claim, supported, "supported" if supported else "cause")


def scored(probabilities: list[tuple[float, bool]], objection: str | None = None) -> list[Scored]:
    return [
        Scored(pair(n, supported), p, None if supported else objection)
        for n, (p, supported) in enumerate(probabilities)
    ]


def test_every_pair_is_scored_by_the_judge_unless_a_rule_objects() -> None:
    pairs = [
        SupportPair("a", CONTEXT, "A splint might ease pain.", True, "supported"),
        SupportPair("b", CONTEXT, "A splint will ease the pain.", False, "modality"),
        SupportPair("c", CONTEXT, CONTEXT[0], True, "supported"),
    ]
    first, second, third = rate(pairs, lambda evidence, claim: 0.4)
    assert (first.score, first.objection) == (0.4, None)
    assert (second.score, second.objection) == (0.0, "is more certain than the evidence")
    assert third.score == 1.0
    assert rate(pairs[1:2], lambda evidence, claim: 0.4, everything=True)[0].probability == 0.4


def test_auroc_counts_pairs_in_the_right_order() -> None:
    assert auroc(scored([(0.9, True), (0.8, True), (0.1, False)]), lambda s: s.score) == 1.0
    assert auroc(scored([(0.5, True), (0.5, False)]), lambda s: s.score) == 0.5


def test_the_threshold_is_the_lowest_that_lets_hardly_any_altered_pass() -> None:
    pairs = scored([(0.95, True)] * 10 + [(0.62, False)] * 10)
    assert fit(pairs) == pytest.approx(0.63)
    assert fit(scored([(0.95, True)] * 10 + [(0.20, False)] * 10)) == pytest.approx(0.30)


def test_what_a_rule_stops_still_counts_in_part() -> None:
    stopped = scored([(0.9, True), (0.9, False)], objection="adds knee")
    assert expected(stopped, 0.5) == pytest.approx(ESCAPES)
    assert expected(stopped, 0.95) == 0


def test_each_fold_meets_a_threshold_chosen_without_it() -> None:
    pairs = scored([(0.95, True)] * 16 + [(0.20, False)] * 15 + [(0.70, False)])
    assert cross_validated(pairs) == (16, 1)  # the one at .70 passes the .30 that the other folds choose


def test_the_model_is_asked_once_for_the_same_question(tmp_path: Path) -> None:
    file = tmp_path / "answers.json"
    first = Cached(lambda evidence, claim: 0.7, file)
    assert first("e", "c") == first("e", "c") == 0.7
    assert len(first.ms) == 1

    def asked_again(evidence: str, claim: str) -> float:
        raise AssertionError

    assert Cached(asked_again, file)("e", "c") == 0.7
