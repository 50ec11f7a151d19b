from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from bot.settings import load_settings
from bot.steps.gate import Gate, Weights, shipped_weights
from bot.steps.told import Told
from bot.types import Passage, Question
from eval.bench.setup import fresh_bot
from tests.bot.steps.guide import hits, passage
from tests.hashing import HashingEmbeddings

ENCODER = HashingEmbeddings()
TOLD = Told.train(
    ENCODER.encode(["should stretching be gentle", "does it help", "which brand of brace", "what does it cost"]),
    np.array([True, True, False, False]),
)
STRETCH = passage("g:1", ["Stretching should feel gentle.", "It may reduce tension."])
OTHER = passage("h:1", ["Shoulder exercises need patience."], guide="h")


def gate(*passages: Passage, weights: Weights | None = None) -> Gate:
    def of(guide: str) -> Sequence[Passage]:
        return [one for one in passages if one.guide_id == guide]

    return Gate(ENCODER, TOLD, of, weights)


def test_nothing_retrieved_is_an_abstention_without_a_nearest_fact() -> None:
    decision = gate().decide("should stretching be gentle", [])
    assert (decision.answerable, decision.evidence, decision.nearest) == (False, (), None)


def test_evidence_keeps_the_order_of_retrieval_and_is_at_most_five() -> None:
    many = passage("g:1", [f"Sentence number {n}." for n in range(7)])
    decision = gate(many).decide("number", hits(many))
    assert [item.text for item in decision.evidence] == [f"Sentence number {n}." for n in range(5)]
    assert decision.nearest is decision.evidence[0]


def test_a_faq_answer_is_one_piece_of_evidence() -> None:
    faq = passage("g:2", ["Not always.", "It can come from elsewhere."], faq="Is it the same?")
    decision = gate(faq, STRETCH).decide("is it the same", hits(faq, STRETCH))
    assert decision.evidence[0].text == "Not always. It can come from elsewhere."
    assert len(decision.evidence) == 3


@pytest.mark.parametrize(("threshold", "answerable"), [(0.0, True), (1.0, False)])
def test_the_threshold_decides(threshold: float, answerable: bool) -> None:
    weights = Weights({"told": 1.0}, 0.0, threshold)
    decision = gate(STRETCH, weights=weights).decide("should stretching be gentle", hits(STRETCH))
    assert decision.answerable is answerable
    assert 0 < decision.score < 1


@pytest.mark.parametrize(
    ("feature", "weight", "better", "worse"),
    [
        ("covered", 5.0, "should stretching be gentle", "patience"),
        ("told", 5.0, "should stretching be gentle", "which brand of brace"),
    ],
)
def test_each_feature_points_the_right_way(feature: str, weight: float, better: str, worse: str) -> None:
    judge = gate(STRETCH, weights=Weights({feature: weight}, 0.0, 0.5))
    assert judge.decide(better, hits(STRETCH)).score > judge.decide(worse, hits(STRETCH)).score


def test_one_guide_must_answer_alone() -> None:
    """Half of the words in one guide and half in another is no answer."""
    judge = gate(STRETCH, OTHER, weights=Weights({"covered": 1.0}, 0.0, 0.5))
    features = judge.features("gentle shoulder", [*hits(OTHER), *hits(STRETCH)])
    assert len(features) == 2
    assert all(0 < each["covered"] < 1 for each in features)


@pytest.mark.parametrize(("asked", "answerable"), [(0.99, True), (0.9, False)])
def test_a_question_an_editor_wrote_down_is_answered(asked: float, answerable: bool) -> None:
    judge = gate(STRETCH, weights=Weights({"told": 1.0}, -9.0, 0.5))
    assert judge.decide("popliteus", hits(STRETCH, asked=asked)).answerable is answerable


def test_the_callers_vectors_are_used_instead_of_embedding_again() -> None:
    vectors = ENCODER.encode(["should stretching be gentle"])
    ENCODER.encoded.clear()
    judge = gate(STRETCH)
    assert judge.decide("should stretching be gentle", hits(STRETCH), None, vectors).score > 0
    assert ENCODER.encoded == []


def test_the_shipped_weights_name_the_features_there_are() -> None:
    weights = shipped_weights()
    assert set(weights.features) == set(gate(STRETCH).features("gentle", hits(STRETCH))[0])
    assert 0 < weights.threshold < 1


@pytest.mark.real
def test_near_misses_abstain_and_questions_the_guide_answers_pass() -> None:
    answered = ["Is foam rolling of any use?", "what makes the pain worse", "must the exercises be painless"]
    missed = ["Which foam roller brand lasts longest?", "what is the job of the soleus", "price of a knee operation"]
    with fresh_bot(load_settings().corpus_dir) as bot:
        judge = bot.path.gate
        found = [bot.retriever.search(bot.path.query(Question(q)), 4, 8) for q in (*answered, *missed)]
        asked = zip((*answered, *missed), found, strict=True)
        decided = [judge.decide(question, hits.sentences).answerable for question, hits in asked]
    assert decided == [True, True, True, False, False, False]
