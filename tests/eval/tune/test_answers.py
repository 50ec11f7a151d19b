"""What the reader of questions is taught: the likelihood of what answers, of nowhere where nothing does."""

from __future__ import annotations

import pytest
import torch

from bot.types import Question
from eval.tune.answers import _loss
from eval.tune.lessons import Lesson

LOGITS, NONE = torch.tensor([2.0, 0.0, 0.0]), torch.tensor(0.0)
ALL_THERE = torch.zeros(3, dtype=torch.bool)


def loss(answers: tuple[int, ...] | None, lacking: torch.Tensor = ALL_THERE) -> float | None:
    found = _loss(LOGITS, NONE, Lesson(Question("q"), answers), lacking)
    return None if found is None else float(found)


def test_the_likelier_the_answer_the_smaller_the_loss() -> None:
    right, wrong, nowhere = loss((0,)), loss((1,)), loss(())
    assert right is not None
    assert wrong is not None
    assert right < wrong
    assert wrong == pytest.approx(nowhere)


def test_any_of_several_answers_will_do() -> None:
    both, one = loss((0, 1)), loss((0,))
    assert both is not None
    assert one is not None
    assert both < one


def test_what_only_a_lacking_sentence_answers_is_answered_nowhere() -> None:
    lacking = torch.tensor([True, False, False])
    assert loss((0,), lacking) == pytest.approx(loss((), lacking))
    assert loss((0, 1), lacking) == pytest.approx(loss((1,), lacking))


def test_some_unnamed_sentence_answers() -> None:
    somewhere, nowhere = loss(None), loss(())
    assert somewhere is not None
    assert nowhere is not None
    assert somewhere < nowhere
    assert loss(None, torch.tensor([False, False, True])) is None  # it might be the one that lacks
