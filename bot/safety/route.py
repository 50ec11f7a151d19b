"""What a message that is no alarm asks for, in the order of precedence of docs/safety.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from bot.safety.classify import Classifier, Shares, Vectors
from bot.safety.normalise import Normal
from bot.safety.policy import Policy
from bot.safety.text import sentences, words
from bot.safety.triage import Reading, Triage
from bot.types import Category, Finding, Kind, Verdict

PRECEDENCE: Final[tuple[Category, ...]] = ("injection", "medication", "diagnosis")
# Thresholds on the router's probabilities, chosen by cross-validation on the examples.
BARS: Final[Mapping[Category, float]] = {"injection": 0.75, "medication": 0.50, "diagnosis": 0.65}
OUT_OF_SCOPE: Final = 0.50
CHIT_CHAT: Final = 0.50
SURELY_CHAT: Final = 0.85  # on a message that names a limb, a pain or a clinician
SMALL_TALK: Final = 15  # words; small talk is short
REMAINDER: Final = 4  # words; less is no question
_KINDS: Final[Mapping[str, Kind]] = {"chit_chat": "chat", "answer": "answer"}


class Router:
    """Rules first, then the router head, in precedence."""

    def __init__(self, policy: Policy, triage: Triage, classifier: Classifier | None) -> None:
        self._triage, self._classifier, self._markup = triage, classifier, policy.markup
        self._rules = [rule for rule in policy.rules if rule.category in PRECEDENCE]
        self._injection = [rule for rule in self._rules if rule.category == "injection"]

    def route(
        self, normal: Normal, current: Reading, hidden: Sequence[Reading], vector: Vectors | None, language: str
    ) -> Verdict:
        """The verdict on a message in which nobody is in danger."""
        findings = self._triage.findings([current], self._rules) + self._posing(normal)
        for reading in hidden:
            findings += [_whole(finding, normal) for finding in self._triage.findings([reading], self._rules)]
        shares: Shares = self._classifier.shares([normal.text], vector)[0][1] if self._classifier else {}
        on_topic = any(sign.term == "on_topic" for sign in current.signs)
        category, learned = _decide(findings, shares, on_topic=on_topic, n_words=len(words(normal.text)))
        kept = tuple(finding for finding in findings if finding.category == category)
        return Verdict(_KINDS.get(category, "refuse"), category, None, kept or learned, language=language)

    def is_injection(self, normal: Normal, readings: Sequence[Reading]) -> bool:
        """Do the rules alone call this an attempt on the bot?"""
        return bool(self._posing(normal)) or any(self._triage.findings([r], self._injection) for r in readings)

    def harmless_part(self, normal: Normal, orders: Callable[[str], bool]) -> str | None:
        """The questions of a message in sentences that give no orders, or None."""
        clean = []
        for sentence in sentences(normal.text):
            piece = normal.text[sentence.tokens[0].start : sentence.tokens[-1].end] + (
                "?" if sentence.question else "."
            )
            if len(sentence.tokens) >= REMAINDER and not orders(piece):
                clean.append(piece)
        rest = " ".join(clean)
        return rest if "?" in rest and rest != normal.text.strip() else None

    def _posing(self, normal: Normal) -> list[Finding]:
        """Markup that poses as another speaker, in the message or in what it hides."""
        found = []
        for form in (normal.text, *normal.decoded):
            for pattern in self._markup:
                if match := pattern.search(form):
                    span = normal.span(*match.span()) if form == normal.text else (0, normal.offsets[-1])
                    found.append(Finding("injection.markup", "injection", None, *span, "poses as a system turn"))
        return found


def _decide(
    findings: Sequence[Finding], shares: Shares, *, on_topic: bool, n_words: int
) -> tuple[Category, tuple[Finding, ...]]:
    """The category, and the classifier's finding if it decided.

    Out of scope only where nothing in the message is about limbs, pain or exercise: the evidence gate does the rest.
    Small talk there only when the head is sure: "are you a doctor?" names one. The head alone finds an injection only off topic, since "ignore the pain" looks like one to it.
    """
    for category in PRECEDENCE:
        if any(finding.category == category for finding in findings):
            return category, ()
        if shares.get(category, 0.0) >= BARS[category] and not (category == "injection" and on_topic):
            return category, (_learned(category, shares),)
    bar = SURELY_CHAT if on_topic else CHIT_CHAT
    if shares.get("chit_chat", 0.0) >= bar and n_words <= SMALL_TALK:
        return "chit_chat", (_learned("chit_chat", shares),)
    if not on_topic and shares.get("out_of_scope", 0.0) >= OUT_OF_SCOPE:
        return "out_of_scope", (_learned("out_of_scope", shares),)
    return "answer", ()


def _learned(category: Category, shares: Shares) -> Finding:
    return Finding(f"router.{category}", category, None, 0, 0, f"classifier, P = {shares[category]:.2f}")


def _whole(finding: Finding, normal: Normal) -> Finding:
    """A finding in decoded text points at the whole message."""
    return Finding(finding.rule, finding.category, finding.level, 0, normal.offsets[-1], finding.reason)
