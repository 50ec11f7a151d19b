"""The path of one question: normalise, triage, route, contextualise, retrieve, gate, verbatim, compose, ground, respond.

Each step takes values and returns values; none calls back. The question is embedded once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import structlog

from bot.errors import LLMError
from bot.knowledge.embed import Encoder, Vectors
from bot.knowledge.retrieve import Retriever
from bot.llm.protocol import ChatModel
from bot.safety.ground import check_support
from bot.safety.guard import Guard
from bot.steps.compose import compose, judge
from bot.steps.contextualise import contextualise
from bot.steps.evidence import Citer, Evidence, marked
from bot.steps.gate import Decision, decide
from bot.steps.quote import quoted
from bot.steps.replies import Replies
from bot.steps.verbatim import FaqMatcher
from bot.types import Answer, Done, Event, Finding, Guide, Hit, Mode, Question, Shown, Status, Verdict

log = structlog.get_logger()

PASSAGES = 4
SENTENCES = 8


@dataclass(slots=True)
class Clock:
    """Milliseconds since the question came, and how long each step took."""

    began: float = field(default_factory=time.perf_counter)
    steps: dict[str, float] = field(default_factory=dict)

    def step(self, name: str, since: float) -> None:
        """Add the time since `since` (from time.perf_counter) to step `name`."""
        self.steps[name] = self.steps.get(name, 0.0) + (time.perf_counter() - since) * 1000

    def first_sentence(self) -> None:
        """Note when the reader first sees something."""
        self.steps.setdefault("first_sentence", (time.perf_counter() - self.began) * 1000)

    def read(self) -> dict[str, float]:
        """Every step and the total."""
        self.first_sentence()
        return {"total": (time.perf_counter() - self.began) * 1000, **self.steps}


@dataclass(frozen=True, slots=True)
class Path:
    """The parts a question passes through; `llm` None means extractive."""

    encoder: Encoder
    guard: Guard
    retriever: Retriever
    faq: Callable[[], FaqMatcher]
    guide: Callable[[str], Guide | None]
    replies: Replies
    llm: ChatModel | None

    def stream(self, question: Question) -> Iterator[Event]:
        """Yield what happens, ending in Done; closing the iterator stops the model."""
        clock = Clock()
        yield Status("triage")
        began = time.perf_counter()
        vector: Vectors = self.encoder.encode([question.text])[0]
        verdict = self.guard.check(question, vector)
        clock.step("triage", began)
        if verdict.kind != "answer":
            yield from self._reply(question, verdict, vector, clock)
            return
        yield Status("retrieve")
        began = time.perf_counter()
        asked = replace(question, text=verdict.remainder) if verdict.remainder else question
        query = contextualise(asked, self.encoder, None if verdict.remainder else vector)
        found = self.retriever.search(query.text, PASSAGES, SENTENCES, query.vector)
        hits = found.hits
        faq = self.faq().match(query.vector)
        decision = decide(found.sentences)
        clock.step("retrieve", began)
        citer = Citer(self.guide)
        if faq is not None:
            yield from self._show([faq], citer, hits, "verbatim", verdict, clock)
        elif not decision.answerable:
            yield from self._abstain(decision, citer, hits, verdict, clock)
        elif self.llm is None:
            yield from self._show(quoted(decision.evidence), citer, hits, "extractive", verdict, clock)
        else:
            yield from self._compose(question, query.text, decision, citer, hits, verdict, clock)

    def _compose(
        self,
        question: Question,
        query: str,
        decision: Decision,
        citer: Citer,
        hits: Sequence[Hit],
        verdict: Verdict,
        clock: Clock,
    ) -> Iterator[Event]:
        """Show each composed sentence once it is grounded; when none is, quote the evidence instead."""
        assert self.llm is not None
        yield Status("compose", self.llm.ahead())
        shown: list[str] = []
        findings: list[Finding] = []
        drafts = compose(query, decision.evidence, self.llm)
        try:
            began = time.perf_counter()
            for drafted in drafts:
                clock.step("compose", began)
                began = time.perf_counter()
                support = check_support(drafted.text, [e.text for e in drafted.cited], judge(self.llm))
                clock.step("ground", began)
                if not support.supported:
                    findings.append(Finding("ground", "unsupported", None, 0, 0, support.reason))
                    began = time.perf_counter()
                    continue
                text, offended = self.guard.rail(drafted.text, [e.text for e in drafted.cited], question)
                findings.extend(offended)
                if text:
                    citations = [citer.cite(drafted.cited[i]) for i in support.stands_on]
                    shown.append(marked(text, citations))
                    clock.first_sentence()
                    yield Shown(shown[-1], tuple(citations))
                began = time.perf_counter()
            clock.step("compose", began)
        except LLMError as error:
            log.warning("llm_failed", error=type(error).__name__)
            findings.append(Finding("llm", "answer", None, 0, 0, str(error)))
        finally:
            drafts.close()
        if not shown:
            verdict = replace(verdict, findings=(*verdict.findings, *findings))
            yield from self._show(quoted(decision.evidence), citer, hits, "extractive", verdict, clock)
            return
        yield Done(
            Answer(
                kind="answer",
                category="answer",
                text=" ".join(shown),
                citations=citer.citations,
                findings=(*verdict.findings, *findings),
                passages=tuple(hits),
                timings_ms=clock.read(),
                model=self.llm.name,
                mode="composed",
            )
        )

    def _show(
        self,
        evidence: Sequence[Evidence],
        citer: Citer,
        hits: Sequence[Hit],
        mode: Mode,
        verdict: Verdict,
        clock: Clock,
    ) -> Iterator[Event]:
        """Show the guide's own words."""
        lines = []
        for item in evidence:
            citation = citer.cite(item)
            lines.append(marked(item.text, [citation]))
            clock.first_sentence()
            yield Shown(lines[-1], (citation,))
        yield Done(
            Answer(
                kind="answer",
                category="answer",
                text=" ".join(lines),
                citations=citer.citations,
                findings=verdict.findings,
                passages=tuple(hits),
                timings_ms=clock.read(),
                mode=mode,
            )
        )

    def _abstain(
        self, decision: Decision, citer: Citer, hits: Sequence[Hit], verdict: Verdict, clock: Clock
    ) -> Iterator[Event]:
        """Say that the guide does not answer, with the nearest thing it does say."""
        nearest = max(decision.evidence, key=lambda item: item.cosine, default=None)
        text = self.replies.abstain(nearest, citer)
        clock.first_sentence()
        yield Shown(text, citer.citations)
        yield Done(
            Answer(
                kind="abstain",
                category="unsupported",
                text=text,
                citations=citer.citations,
                findings=verdict.findings,
                passages=tuple(hits),
                timings_ms=clock.read(),
            )
        )

    def _reply(self, question: Question, verdict: Verdict, vector: Vectors, clock: Clock) -> Iterator[Event]:
        """Answer from the written replies; for a question about oneself, add what the guide says in general."""
        text = self.guard.reply(verdict, question)
        citer = Citer(self.guide)
        hits: tuple[Hit, ...] = ()
        clock.first_sentence()
        yield Shown(text)
        if verdict.category == "diagnosis":
            found = self.retriever.search(question.text, PASSAGES, SENTENCES, vector)
            hits = found.hits
            decision = decide(found.sentences)
            if decision.answerable:
                general = self.replies.in_general(quoted(decision.evidence, limit=2), citer)
                yield Shown(general, citer.citations)
                text = f"{text} {general}"
        yield Done(
            Answer(
                kind=verdict.kind,
                category=verdict.category,
                level=verdict.level,
                text=text,
                citations=citer.citations,
                findings=verdict.findings,
                passages=tuple(hits),
                timings_ms=clock.read(),
            )
        )
