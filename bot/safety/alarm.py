"""Alarms: what the rules and the classifier say of a conversation, and which of them decides.

Alarm = rules OR heads. A rule reads signs and cannot tell a story from a state; where the heads are sure of the story, it is not
raised.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, cast

from bot.safety.classify import ENGLISH, Classifier
from bot.safety.policy import Policy
from bot.safety.triage import Reading, Triage
from bot.types import Category, Finding, Kind, Level, Verdict

ALARMS: Final[tuple[Category, ...]] = ("crisis", "emergency", "urgent", "harm")  # in precedence
LEVELS: Final[tuple[Level, ...]] = ("emergency_now", "same_day", "soon")
# Log-odds of danger from which the heads alone escalate, by what they take the danger for. These and the ones below were
# chosen on the development splits, by other hands than wrote the examples.
DANGER: Final[Mapping[str, float]] = {"crisis": 0.0, "emergency": -1.0, "urgent": -0.5, "harm": 1.0}
FOREIGN: Final = 0.0  # and whatever the danger, in other languages
APART: Final = 1.0  # how much more a sentence of a message needs: it has lost its company
# Log-odds at which the heads are sure that a message only tells of what a rule looks for, as a story, a memory or a joke does.
# Rules read terse messages better than the heads do: there it takes more. Of 1,547 red flags and 407 crises of the development
# splits this takes back three and none, of the alarms over look-alikes three in four (160 to 42, over those of a crisis 25 to 5).
HARMLESS: Final = -2.0
HARMLESS_TERSE: Final = -3.0
TERSE: Final = 12  # words
# Log-odds of danger from which a message that raises no alarm is answered with a word on where to turn, should there be more to it.
DOUBT: Final = -1.0
GRAVER: Final = 0.15  # how likely, beside "urgent" or "harm", an emergency must be to be taken for one
LONG: Final = 120  # words of a message from which its last sentences are classified too: no embedding reads to its end
HINT: Final = "hint."  # begins the rule of a finding that only adds whom to turn to
HEADS: Final = "classifier.alarm"  # the rule a finding of theirs names
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

    def learned(self, current: Reading, history: Sequence[Reading], length: int) -> list[Finding]:
        """What the heads say of the message, of its sentences and of the turns before it."""
        if self._classifier is None:
            return []
        pieces = _pieces(current)
        opinions = self._classifier.opinions([current, *pieces, *history])
        found = []
        for number, opinion in enumerate(opinions):
            category = _worst(opinion.alarm)
            least = DANGER[category] if current.language == ENGLISH else FOREIGN
            if opinion.danger < least + (APART if 0 < number <= len(pieces) else 0.0):
                continue
            level: Level | None = {"harm": None, "urgent": "same_day"}.get(category, "emergency_now")
            span = (0, length) if number <= len(pieces) else (0, 0)
            found.append(Finding(HEADS, category, level, *span, f"danger {opinion.danger:.1f}"))
        return found

    def doubts(self, current: Reading) -> list[Finding]:
        """A hint where the heads are not sure that nobody is in danger, though not enough so for an alarm."""
        if self._classifier is None or current.language != ENGLISH:
            return []
        opinion = self._classifier.opinions([current])[0]
        if opinion.danger < DOUBT:
            return []
        name = "crisis" if _worst(opinion.alarm) == "crisis" else "danger"
        return [Finding(f"{HINT}{name}", "answer", None, 0, 0, f"danger {opinion.danger:.1f}")]

    def harmless(self, readings: Sequence[Reading]) -> bool:
        """Whether the heads are sure of every one of these that nobody is in danger: signs told of, not had."""
        if self._classifier is None:
            return False
        return all(
            reading.language == ENGLISH
            and opinion.whole
            and opinion.danger <= (HARMLESS if len(reading.text.split()) > TERSE else HARMLESS_TERSE)
            for opinion, reading in zip(self._classifier.opinions(readings), readings, strict=True)
        )


def escalate(alarms: Iterable[Finding], language: str) -> Verdict:
    """The gravest alarm decides category and level; every finding is kept, gravest first."""

    def grade(finding: Finding) -> tuple[int, int, bool]:
        level = LEVELS.index(finding.level) if finding.level else 0
        return ALARMS.index(finding.category), level, finding.rule == HEADS

    findings = tuple(sorted(alarms, key=grade))
    kind: Kind = "refuse" if findings[0].category == "harm" else "escalate"
    return Verdict(kind, findings[0].category, findings[0].level, findings, language=language)


def resolved_at(readings: Sequence[Reading]) -> int:
    """The last turn that says the matter has been seen to; what came before it no longer counts."""
    for number in range(len(readings) - 1, 0, -1):
        if any(sign.term == "resolved" and sign.silent is None for sign in readings[number].signs):
            return number
    return 0


def _worst(likely: Mapping[str, float]) -> Category:
    """The likeliest danger; in doubt whether it is an emergency that."""
    worst = max((name for name in likely if name != "none"), key=lambda name: likely[name])
    if worst in ("urgent", "harm") and likely["emergency"] >= GRAVER * likely[worst]:
        worst = "emergency"
    return cast(Category, worst)


def _pieces(reading: Reading) -> list[Reading]:
    """The sentences of a long message, those that assert nothing apart; the last ones, where a reader comes to the point."""
    if len(reading.said) < 2 or sum(said.n_words for said in reading.said) < LONG:
        return []
    numbers = [n for n, said in enumerate(reading.said) if said.n_words >= PIECE and said.asserted]
    return [reading.sentence(number) for number in numbers[-PIECES:]]
