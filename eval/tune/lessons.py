"""What the reader of questions learns from: guides on a shelf, each with questions and the sentences that answer them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from bot.knowledge.catalog import Catalog
from bot.knowledge.markup import bare
from bot.knowledge.retrieve import context
from bot.steps.told import guide_examples
from bot.types import Question
from eval.bench.setup import fresh_bot
from eval.cases import Case
from eval.guides import labelled_guides, suite_cases

SUITES = ("faq", "follow_ups", "unanswerable", "false_premises")
PREMISE = "false_premise"  # the tag of a case that takes for granted what the guide contradicts


@dataclass(frozen=True, slots=True)
class Lesson:
    """A question, and the places of the sentences that answer it: none if the guide does not, None if nobody said which.

    `premise` says that it takes for granted what the guide contradicts.
    """

    question: Question
    answers: tuple[int, ...] | None
    premise: bool = False

    @property
    def text(self) -> str:
        """The message."""
        return self.question.text


@dataclass(frozen=True, slots=True)
class Shelf:
    """A guide's sentences as vectors (n, 384), and what is asked of it."""

    name: str
    vectors: torch.Tensor
    lessons: tuple[Lesson, ...]


def shelves() -> Iterator[Shelf]:
    """The shipped guide first, then the small ones."""
    cases = [case for _, case in suite_cases(SUITES, "train")]
    yield _shelf("shipped", None, cases, own=True)
    for folder, asked in labelled_guides("train"):
        yield _shelf(folder.name, folder, asked, own=False)


def _shelf(name: str, corpus: Path | None, cases: Sequence[Case], *, own: bool) -> Shelf:
    with fresh_bot(corpus) as bot:
        catalog: Catalog = bot.index.get().catalog
        passages = [passage for entry in catalog.each() for passage in entry.passages]
        there = [(passage, sentence) for passage in passages for sentence in passage.sentences]
        plain = [bare(sentence.text) for _, sentence in there]
        vectors = torch.tensor(bot.encoder.encode([context(passage, sentence) for passage, sentence in there]))
    lessons = [_lesson(case, plain) for case in cases if case.expect.kind in ("answer", "abstain")]
    if own:
        lessons += [
            Lesson(Question(question), (place,))
            for place, (_, sentence) in enumerate(there)
            for question in sentence.asked
        ]
        examples = guide_examples()
        lessons += [
            Lesson(Question(text), None if told else ())
            for text, told in zip(examples.questions, examples.told, strict=True)
        ]
    return Shelf(name, vectors, tuple(lesson for lesson in lessons if lesson is not None))


def _lesson(case: Case, plain: Sequence[str]) -> Lesson | None:
    question, premise = case.question(), PREMISE in case.tags
    if not case.gold:
        return Lesson(question, (), premise)
    wanted = [bare(sentence) for sentence in case.gold]
    places = tuple(n for n, text in enumerate(plain) if any(one in text or text in one for one in wanted))
    return Lesson(question, places, premise) if places else None
