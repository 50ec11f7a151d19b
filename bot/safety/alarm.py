"""Alarms: what the rules and the classifier say of a conversation, and which of them decides.

Alarm = rules OR classifier; neither can take back what the other raised.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, cast

from bot.safety.classify import ENGLISH, Classifier
from bot.safety.features import Vectors
from bot.safety.policy import Policy
from bot.safety.triage import Reading, Triage
from bot.types import Category, Finding, Kind, Level, Verdict

ALARMS: Final[tuple[Category, ...]] = ("crisis", "emergency", "urgent", "harm")  # in precedence
LEVELS: Final[tuple[Level, ...]] = ("emergency_now", "same_day", "soon")
# Score of danger (that of "none" turned round, -1 to 1) from which the alarm head alone escalates, by what it takes the
# danger for. Chosen on messages by hands that wrote none of the examples.
DANGER: Final[Mapping[str, float]] = {"crisis": -0.2, "emergency": -0.2, "urgent": -0.2, "harm": 0.1}
FOREIGN: Final = 0.1  # how much more it takes in other languages, of which the embedding knows little
APART: Final = 0.3  # how much more a sentence of a message needs: it has lost its company
GRAVER: Final = 0.3  # an "urgent" counts as an emergency unless its score is higher by more than this
CRISIS: Final = -0.4  # below this score of its own a danger is taken for another one, whose help fits a body
LONG: Final = 120  # words of a message from which its last sentences are classified too: no embedding reads to its end
PIECES: Final = 5  # sentences of a message classified beside the whole
PIECE: Final = 3  # words; less is no sentence


class Alarms:
    """Finds the alarms of a conversation."""

    def __init__(self, policy: Policy, triage: Triage, classifier: Classifier | None) -> None:
        self._triage, self._classifier = triage, classifier
        self._rules = [rule for rule in policy.rules if rule.category in ALARMS]
        self._lasting = [rule for rule in self._rules if rule.category == "crisis"]
        self._passing = [rule for rule in self._rules if rule.category != "crisis"]

    def ruled(self, past: Sequence[Reading], current: Reading, hidden: Sequence[Reading]) -> list[Finding]:
        """Rules over the turns since the matter was last seen to; a crisis counts from the first turn on."""
        turns = [*past, current]
        found = self._triage.findings(turns, self._lasting)
        found += self._triage.findings(turns[resolved_at(turns) :], self._passing)
        for reading in hidden:
            found += self._triage.findings([reading], self._rules)
        return found

    def learned(
        self, current: Reading, history: Sequence[Reading], vector: Vectors | None, length: int
    ) -> list[Finding]:
        """What the alarm head says of the message, of its sentences and of the turns before it."""
        if self._classifier is None:
            return []
        pieces = _pieces(current)
        opinions = self._classifier.opinions([current, *pieces, *history], vector)
        found = []
        for number, opinion in enumerate(opinions):
            danger, category = -opinion.alarm["none"], _worst(opinion.alarm)
            least = DANGER[category] + (0.0 if current.language == ENGLISH else FOREIGN)
            if danger < least + (APART if 0 < number <= len(pieces) else 0.0):
                continue
            level: Level | None = {"harm": None, "urgent": "same_day"}.get(category, "emergency_now")
            span = (0, length) if number <= len(pieces) else (0, 0)
            found.append(Finding("classifier.alarm", category, level, *span, f"danger {danger:.2f}"))
        return found


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


def _worst(scores: Mapping[str, float]) -> Category:
    """The likeliest danger; in doubt between urgent and emergency the graver, and no crisis that is not clearly one."""
    unlikely = {"none"} | ({"crisis"} if scores["crisis"] < CRISIS else set())
    worst = max((name for name in scores if name not in unlikely), key=lambda name: scores[name])
    if worst == "urgent" and scores["emergency"] >= scores["urgent"] - GRAVER:
        worst = "emergency"
    return cast(Category, worst)


def _pieces(reading: Reading) -> list[Reading]:
    """The sentences of a long message, those that assert nothing apart; the last ones, where a reader comes to the point."""
    if len(reading.said) < 2 or sum(said.n_words for said in reading.said) < LONG:
        return []
    numbers = [n for n, said in enumerate(reading.said) if said.n_words >= PIECE and said.asserted]
    return [reading.sentence(number) for number in numbers[-PIECES:]]
