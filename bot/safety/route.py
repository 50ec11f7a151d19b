"""What a message that is no alarm asks for, in the order of precedence of docs/safety.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from bot.safety.classify import ENGLISH, Classifier, Scores
from bot.safety.features import Vectors
from bot.safety.normalise import Normal
from bot.safety.policy import Policy
from bot.safety.text import sentences, words
from bot.safety.triage import Reading, Triage
from bot.types import Category, Finding, Kind, Verdict

PRECEDENCE: Final[tuple[Category, ...]] = ("injection", "medication", "diagnosis")
# Scores of the router (-1 to 1) from which it decides alone, chosen on messages by hands that wrote none of the examples;
# the second is for a message that names a limb, a pain, an exercise or a clinician.
BARS: Final[Mapping[Category, tuple[float, float]]] = {
    "injection": (-0.25, -0.1),
    "medication": (-0.2, -0.2),
    "diagnosis": (-0.1, -0.1),
    "chit_chat": (-0.3, -0.1),
    "out_of_scope": (0.0, 0.3),
}
OF_NOBODY: Final = 0.1  # the bar of "diagnosis" where the message is about nobody: "what is bursitis" asks for none
BEHIND: Final = 0.2  # how far a category may be behind "answer" and still be taken
# How far "answer" must be ahead of "diagnosis" for a message to ask in general, whatever a rule reads in it: on the
# development cases 19 of 22 refused questions to the guide are given back, and of 147 diagnoses asked for none is.
GENERAL: Final = 0.5
SMALL_TALK: Final = 60  # words; small talk is short
SUBJECT: Final = 4  # letters; shorter words of a title name nothing
REMAINDER: Final = 4  # words; less is no question
_KINDS: Final[Mapping[str, Kind]] = {"chit_chat": "chat", "answer": "answer"}


class Router:
    """Rules first, then the router head, in precedence."""

    def __init__(
        self, policy: Policy, triage: Triage, classifier: Classifier | None, subjects: Sequence[str] = ()
    ) -> None:
        """`subjects` are the titles of the guides: what names one of them is not out of scope."""
        self._subjects = [frozenset(words(subject)) for subject in subjects]
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
        scores: Scores = (
            self._classifier.opinions([current], vector)[0].router if self._classifier and language == ENGLISH else {}
        )
        on_topic = any(sign.term == "on_topic" for sign in current.signs)
        unlikely: dict[Category, float] = (
            {} if any(sign.term == "personal" for sign in current.signs) else {"diagnosis": OF_NOBODY}
        )
        category, learned = _decide(findings, scores, unlikely, on_topic=on_topic, n_words=len(words(normal.text)))
        if category == "out_of_scope" and self._names_subject(normal.text):
            return Verdict("answer", "answer", None, (), language=language)
        kept = tuple(finding for finding in findings if finding.category == category)
        return Verdict(_KINDS.get(category, "refuse"), category, None, kept or learned, language=language)

    def _names_subject(self, text: str) -> bool:
        """Whether a message holds two words of a guide's title, or the whole of a shorter one: the examples know one guide."""
        said = {word for word in words(text) if len(word) >= SUBJECT}
        return any(
            len(said & named) >= min(2, len(named))
            for subject in self._subjects
            if (named := {word for word in subject if len(word) >= SUBJECT})
        )

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
    findings: Sequence[Finding], scores: Scores, unlikely: Mapping[Category, float], *, on_topic: bool, n_words: int
) -> tuple[Category, tuple[Finding, ...]]:
    """The category, and the router's finding if it decided: the rules in precedence, then what the router thinks likeliest.

    `unlikely` raises the bar of a category.
    """

    general = scores.get("answer", 0.0) - scores.get("diagnosis", 0.0) >= GENERAL
    for category in PRECEDENCE:
        if any(finding.category == category for finding in findings) and not (general and category == "diagnosis"):
            return category, ()
    least = scores.get("answer", 0.0) - BEHIND
    said = [
        name
        for name, bars in BARS.items()
        if scores.get(name, -1.0) >= max(bars[on_topic], least, unlikely.get(name, -1.0))
    ]
    said = [name for name in said if name != "chit_chat" or n_words <= SMALL_TALK]
    if not said:
        return "answer", ()
    likeliest = max(said, key=lambda name: scores[name])
    return likeliest, (_learned(likeliest, scores),)


def _learned(category: Category, scores: Scores) -> Finding:
    return Finding(f"router.{category}", category, None, 0, 0, f"classifier, {scores[category]:.2f}")


def _whole(finding: Finding, normal: Normal) -> Finding:
    """A finding in decoded text points at the whole message."""
    return Finding(finding.rule, finding.category, finding.level, 0, normal.offsets[-1], finding.reason)
