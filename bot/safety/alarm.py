"""Alarms: what the rules and the classifier say of a conversation, and which of them decides.

Alarm = rules OR classifier; neither can take back what the other raised.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, cast

from bot.safety.classify import Classifier, Vectors
from bot.safety.normalise import Normal
from bot.safety.policy import BODIES, Policy
from bot.safety.text import sentences
from bot.safety.triage import Reading, Triage
from bot.types import Category, Finding, Kind, Level, Verdict

ALARMS: Final[tuple[Category, ...]] = ("crisis", "emergency", "urgent", "harm")  # in precedence
LEVELS: Final[tuple[Level, ...]] = ("emergency_now", "same_day", "soon")
# 1 - P(none) from which the alarm head alone escalates: lower where the rules saw at least one asserted sign, since the
# head cannot read a denial ("no fever"). Chosen by cross-validation on the examples.
WITH_SIGN: Final = 0.45
WITHOUT_SIGN: Final = 0.85
GRAVER: Final = 0.5  # an "urgent" counts as an emergency when P(emergency) is at least this share of P(urgent)
PIECES: Final = 6  # sentences of a message classified beside the whole


class Alarms:
    """Finds the alarms of a conversation."""

    def __init__(self, policy: Policy, triage: Triage, classifier: Classifier | None) -> None:
        self._triage, self._classifier = triage, classifier
        self._rules = [rule for rule in policy.rules if rule.category in ALARMS]
        self._lasting = [rule for rule in self._rules if rule.category == "crisis"]
        self._passing = [rule for rule in self._rules if rule.category != "crisis"]
        ways = [way for rule in self._rules for way in rule.when]
        asserted = {term for way in ways for part in way if not part.absent for term in part.terms}
        self._sign_terms = asserted - BODIES - policy.company

    def ruled(self, past: Sequence[Reading], current: Reading, hidden: Sequence[Reading]) -> list[Finding]:
        """Rules over the turns since the matter was last seen to; a crisis counts from the first turn on."""
        turns = [*past, current]
        found = self._triage.findings(turns, self._lasting)
        found += self._triage.findings(turns[resolved_at(turns) :], self._passing)
        for reading in hidden:
            found += self._triage.findings([reading], self._rules)
        return found

    def learned(
        self, normal: Normal, current: Reading, history: Sequence[tuple[str, Reading]], vector: Vectors | None
    ) -> list[Finding]:
        """What the alarm head says of the message, of its sentences and of the turns before it."""
        if self._classifier is None:
            return []
        pieces = [normal.text, *_pieces(normal.text)]
        heard = [self._heard(current)] * len(pieces) + [self._heard(reading) for _, reading in history]
        shares = self._classifier.shares([*pieces, *(text for text, _ in history)], vector)
        found = []
        for number, (share, _) in enumerate(shares):
            danger = 1.0 - share["none"]
            if danger < (WITH_SIGN if heard[number] else WITHOUT_SIGN):
                continue
            worst = max((name for name in share if name != "none"), key=lambda name: share[name])
            if worst == "urgent" and share["emergency"] >= GRAVER * share["urgent"]:
                worst = "emergency"
            level: Level | None = {"harm": None, "urgent": "same_day"}.get(worst, "emergency_now")
            span = (0, normal.offsets[-1]) if number < len(pieces) else (0, 0)
            found.append(Finding("classifier.alarm", cast(Category, worst), level, *span, f"P(alarm) = {danger:.2f}"))
        return found

    def _heard(self, reading: Reading) -> bool:
        """Does any sign of an alarm rule stand here, asserted? Places, times and other company do not count."""
        return any(sign.silent is None and sign.term in self._sign_terms for sign in reading.signs)


def escalate(alarms: Iterable[Finding], language: str) -> Verdict:
    """The gravest alarm decides category and level; every finding is kept, gravest first."""

    def grade(finding: Finding) -> tuple[int, int, bool]:
        level = LEVELS.index(finding.level) if finding.level else 0
        return ALARMS.index(finding.category), level, finding.rule == "classifier.alarm"

    findings = tuple(sorted(alarms, key=grade))
    kind: Kind = "refuse" if findings[0].category == "harm" else "escalate"
    return Verdict(kind, findings[0].category, findings[0].level, findings, language=language)


def resolved_at(readings: Sequence[Reading]) -> int:
    """The last turn that says the matter has been seen to; what came before it no longer counts."""
    for number in range(len(readings) - 1, 0, -1):
        if any(sign.term == "resolved" and sign.silent is None for sign in readings[number].signs):
            return number
    return 0


def _pieces(text: str) -> list[str]:
    parts = [text[s.tokens[0].start : s.tokens[-1].end] for s in sentences(text) if len(s.tokens) >= 3]
    return parts[:PIECES] if len(parts) > 1 else []
