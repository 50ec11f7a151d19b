"""medialis as the system under test: the path of a question as it ships, sentence by sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bot.answer import PASSAGES, SENTENCES
from bot.app import Bot
from bot.knowledge.markup import plain
from bot.steps.evidence import marked
from bot.types import Answer, Citation, Done, Question, Shown
from eval.cases import Case
from eval.provenance import corpus_hash, model_names, policy_hash, prompt_hash
from eval.reply import Quote, Reply, Said


class Medialis:
    """A Bot; `composed` False leaves its language model out of every reply."""

    def __init__(self, bot: Bot, *, composed: bool) -> None:
        self.bot = bot
        self.composed = composed

    @property
    def name(self) -> str:
        """medialis and how it answers."""
        return f"medialis, {self.bot.settings.llm}" if self.composed else "medialis, quoting"

    def reply(self, case: Case, *, compose: bool = True) -> Reply:
        """Answer a case. Raises MedialisError."""
        path = self.bot.path
        if not (compose and self.composed):
            path = replace(path, llm=None)
        question = case.question(self.bot.settings.locale)
        said: list[Said] = []
        answer: Answer | None = None
        for event in path.stream(question):
            if isinstance(event, Shown):
                said.append(_said(event))
            elif isinstance(event, Done):
                answer = event.answer
        assert answer is not None, "a stream ends in Done"
        return Reply(
            kind=answer.kind,
            text=answer.text,
            category=answer.category,
            level=answer.level,
            said=tuple(said),
            citations=tuple(self._quote(citation) for citation in answer.citations),
            retrieved=tuple(hit.passage.text for hit in answer.passages),
            findings=tuple(f"{finding.rule}: {finding.reason}" for finding in answer.findings),
            timings_ms=dict(answer.timings_ms),
            gate=self._gate(question) if case.expect.kind in ("answer", "abstain") else None,
            mode=answer.mode,
            model=answer.model,
        )

    def passages(self) -> Sequence[str]:
        """Every passage of the index."""
        return [passage.text for entry in self.bot.index.get().catalog.each() for passage in entry.passages]

    def about(self) -> dict[str, str]:
        """Hashes of all that an answer depends on."""
        return {
            **model_names(self.bot.settings, composed=self.composed),
            "prompts": prompt_hash(),
            "policy": policy_hash(),
            "corpus": corpus_hash(self.bot.guides()),
        }

    def close(self) -> None:
        """Stop the model, close the index."""
        self.bot.close()

    def _quote(self, citation: Citation) -> Quote:
        guide = self.bot.guide(citation.guide_id)
        exact = guide is not None and guide.text[citation.start : citation.end] == citation.quote
        return Quote(citation.quote, citation.section, exact)

    def _gate(self, question: Question) -> float:
        """The gate's score, whatever step answered in the end."""
        vector = self.bot.encoder.encode([question.text])[0]
        query = self.bot.path.query(question, vector)
        found = self.bot.retriever.search(query, PASSAGES, SENTENCES)
        return self.bot.path.gate.decide(query.text, found.sentences, None, np.stack([query.own, query.vector])).score


def _said(event: Shown) -> Said:
    markers = marked("", event.citations)
    return Said(event.text.removesuffix(markers), tuple(plain(citation.quote) for citation in event.citations))
