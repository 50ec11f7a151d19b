"""Grade a reply once, while the system is at hand; the measures then only count."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.errors import LLMError
from bot.knowledge.embed import Encoder
from bot.knowledge.sentences import split_sentences
from bot.safety import ground
from bot.safety.ground import Judge
from eval.cases import Case, SupportPair
from eval.metrics.gold import holds_gold
from eval.reply import Grades, Reply, Said, Verdict

_MARKER = re.compile(r"\s*\[\d+\]")


@dataclass(frozen=True, slots=True)
class Grader:
    """Grades replies; `nearest` gives the guides' sentences nearest to a claim, `topic` what the guides are about."""

    judge: Judge
    encoder: Encoder
    count_tokens: Callable[[str], int]
    nearest: Callable[[str], Sequence[str]]
    topic: str = ""
    relevant: dict[str, int] = field(default_factory=dict)

    def grade(self, case: Case, reply: Reply, passages: Sequence[str] | None) -> Grades:
        """The grades of a reply; `passages` is the whole index of the system."""
        if reply.failed:
            return Grades()
        answers = reply.kind == "answer"
        text = _MARKER.sub("", reply.text)
        return Grades(
            support=tuple(self._support(said) for said in self._claims(reply)) if answers else (),
            relevancy=self._relevancy(case, text) if answers and text else None,
            relevant=self._relevant(case, passages) if passages is not None and case.gold else None,
            tokens=self.count_tokens(text),
        )

    def pair(self, pair: SupportPair) -> Verdict:
        """The verdict on a labelled claim."""
        return self._support(Said(pair.claim, pair.context))

    def _claims(self, reply: Reply) -> list[Said]:
        if reply.category is not None:  # what rests on no quote are words of our own
            return [said for said in reply.said if said.quotes]
        sentences = [reply.text[start:end] for start, end in split_sentences(reply.text)]
        return [Said(sentence, tuple(self.nearest(sentence))) for sentence in sentences]

    def _support(self, said: Said) -> Verdict:
        asked: list[float] = []

        def ask(evidence: str, claim: str) -> float:
            asked.append(self.judge(evidence, claim))
            return asked[-1]

        try:
            support = ground.check_support(said.text, said.quotes, ask, topic=self.topic)
        except LLMError as error:
            return Verdict(said.text, None, f"unscored: {error.message}")
        return Verdict(said.text, support.supported, support.reason, max(asked, default=None))

    def _relevancy(self, case: Case, text: str) -> float:
        asked, said = self.encoder.encode([case.standalone or case.text, text])
        return float(asked @ said)

    def _relevant(self, case: Case, passages: Sequence[str]) -> int:
        if case.id not in self.relevant:
            self.relevant[case.id] = sum(holds_gold(case, passage) for passage in passages)
        return self.relevant[case.id]
