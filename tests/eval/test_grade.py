from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.errors import LLMError, LLMUnavailable, LLMUnclear
from eval.cases import SupportPair
from eval.grade import Grader
from eval.judge import Judge
from eval.reply import Reply, Said
from tests.eval.results import answered, case, reply
from tests.fakes import ScriptedLLM
from tests.hashing import HashingEmbeddings


def grader(judge: object = None, nearest: Sequence[str] = ()) -> Grader:
    chosen = judge or Judge.none()
    return Grader(chosen, HashingEmbeddings(), lambda text: len(text.split()), lambda claim: nearest)  # type: ignore[arg-type]


def test_what_is_quoted_needs_no_judge() -> None:
    said = (Said("Of our own."), Said("It helps most people.", ("It helps most people.",)))
    grades = grader().grade(case(), answered("Of our own. It helps most people. [1]", said=said), None)
    assert [(v.text, v.supported) for v in grades.support] == [("It helps most people.", True)]
    assert (grades.tokens, grades.relevant) == (7, None)
    assert grades.relevancy is not None


def test_a_paraphrase_is_judged_and_without_a_judge_unscored() -> None:
    paraphrased = answered(said=(Said("It is of help to most people.", ("It helps most people.",)),))
    (judged,) = grader(lambda evidence, claim: 0.95).grade(case(), paraphrased, None).support
    assert (judged.supported, judged.probability) == (True, 0.95)
    (refused,) = grader(lambda evidence, claim: 0.1).grade(case(), paraphrased, None).support
    assert refused.supported is False
    (unscored,) = grader().grade(case(), paraphrased, None).support
    assert unscored.supported is None


def test_an_unreadable_grade_is_unscored() -> None:
    def unclear(evidence: str, claim: str) -> float:
        raise LLMUnclear("neither Yes nor No")

    paraphrased = answered(said=(Said("It is of help to most people.", ("It helps most people.",)),))
    (verdict,) = grader(unclear).grade(case(), paraphrased, None).support
    assert (verdict.supported, verdict.reason) == (None, "unscored: neither Yes nor No")


def test_text_without_citations_is_held_against_the_nearest_sentences() -> None:
    text = "It helps most people. It cures everyone."
    found = grader(nearest=["It helps most people."]).grade(case(), reply("answer", text=text), None)
    assert [v.supported for v in found.support] == [True, False]


def test_only_answers_claim_something() -> None:
    abstained = reply("abstain", "unsupported", said=(Said("nearest", ("nearest",)),))
    assert grader().grade(case(), abstained, None).support == ()
    assert grader().grade(case(), Reply("error"), ["x"]).tokens is None


def test_relevant_passages_of_the_index_are_counted() -> None:
    grades = grader().grade(case(gold=("It helps.",)), answered(), ["x It helps. y", "It\nhelps.", "no"])
    assert grades.relevant == 2


def test_a_pair_is_checked_like_a_composed_sentence() -> None:
    altered = SupportPair("p", ("It takes 4 weeks.",), "It takes 6 weeks.", False, "number")
    verdict = grader(lambda evidence, claim: 1.0).pair(altered)
    assert verdict.supported is False  # the number, whatever the judge thinks


def test_the_judge_keeps_its_grades(tmp_path: Path) -> None:
    llm = ScriptedLLM(judgements=[0.8])
    assert Judge(lambda: llm, tmp_path)("evidence", "claim") == 0.8
    (kept,) = tmp_path.iterdir()
    with kept.open("a", encoding="utf-8") as cut:
        cut.write('["evidence", "cl')  # as a killed run leaves it
    again = Judge(lambda: pytest.fail("asked again"), tmp_path)
    assert again("evidence", "claim") == 0.8
    assert json.loads(kept.read_text(encoding="utf-8").splitlines()[0]) == ["evidence", "claim", 0.8]


def test_an_unreadable_grade_is_not_kept(tmp_path: Path) -> None:
    judge = Judge(lambda: ScriptedLLM(judgements=[LLMUnclear("?"), 0.4]), tmp_path)
    with pytest.raises(LLMError):
        judge("evidence", "claim")
    with pytest.raises(LLMUnavailable):
        Judge.none()("evidence", "claim")
    assert judge("evidence", "claim") == 0.4
