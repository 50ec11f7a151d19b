"""The last look at a text before it is shown, whichever step of the path made it.

A sentence leaves only if it brings no dose or medicine the evidence lacks, asserts no diagnosis of the reader, carries no
address, link or telephone number, and gives or repeats no orders meant for a language model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import regex

from bot.safety.policy import Policy, read_yaml
from bot.safety.text import sentences, words
from bot.types import Category, Finding

_SENTENCE = regex.compile(
    r"[^.!?。！？।\n]*(?:[.!?。！？।](?!\s|$|[\"'”’)\]]|\s*\[\d)[^.!?。！？।\n]*)*[.!?。！？।]*[\"'”’)\]]*(?:\s*\[\d+\])*\s*",
    regex.MULTILINE,
)
_NUMBER = r"(?:\d+(?:[.,]\d+)?(?:\s*(?:-|–|to|or)\s*\d+(?:[.,]\d+)?)?|one|two|three|four|five|six|eight|ten|half)"


class Rail:
    """Drops sentences that may not leave; `orders` says whether a text commands a language model."""

    def __init__(self, policy: Policy, orders: Callable[[str], bool]) -> None:
        words_of = read_yaml("policy", "rail.yaml")
        self._terms = policy.languages["en"].terms
        self._orders = orders
        units, forms = "|".join(words_of["units"]), "|".join(words_of["forms"])
        self._dose = regex.compile(rf"(?i)\b({_NUMBER})\s*(?:x\s*)?({units}|{forms})\b")
        self._contacts = [regex.compile(pattern) for pattern in words_of["contacts"]]
        self._diagnosis = [regex.compile(f"(?i){pattern}") for pattern in words_of["diagnosis"]]
        self._supposed = regex.compile(rf"(?i)\b(?:{'|'.join(words_of['supposed'])})\b[^,.;]*$")
        self._leaks = [regex.compile(f"(?i){pattern}") for pattern in words_of["leaks"]]

    def check(self, text: str, evidence: Sequence[str]) -> tuple[str, tuple[Finding, ...]]:
        """The sentences that may leave, joined as they stood, and a finding for each that may not."""
        trusted = " ".join(piece for part in evidence for piece in _split(part) if not self._orders(piece))
        doses, drugs = set(self._doses(trusted)), set(self._drugs(trusted))
        kept, findings, position = [], [], 0
        for sentence in _split(text):
            fault = self._fault(sentence, doses, drugs)
            if fault:
                rule, category = fault
                findings.append(
                    Finding(
                        f"rail.{rule}", category, None, position, position + len(sentence), "removed before showing"
                    )
                )
            else:
                kept.append(sentence)
            position += len(sentence)
        shown = "".join(kept).strip()
        return (shown if words(shown) else ""), tuple(findings)

    def _fault(self, sentence: str, doses: set[str], drugs: set[str]) -> tuple[str, Category] | None:
        if any(pattern.search(sentence) for pattern in self._contacts):
            return "contact", "injection"
        if any(pattern.search(sentence) for pattern in self._leaks) or self._orders(sentence):
            return "orders", "injection"
        if any(dose not in doses for dose in self._doses(sentence)):
            return "dose", "medication"
        if any(drug not in drugs for drug in self._drugs(sentence)):
            return "medicine", "medication"
        for pattern in self._diagnosis:
            for match in pattern.finditer(sentence):
                if not self._supposed.search(sentence[: match.start()]):
                    return "diagnosis", "diagnosis"
        return None

    def _doses(self, text: str) -> Iterator[str]:
        for match in self._dose.finditer(text):
            yield " ".join(match.group().lower().split())

    def _drugs(self, text: str) -> Iterator[str]:
        for sentence in sentences(text):
            for term in ("drug", "supplement", "jab"):
                for start, end in self._terms.find(term, sentence):
                    yield " ".join(token.word for token in sentence.tokens[start:end])


def _split(text: str) -> list[str]:
    """Sentences with their endings, citation marks and blanks, so that joining gives the text back."""
    return [match.group() for match in _SENTENCE.finditer(text) if match.group()]
