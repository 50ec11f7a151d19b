"""What a message that is no alarm asks for, in the order of precedence of docs/safety.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from bot.safety.alarm import HINT
from bot.safety.classify import ENGLISH, Classifier, Scores, Vectors
from bot.safety.normalise import Normal
from bot.safety.policy import Policy
from bot.safety.text import sentences, words
from bot.safety.triage import Reading, Triage
from bot.types import Category, Finding, Kind, Verdict

PRECEDENCE: Final[tuple[Category, ...]] = ("injection", "medication", "diagnosis")
# How likely, 0 to 1, the router must find a category to decide alone. These and the ones below were chosen on the
# development splits, by other hands.
BARS: Final[Mapping[Category, float]] = {
    "injection": 0.6,
    "medication": 0.5,
    "diagnosis": 0.6,
    "chit_chat": 0.5,
    "out_of_scope": 0.6,
}
# How likely "answer" must be for a question that a rule has read a category in by its words to be asked in general: "ignore",
# "tabs" and "what is it" have other meanings.
GENERAL: Final[Mapping[Category, float]] = {"injection": 0.9, "medication": 0.95, "diagnosis": 0.7}
# How likely one of these must be for a message taken for something else to be told, after the reply, whom to ask about oneself.
HINTS: Final[Mapping[Category, float]] = {"diagnosis": 0.1, "medication": 0.1}
# Which of these the written reply to a category tells in any case.
SAID: Final[Mapping[Category, tuple[Category, ...]]] = {
    "diagnosis": ("diagnosis", "medication"),
    "medication": ("diagnosis", "medication"),
    "injection": ("diagnosis",),
}
NEAR: Final = 0.6  # cosine with a passage or an editor's question from which a message is about a guide
SMALL_TALK: Final = 60  # words; small talk is short
SUBJECT: Final = 4  # letters; shorter words of a title name nothing
REMAINDER: Final = 4  # words; less is no question
Nearness = Callable[[str, Vectors | None], float]  # how near a message, or its vector if known, is to what guides say
_KINDS: Final[Mapping[str, Kind]] = {"chit_chat": "chat", "answer": "answer"}


class Router:
    """Rules first, then the router head, in precedence."""

    def __init__(
        self,
        policy: Policy,
        triage: Triage,
        classifier: Classifier | None,
        subjects: Sequence[str] = (),
        nearness: Nearness | None = None,
    ) -> None:
        """`subjects` are the titles of the guides: what names one of them, or is near to one, is not out of scope."""
        self._nearness = nearness
        self._subjects = [frozenset(words(subject)) for subject in subjects]
        self._triage, self._classifier, self._markup = triage, classifier, policy.markup
        self._rules = [rule for rule in policy.rules if rule.category in PRECEDENCE]
        self._injection = [rule for rule in self._rules if rule.category == "injection"]

    def route(
        self, normal: Normal, current: Reading, hidden: Sequence[Reading], vector: Vectors | None, language: str
    ) -> Verdict:
        """The verdict on a message in which nobody is in danger."""
        heard = self._classifier if language == ENGLISH else None
        opinion = heard.opinions([current])[0] if heard else None
        scores: Scores = opinion.router if opinion else {}
        sure = scores.get("answer", 0.0) if opinion and opinion.whole else 0.0
        findings = [f for f in self._triage.findings([current], self._rules) if sure < GENERAL[f.category]]
        findings += self._posing(normal)
        for reading in hidden:
            findings += [_whole(finding, normal) for finding in self._triage.findings([reading], self._rules)]
        category, learned = _decide(findings, scores, len(words(normal.text)))
        if category == "out_of_scope" and self._is_covered(normal.text, vector):
            category, learned = "answer", ()
        kept = tuple(finding for finding in findings if finding.category == category) or learned
        unsaid = {name: bar for name, bar in HINTS.items() if name not in SAID.get(category, ())}
        kept += tuple(_learned(name, scores, HINT) for name, bar in unsaid.items() if scores.get(name, 0.0) >= bar)
        return Verdict(_KINDS.get(category, "refuse"), category, None, kept, language=language)

    def _is_covered(self, text: str, vector: Vectors | None) -> bool:
        """Whether a message is about one of the guides after all: the heads were taught on one subject."""
        return self._names_subject(text) or (self._nearness is not None and self._nearness(text, vector) >= NEAR)

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


def _decide(findings: Sequence[Finding], scores: Scores, n_words: int) -> tuple[Category, tuple[Finding, ...]]:
    """The category, and the router's finding if it decided: the rules in precedence, then what the router thinks likeliest."""
    for category in PRECEDENCE:
        if any(finding.category == category for finding in findings):
            return category, ()
    said = [name for name, bar in BARS.items() if scores.get(name, 0.0) >= bar]
    said = [name for name in said if name != "chit_chat" or n_words <= SMALL_TALK]
    if not said:
        return "answer", ()
    likeliest = max(said, key=lambda name: scores[name])
    return likeliest, (_learned(likeliest, scores),)


def _learned(category: Category, scores: Scores, by: str = "router.") -> Finding:
    return Finding(f"{by}{category}", category, None, 0, 0, f"classifier, {scores[category]:.2f}")


def _whole(finding: Finding, normal: Normal) -> Finding:
    """A finding in decoded text points at the whole message."""
    return Finding(finding.rule, finding.category, finding.level, 0, normal.offsets[-1], finding.reason)
