from __future__ import annotations

import pytest

from bot.safety.ground import MOST_CITED, Support, check_support, threshold

WRIST = "A sprained wrist usually heals within two to six weeks."
SPLINT = "A splint may ease the pain at night."
COLD = "Cold makes stiff fingers worse."


class Judge:
    """Answers from a table of evidence; everything else is a no."""

    def __init__(self, *stated: str, p: float = 1.0) -> None:
        self.stated, self.p = stated, p
        self.asked: list[str] = []

    def __call__(self, evidence: str, claim: str) -> float:
        self.asked.append(evidence)
        return self.p if evidence in self.stated else 0.0


def never(evidence: str, claim: str) -> float:
    raise AssertionError("the judge is not needed")


def test_a_sentence_without_citation_is_not_shown() -> None:
    assert check_support(WRIST, [], never) == Support(False, "cites nothing")


def test_a_sentence_word_for_word_needs_no_judge_and_cites_where_it_stands() -> None:
    assert check_support("a sprained wrist usually heals within two to six weeks", [SPLINT, WRIST], None) == Support(
        True, "word for word", (1,)
    )


def test_part_of_a_sentence_is_not_word_for_word() -> None:
    assert not check_support("A splint may ease the pain.", [SPLINT], None).supported


def test_without_a_judge_nothing_else_passes() -> None:
    support = check_support("Wrist sprains usually take two to six weeks to heal.", [WRIST], None)
    assert support == Support(False, "not word for word, and there is no judge")


def test_what_a_rule_stops_is_not_put_to_the_judge() -> None:
    support = check_support("A sprained wrist usually heals within ten weeks.", [WRIST], never)
    assert support == Support(False, "adds the quantity 10 week")


@pytest.mark.parametrize(("above", "supported"), [(0.0, True), (-0.01, False)])
def test_the_judge_must_reach_the_threshold(above: float, supported: bool) -> None:
    judge = Judge(WRIST, p=threshold() + above)
    assert check_support("Wrist sprains usually take two to six weeks to heal.", [WRIST], judge).supported is supported


def test_a_neighbour_is_not_cited() -> None:
    judge = Judge(WRIST, f"{SPLINT} {WRIST} {COLD}")
    support = check_support("Wrist sprains usually heal in two to six weeks.", [SPLINT, WRIST, COLD], judge)
    assert support == Support(True, "judged", (1,))
    assert judge.asked == [WRIST]


def test_two_sentences_are_cited_where_both_are_needed() -> None:
    judge = Judge(f"{WRIST} {SPLINT}")
    claim = "Wrist sprains usually heal within two to six weeks, and a splint may ease the pain at night."
    support = check_support(claim, [WRIST, COLD, SPLINT], judge)
    assert support == Support(True, "judged", (0, 2))


def test_the_judge_is_asked_twice_at_most() -> None:
    judge = Judge()
    support = check_support("Cold fingers and a sprained wrist may hurt.", [WRIST, SPLINT, COLD, "More."], judge)
    assert not support.supported
    assert len(judge.asked) <= 2


def test_a_sentence_that_needs_too_many_citations_is_dropped() -> None:
    cited = ["The wrist hurts.", "The hip hurts.", "The neck hurts.", "The heel hurts."]
    assert len(cited) > MOST_CITED
    support = check_support("The wrist, the hip, the neck and the heel hurt.", cited, never)
    assert support == Support(False, f"needs more than {MOST_CITED} citations")


def test_what_the_guide_is_about_needs_no_naming() -> None:
    judge = Judge("It may feel stiff.")
    assert not check_support("The wrist may feel stiff.", ["It may feel stiff."], judge).supported
    assert check_support("The wrist may feel stiff.", ["It may feel stiff."], judge, topic="Wrist pain").supported


@pytest.mark.parametrize(
    ("question", "supported"),
    [
        ("how long does a sprained wrist take", True),
        ("my kettle whistles, how long does a wrist take", False),
        ("does a kettle help", True),  # one word of the reader's may be a lay word for one of the guide's
        ("", True),
    ],
)
def test_a_claim_that_repeats_the_reader_is_not_shown(question: str, supported: bool) -> None:
    claim = "Kettles whistle, and wrist sprains usually heal in two to six weeks."
    assert check_support(claim, [WRIST], Judge(WRIST), question=question).supported is supported
