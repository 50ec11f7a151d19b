"""The door of the path: decides what may be answered, says what is said instead, and watches what leaves."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from bot.safety.alarm import HINT, Alarms, escalate, resolved_at
from bot.safety.classify import Classifier, Heads, Vectors
from bot.safety.foreign import ForeignHead
from bot.safety.language import detect
from bot.safety.lexicon import Speller
from bot.safety.normalise import Normal, normalise
from bot.safety.policy import Policy, load_policy
from bot.safety.rail import Rail
from bot.safety.route import Nearness, Router
from bot.safety.speak import Speaker
from bot.safety.triage import Reading, Triage
from bot.safety.words import Line, Replies, load_locale
from bot.types import Finding, Question, Verdict

log = logging.getLogger(__name__)

TURNS: Final = 12  # user turns read together with the current one
DESPAIR: Final = "crisis"  # the hint that comes before an answer
SCANNED: Final = 20_000  # characters of an over-long message read for emergencies, from each end


class Guard:
    """Safety as one object; thread-safe, holds no message text. `lines` are the country's services, for tel: links."""

    lines: tuple[Line, ...]
    is_word: Callable[[str], bool]  # whether the dictionary, or a rule, knows a word (in lower case)

    def __init__(
        self,
        policy: Policy,
        speller: Speller,
        speaker: Speaker,
        max_chars: int,
        topics: Sequence[str] = (),
        classifier: Classifier | None = None,
        nearness: Nearness | None = None,
    ) -> None:
        self._policy, self._speller, self._speaker = policy, speller, speaker
        self._triage = Triage(policy, speller)
        self._rail = Rail(policy, self._orders)
        self._max_chars = max_chars
        self._guide_languages = frozenset({"en"})
        self.lines = speaker.lines
        self.is_word = speller.is_word
        self._alarms = Alarms(policy, self._triage, classifier)
        self._router = Router(policy, self._triage, classifier, topics, nearness)

    @classmethod
    def load(
        cls,
        *,
        locale: str,
        reader: Heads | None,
        max_chars: int,
        cache_dir: Path | None = None,
        topics: Sequence[str] = (),
        languages: Sequence[str] = ("en",),
        nearness: Nearness | None = None,
    ) -> Guard:
        """Read policy, replies and the country's lines.

        `reader` classifies texts; without it only the rules decide. What is learned for other languages is kept in `cache_dir`. `topics` are named in the out-of-scope reply;
        `languages` are those the guides are written in; `nearness` tells how near a message is to the guides, -1 to 1.
        Raises SettingsError for an unknown locale or a policy file that cannot be used.
        """
        from spellchecker import SpellChecker

        country = load_locale(locale)
        policy = load_policy()
        english = policy.languages["en"]
        vocabulary = english.terms.vocabulary | english.scoper.vocabulary | english.marks
        speller = Speller(vocabulary, SpellChecker().word_frequency.dictionary)
        speaker = Speaker(Replies(country, topics, limit=max_chars), policy, tuple(country.lines.values()))
        classifier = Classifier(reader, ForeignHead(cache_dir)) if reader else None
        guard = cls(policy, speller, speaker, max_chars, topics, classifier, nearness)
        guard._guide_languages = frozenset(languages)
        return guard

    def check(self, question: Question, vector: Vectors | None = None) -> Verdict:
        """Decide a message in the light of the reader's recent turns; `vector` is its embedding if known (384,).

        Never raises: whatever goes wrong yields a safe referral, logged without the text.
        """
        try:
            return self._check(question, vector)
        except Exception as error:  # noqa: BLE001 - safety fails closed, whatever the cause
            log.error("safety check failed: %s", type(error).__name__)
            return Verdict("refuse", "unsupported", findings=(_note("guard.failed", "the check itself failed"),))

    def reply(self, verdict: Verdict, question: Question) -> str:
        """The words for a verdict other than `answer`, in the message's language where replies ship it, else English."""
        try:
            terms = self._chat_terms(question.text) if verdict.category == "chit_chat" else frozenset()
            return self._speaker.reply(verdict, question, terms)
        except Exception as error:  # noqa: BLE001 - safety fails closed, whatever the cause
            log.error("safety reply failed: %s", type(error).__name__)
            return self._speaker.say("failed", "en")

    def lead(self, key: str, language: str = "en") -> str:
        """A short introduction: "guide_lead" before a guide's passage, "remainder" before the rest of a declined message."""
        return self._speaker.say(key, language)

    def referral(self, verdict: Verdict, *, first: bool) -> str:
        """Whom to turn to, where a message raised no alarm and yet some doubt, or may have asked about oneself; else "".

        Who may be in despair reads it `first`; the rest stands after the answer.
        """
        hinted = [f.rule.removeprefix(HINT) for f in verdict.findings if f.rule.startswith(HINT)]
        return " ".join(self.lead(f"refer_{name}", verdict.language) for name in hinted if (name == DESPAIR) is first)

    def rail(self, text: str, evidence: Sequence[str], question: Question) -> tuple[str, tuple[Finding, ...]]:
        """The text without sentences that may not leave, and why each went; "" when nothing may be shown. Never raises."""
        try:
            return self._rail.check(text, evidence)
        except Exception as error:  # noqa: BLE001 - safety fails closed, whatever the cause
            log.error("output rail failed: %s", type(error).__name__)
            return "", (_note("guard.failed", "the rail itself failed"),)

    def _check(self, question: Question, vector: Vectors | None) -> Verdict:
        text = question.text
        if not text.strip():
            return Verdict("refuse", "invalid", findings=(_note("input.empty", "no text"),))
        normal = self._normal(text if len(text) <= 2 * SCANNED else f"{text[:SCANNED]}\n{text[-SCANNED:]}")
        language, codes = detect(normal.text, self._policy.languages, self._speller)
        current = self._triage.read(normal, codes, language)
        hidden = [self._triage.read(_as_typed(form), codes, language) for form in normal.decoded]
        history = [turn.text[: self._max_chars] for turn in question.history if turn.role == "user"][-TURNS:]
        past = [self._read(turn) for turn in history]
        alarms = self._alarms.ruled(past, current, hidden)
        since = resolved_at([*past, current])
        learned = self._alarms.learned(current, past[since:], normal.offsets[-1])
        firm = bool(learned or hidden) or any(finding.category == "harm" for finding in alarms)
        if learned or (alarms and (firm or not self._alarms.harmless([current, *past]))):
            return escalate([*alarms, *learned], language)
        if len(text) > self._max_chars:
            return Verdict("refuse", "invalid", findings=(_note("input.too_long", "too long"),), language=language)
        verdict = self._router.route(normal, current, hidden, vector, language)
        if verdict.category != "injection" and language not in self._guide_languages:
            foreign = _note("language.not_in_guides", f"language {language}")
            return Verdict("refuse", "out_of_scope", findings=(foreign,), language=language)
        if verdict.category == "injection":
            verdict = self._with_remainder(verdict, normal)
        return replace(verdict, findings=(*verdict.findings, *self._alarms.doubts(current)))

    def _with_remainder(self, verdict: Verdict, normal: Normal) -> Verdict:
        """Adds what is left of the message once the attempt is cut out, if that is a question for the guide."""
        rest = self._router.harmless_part(normal, self._orders)
        if rest is None:
            return verdict
        cleaned = self._normal(rest)
        left = self._router.route(cleaned, self._triage.read(cleaned, ("en",)), (), None, verdict.language)
        remainder = rest if left.category == "answer" else None
        return Verdict(verdict.kind, verdict.category, None, verdict.findings, remainder, verdict.language)

    def _orders(self, text: str) -> bool:
        """Does this text give orders to a language model?"""
        normal = self._normal(text)
        readings = [self._triage.read(form, ("en",)) for form in (normal, *map(_as_typed, normal.decoded))]
        return self._router.is_injection(normal, readings)

    def _chat_terms(self, text: str) -> frozenset[str]:
        return frozenset(sign.term for sign in self._triage.read(self._normal(text[: self._max_chars]), ("en",)).signs)

    def _read(self, text: str) -> Reading:
        normal = self._normal(text)
        language, codes = detect(normal.text, self._policy.languages, self._speller)
        return self._triage.read(normal, codes, language)

    def _normal(self, text: str) -> Normal:
        return normalise(text, homoglyphs=self._policy.homoglyphs, is_word=self._speller.is_word)


def _as_typed(form: str) -> Normal:
    """A decoded form read as if it had been typed so."""
    return Normal(form, tuple(range(len(form) + 1)))


def _note(rule: str, reason: str) -> Finding:
    return Finding(rule, "unsupported" if rule == "guard.failed" else "invalid", None, 0, 0, reason)
