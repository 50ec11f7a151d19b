"""Score one answer against one case, without a judge: what can be checked by looking."""

from __future__ import annotations

from dataclasses import dataclass

from bot.knowledge.markup import plain
from bot.types import Answer
from eval.cases import Case


@dataclass(frozen=True, slots=True)
class Score:
    """What was right about an answer; None where the case does not say.

    `kind`: the expected kind (and category, where given); `facts`: every key fact's group is met by one of its
    spellings; `clean`: nothing it must not say; `cited`: a cited quote holds a gold sentence; `verbatim`: the gold
    answer word for word.
    """

    kind: bool
    facts: bool | None
    clean: bool
    cited: bool | None
    verbatim: bool | None

    @property
    def right(self) -> bool:
        """Everything the case asks for."""
        return self.kind and self.clean and self.facts is not False and self.cited is not False


def score(case: Case, answer: Answer) -> Score:
    """Compare `answer` with what `case` expects."""
    said = answer.text.casefold()
    answers = case.expect.kind == "answer"
    kind = answer.kind == case.expect.kind and (not case.expect.categories or answer.category in case.expect.categories)
    quotes = [plain(citation.quote) for citation in answer.citations]
    gold = [plain(sentence) for sentence in case.gold]
    return Score(
        kind=kind,
        facts=all(any(fact.casefold() in said for fact in group) for group in case.key_facts) if answers else None,
        clean=not any(wrong.casefold() in said for wrong in case.must_not),
        cited=any(sentence in quote for sentence in gold for quote in quotes) if answers and gold else None,
        verbatim=" ".join(gold) in answer.text if "verbatim_faq" in case.tags else None,
    )
