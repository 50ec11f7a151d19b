"""The path of one question: triage, route, contextualise, retrieve, gate, verbatim, compose, ground, respond.

Each step takes values and returns values; none calls back. The question is embedded once. Nothing is shown before it
is grounded, and whatever is shown has passed the output rail.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bot.errors import LLMError
from bot.knowledge.embed import Encoder, Vectors
from bot.knowledge.query import Query
from bot.knowledge.questions import marked_as_question
from bot.knowledge.retrieve import Found, Retriever
from bot.llm.protocol import ChatModel, Completions
from bot.safety.alarm import HINT
from bot.safety.ground import check_support
from bot.safety.guard import Guard
from bot.safety.quantities import quantities
from bot.safety.shortened import shortened
from bot.safety.stated import Opinion, seconded
from bot.steps.compose import compose, judge
from bot.steps.contextualise import contextualise, follows_up, points_at_subject, speaks_to_the_bot
from bot.steps.evidence import Evidence, marked
from bot.steps.gate import Decision, Gate
from bot.steps.quote import quoted
from bot.steps.reading import Aims, beside
from bot.steps.replies import Replies
from bot.steps.respond import Clock, Response
from bot.steps.spelling import Spelling
from bot.steps.verbatim import FaqMatcher
from bot.types import Event, Guide, Question, Status, Verdict

log = logging.getLogger(__name__)

PASSAGES = 4
SENTENCES = 8
EVIDENCE = 4  # sentences the model reads, in the guide's order
LOOK_S = 1.0  # how often who waits for the model is told how many are ahead, and a reader who left is noticed
GENERAL_SENTENCES = 2  # what the guide says in general, beside a referral


@dataclass(frozen=True, slots=True)
class Path:
    """The parts a question passes through; `llm` None means extractive."""

    encoder: Encoder
    guard: Guard
    retriever: Retriever
    gate: Gate
    faq: FaqMatcher
    guide: Callable[[str], Guide | None]
    replies: Replies
    llm: ChatModel | None
    spelling: Spelling
    aims: Aims | None = None
    stated: Opinion | None = None

    def stream(self, question: Question) -> Generator[Event, None, None]:
        """Yield what happens, ending in Done; closing the iterator stops the model. Raises IndexUnavailable, ModelError."""
        clock = Clock()
        yield Status("triage")
        with clock.step("triage"):
            vector: Vectors = self.encoder.encode([question.text])[0]
            verdict = self._triage(question, vector)
        closing = self.guard.referral(verdict, first=False)
        response = Response(question, verdict, self.guide, self.guard.rail, clock, closing)
        yield from response.say(self.guard.referral(verdict, first=True))
        if verdict.kind != "answer" and not verdict.remainder:
            yield from self._reply(question, verdict, vector, response)
            return
        if verdict.remainder:
            yield from response.say(self.guard.reply(verdict, question))
            question = replace(question, text=verdict.remainder)
            vector = self.encoder.encode([question.text])[0]
            yield from response.say(self.guard.lead("remainder", verdict.language))
        yield Status("retrieve")
        with clock.step("retrieve"):
            query = self.query(question, vector)
            found = self.retriever.search(query, PASSAGES, SENTENCES)
            faq = self.faq.match(query.own) or self.faq.match(query.vector)
        response.passages = found.hits
        if faq is not None:
            yield from self._quote([faq], response)
            yield from response.end("answer", "answer", "verbatim")
            return
        decision = self._decide(query.text, found, np.stack([query.own, query.vector]), response)
        if not decision.answerable:
            yield from self._abstain(decision.nearest, response)
            return
        # a small model agrees with its reader and loses the thread: what may rest on a false premise, or leans on what came
        # before, gets the guide's own words (follow-ups of the development split: composed 82 % right, quoted 90 %)
        if self.llm is not None and not query.presumes and not query.leans:
            yield from self._compose(query.text, quoted(decision.evidence, EVIDENCE, query.said), self.llm, response)
        if response.shown:
            # a small model leaves out the very number asked for, and takes what is near an answer for it: a figure among the
            # best sentences, and the best of them, are quoted beside what it wrote
            left = [
                e for e in quoted(decision.evidence, said=query.said) if e is decision.nearest or quantities(e.text)
            ]
            yield from self._quote([e for e in left if not response.cites(e)], response)
            yield from response.end("answer", "answer", "composed", self.llm)
            return
        yield from self._quote(quoted(decision.evidence, said=query.said), response)
        if response.shown:
            yield from response.end("answer", "answer", "extractive")
        else:
            yield from self._abstain(None, response)

    def query(self, question: Question, vector: Vectors | None = None) -> Query:
        """What to search for: the question, spelt as the guides spell and marked as one, with what it leans on."""
        spelt = marked_as_question(self.spelling.correct(question.text))
        if spelt == question.text:
            query = contextualise(question, self.encoder, vector)
        else:
            query = contextualise(replace(question, text=spelt), self.encoder)
        return replace(query, aim=self.aims(spelt, beside(question))) if self.aims else query

    def _triage(self, question: Question, vector: Vectors) -> Verdict:
        """The guard's verdict. What only its learned router said of a message that points elsewhere is thought over.

        A follow-up is routed again as it reads with the question it leans on; one that alone seems to be about nothing,
        or speaks of "it" as readers of a guide do, is left to retrieval and the gate. Nothing comes before the guard.
        """
        verdict = self.guard.check(question, vector)
        hints = tuple(finding for finding in verdict.findings if finding.rule.startswith(HINT))
        if not all(finding.rule.startswith("router.") for finding in verdict.findings if finding not in hints):
            return verdict
        passes = replace(verdict, kind="answer", category="answer", findings=hints)
        if verdict.category == "chit_chat" and follows_up(question) and not speaks_to_the_bot(question.text):
            return passes
        if verdict.category == "out_of_scope" and (follows_up(question) or points_at_subject(question.text)):
            return passes
        if verdict.category == "diagnosis" and (query := self.query(question, vector)).said:
            again = self.guard.check(replace(question, text=query.text))
            return again if again.kind == "answer" else verdict
        return verdict

    def _decide(self, query: str, found: Found, vectors: Vectors, response: Response) -> Decision:
        """Whether the evidence answers; a model that fails leaves the decision to what needs none."""
        with response.clock.step("gate"):
            try:
                return self.gate.decide(query, found.sentences, self.llm, vectors)
            except LLMError as error:
                response.model_failed(error)
                return self.gate.decide(query, found.sentences, None, vectors)

    def _compose(self, query: str, evidence: Sequence[Evidence], llm: ChatModel, response: Response) -> Iterator[Event]:
        """Wait for the model, then show what it composes; whatever becomes of it, what was shown stays."""
        try:
            with llm.turn() as turn:
                while ahead := turn.wait(LOOK_S):
                    yield Status("busy", ahead)
                yield Status("compose")
                yield from self._grounded(query, evidence, turn, response)
        except LLMError as error:
            response.model_failed(error)

    def _grounded(
        self, query: str, evidence: Sequence[Evidence], llm: Completions, response: Response
    ) -> Iterator[Event]:
        """Show each composed sentence once it is grounded, in its own words or the guide's; drop what is not. Raises LLMError."""
        drafts = compose(query, evidence, llm)
        asked = seconded(judge(llm), self.stated) if self.stated else judge(llm)
        try:
            while True:
                with response.clock.step("compose"):
                    draft = next(drafts, None)
                if draft is None:
                    return
                cited = [item.text for item in draft.cited]
                guides = {item.passage.guide_id: self.guide(item.passage.guide_id) for item in draft.cited}
                topic = " ".join(guide.title for guide in guides.values() if guide)
                with response.clock.step("ground"):
                    support = check_support(draft.text, cited, asked, topic=topic, question=query)
                if not support.supported:
                    response.dropped(support.reason)
                    continue
                stands_on = [draft.cited[i] for i in support.stands_on]
                if len(stands_on) == 1 and shortened(draft.text, stands_on[0].text):
                    yield from response.show(draft.text, stands_on)
                else:  # what the model worded anew has shown where the answer stands: that is quoted
                    yield from self._quote([item for item in stands_on if not response.cites(item)], response)
        finally:
            drafts.close()

    def _quote(self, evidence: Sequence[Evidence], response: Response) -> Iterator[Event]:
        """Show the guide's own words."""
        for item in evidence:
            yield from response.show(item.text, [item])

    def _abstain(self, nearest: Evidence | None, response: Response) -> Iterator[Event]:
        """Say that the guide does not answer, with the nearest thing it does say."""
        if nearest is not None and self.guard.rail(nearest.text, [nearest.text], response.question)[0] != nearest.text:
            nearest = None
        citations = [response.citer.cite(nearest)] if nearest else []
        yield from response.say(self.replies.abstain(nearest, marked("", citations)), citations)
        yield from response.end("abstain", "unsupported", "template")

    def _reply(self, question: Question, verdict: Verdict, vector: Vectors, response: Response) -> Iterator[Event]:
        """Answer from the written replies; for a question about oneself, add what the guide says in general."""
        yield from response.say(self.guard.reply(verdict, question))
        if verdict.category == "diagnosis":
            with response.clock.step("retrieve"):
                query = self.query(question, vector)
                found = self.retriever.search(query, PASSAGES, SENTENCES)
                decision = self.gate.decide(query.text, found.sentences, None, np.stack([query.own, query.vector]))
            response.passages = found.hits
            if decision.answerable:
                yield from response.say(self.guard.lead("guide_lead", verdict.language))
                yield from self._quote(quoted(decision.evidence, GENERAL_SENTENCES), response)
        yield from response.end(verdict.kind, verdict.category, "template")
