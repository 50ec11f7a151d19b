"""The door of the path: decides what may be answered, says what is said instead, and watches what leaves."""

from __future__ import annotations

import hashlib
import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.safety.classify import Head, Vectors, load_head
from bot.safety.language import detect
from bot.safety.lexicon import Speller
from bot.safety.normalise import Normal, normalise
from bot.safety.policy import Policy, Rule, load_policy
from bot.safety.rail import Rail
from bot.safety.route import route
from bot.safety.text import words
from bot.safety.triage import Reading, Triage
from bot.safety.words import Line, Replies, load_locale
from bot.types import Category, Finding, Kind, Level, Question, Verdict

log = logging.getLogger(__name__)
Embed = Callable[[list[str]], NDArray[np.float32]]

ALARM: Final = 0.60  # 1 - P(none) from which the alarm head alone escalates; chosen by cross-validation on the examples
ALARMS: Final[tuple[Category, ...]] = ("crisis", "emergency", "urgent", "harm")
TURNS: Final = 6  # user turns read together with the current one
PIECES: Final = 6  # sentences of a message classified beside the whole
SCANNED: Final = 20_000  # characters of an over-long message that are read for emergencies, from each end
_LEVELS: Final[tuple[Level, ...]] = ("emergency_now", "same_day", "soon")
_KINDS: Final[Mapping[str, Kind]] = {"crisis": "escalate", "emergency": "escalate", "urgent": "escalate", "chit_chat": "chat", "answer": "answer"}
_CACHE: Final = 512


class Guard:
    """Safety as one object; thread-safe, holds no message text."""

    def __init__(self, policy: Policy, speller: Speller, replies: Replies, lines: Sequence[Line], *, embed: Embed | None,
                 alarm: Head | None, router: Head | None, max_chars: int, languages: Sequence[str]) -> None:
        self._policy, self._speller, self._replies = policy, speller, replies
        self._triage = Triage(policy, speller)
        self._embed, self._alarm, self._router = embed, alarm, router
        self._max_chars, self._guide_languages = max_chars, frozenset(languages)
        self.lines = tuple(lines)
        self._alarm_rules = [rule for rule in policy.rules if rule.category in ALARMS]
        self._route_rules = [rule for rule in policy.rules if rule.category not in ALARMS]
        self._injection_rules = [rule for rule in policy.rules if rule.category == "injection"]
        self._rail = Rail(policy, self._orders)
        self._shares: OrderedDict[bytes, dict[str, float]] = OrderedDict()
        self._lock = Lock()

    @classmethod
    def load(
        cls,
        *,
        locale: str,
        embed: Embed | None,
        cache_dir: Path | None,
        max_chars: int,
        topics: Sequence[str] = (),
        languages: Sequence[str] = ("en",),
        answerable: Sequence[str] = (),
    ) -> Guard:
        """Read policy, replies and the country's lines, and train or fetch the two heads.

        `embed` turns texts into unit vectors (n, 384); without it only the rules decide. `topics` are named in the
        out-of-scope reply; `languages` are those the guides are written in; `answerable` are questions
        they answer, which the heads learn as harmless. Raises SettingsError for an unknown
        locale or a policy file that cannot be used.
        """
        from spellchecker import SpellChecker

        country = load_locale(locale)
        policy = load_policy()
        english = policy.languages["en"]
        speller = Speller(english.terms.vocabulary | english.scoper.vocabulary | english.marks, SpellChecker().word_frequency.dictionary)
        return cls(
            policy,
            speller,
            Replies(country, topics, limit=max_chars),
            tuple(country.lines.values()),
            embed=embed,
            alarm=load_head("alarm", embed, cache_dir, "none", answerable) if embed else None,
            router=load_head("router", embed, cache_dir, "answer", answerable) if embed else None,
            max_chars=max_chars,
            languages=languages,
        )

    def check(self, question: Question, vector: NDArray[np.float32] | None = None) -> Verdict:
        """Decide a message in the light of the reader's recent turns; `vector` is its embedding if known (384,).

        Never raises: whatever goes wrong yields a safe referral, logged without the text.
        """
        try:
            return self._check(question, vector)
        except Exception as error:  # noqa: BLE001 - safety fails closed, whatever the cause
            log.error("safety check failed: %s", type(error).__name__)
            failed = Finding("guard.failed", "unsupported", None, 0, 0, "the check itself failed")
            return Verdict("refuse", "unsupported", findings=(failed,))

    def reply(self, verdict: Verdict, question: Question) -> str:
        """The words for a verdict other than `answer`, in the message's language where replies ship it, else English."""
        language, rules = verdict.language, {finding.rule for finding in verdict.findings}
        if "guard.failed" in rules:
            return self._replies.say("failed", language)
        if "language.not_in_guides" in rules:
            return self._replies.say("language", language)
        if verdict.category in ("emergency", "urgent"):
            return self._escalation(verdict)
        if verdict.category == "invalid":
            return self._replies.say("too_long" if question.text.strip() else "empty", language)
        if verdict.category == "out_of_scope":
            covers = self._replies.covers(language)
            return " ".join(filter(None, (self._replies.say("out_of_scope", language), covers)))
        if verdict.category == "chit_chat":
            return self._replies.say(self._chat_key(question.text), language)
        known = ("crisis", "harm", "injection", "medication", "diagnosis")
        return self._replies.say(verdict.category if verdict.category in known else "failed", language)

    def lead(self, key: str, language: str = "en") -> str:
        """A short introduction: "guide_lead" before a guide's passage, "remainder" before the rest of a declined message."""
        return self._replies.say(key, language)

    def rail(self, text: str, evidence: Sequence[str], question: Question) -> tuple[str, tuple[Finding, ...]]:
        """The text without sentences that may not leave, and why each went; "" when nothing may be shown. Never raises."""
        try:
            return self._rail.check(text, evidence)
        except Exception as error:  # noqa: BLE001 - safety fails closed, whatever the cause
            log.error("output rail failed: %s", type(error).__name__)
            return "", (Finding("guard.failed", "unsupported", None, 0, len(text), "the rail itself failed"),)

    def _check(self, question: Question, vector: Vectors | None) -> Verdict:
        text = question.text
        if not text.strip():
            return Verdict("refuse", "invalid", findings=(Finding("input.empty", "invalid", None, 0, 0, "no text"),))
        too_long = len(text) > self._max_chars
        read = text if len(text) <= 2 * SCANNED else text[:SCANNED] + "\n" + text[-SCANNED:]
        normal = self._normal(read)
        language, codes = detect(normal.text, self._policy.languages, self._speller)
        current = self._triage.read(normal, codes)
        history = [turn.text[: self._max_chars] for turn in question.history if turn.role == "user"][-TURNS:]
        past = [self._read(turn) for turn in history]
        hidden = [self._triage.read(Normal(form, tuple(range(len(form) + 1))), ("en", *codes[1:])) for form in normal.decoded]
        alarms = self._alarms(past, current, hidden)
        vectors = None if too_long or not text.strip() else vector
        alarms += self._learned_alarms(normal, history[_resolved_at([*past, current]) :], vectors, too_long)
        if alarms:
            return _escalate(alarms, language)
        if too_long:
            return Verdict("refuse", "invalid", findings=(Finding("input.too_long", "invalid", None, 0, len(text), "too long"),), language=language)
        return self._routed(normal, current, hidden, vector, language)

    def _routed(self, normal: Normal, current: Reading, hidden: Sequence[Reading], vector: Vectors | None, language: str) -> Verdict:
        findings = [finding for _, finding in self._triage.findings([current], self._route_rules)]
        findings += self._markup(normal)
        findings += [_whole(f, normal) for reading in hidden for _, f in self._triage.findings([reading], self._route_rules)]
        shares = self._predict(self._router, [normal.text], vector)[0]
        on_topic = any(sign.term == "on_topic" for sign in current.signs)
        category, finding = route(findings, shares, on_topic=on_topic, n_words=len(words(normal.text)))
        kept = tuple(f for f in findings if f.category == category) or ((finding,) if finding else ())
        if category != "injection" and language not in self._guide_languages:
            foreign = Finding("language.not_in_guides", "out_of_scope", None, 0, 0, f"language {language}")
            return Verdict("refuse", "out_of_scope", findings=(foreign,), language=language)
        remainder = self._remainder(normal) if category == "injection" else None
        return Verdict(_KINDS.get(category, "refuse"), category, findings=kept, remainder=remainder, language=language)

    def _remainder(self, normal: Normal) -> str | None:
        """The sentences that are no attempt on the bot, if they are a question the guide may answer."""
        from bot.safety.text import sentences

        clean = []
        for sentence in sentences(normal.text):
            piece = normal.text[sentence.tokens[0].start : sentence.tokens[-1].end] + ("?" if sentence.question else ".")
            if not self._orders(piece) and len(sentence.tokens) >= 4:
                clean.append(piece)
        rest = " ".join(clean)
        if not rest or rest == normal.text.strip():
            return None
        verdict = self._routed(self._normal(rest), self._read(rest), (), None, "en")
        return rest if verdict.category == "answer" and "?" in rest else None

    def _orders(self, text: str) -> bool:
        """Does this text give orders to a language model?"""
        normal = self._normal(text)
        readings = [self._triage.read(normal, ("en",))]
        readings += [self._triage.read(Normal(form, tuple(range(len(form) + 1))), ("en",)) for form in normal.decoded]
        return bool(self._markup(normal)) or any(self._triage.findings([reading], self._injection_rules) for reading in readings)

    def _markup(self, normal: Normal) -> list[Finding]:
        found = []
        for form in (normal.text, *normal.decoded):
            for pattern in self._policy.markup:
                if match := pattern.search(form):
                    span = normal.span(*match.span()) if form == normal.text else (0, normal.offsets[-1])
                    found.append(Finding("injection.markup", "injection", None, *span, "text that poses as a system turn"))
        return found

    def _alarms(self, past: Sequence[Reading], current: Reading, hidden: Sequence[Reading]) -> list[tuple[str, Finding]]:
        turns = [*past, current]
        since = _resolved_at(turns)
        lasting = [rule for rule in self._alarm_rules if rule.category == "crisis"]
        passing = [rule for rule in self._alarm_rules if rule.category != "crisis"]
        fired: list[tuple[Rule, Finding]] = self._triage.findings(turns, lasting)
        fired += self._triage.findings(turns[since:], passing)
        for reading in hidden:
            fired += self._triage.findings([reading], self._alarm_rules)
        return [(rule.why, finding) for rule, finding in fired]

    def _learned_alarms(self, normal: Normal, history: Sequence[str], vector: Vectors | None, too_long: bool) -> list[tuple[str, Finding]]:
        """What the alarm head says of the message, of its sentences and of the turns before it."""
        if self._alarm is None:
            return []
        pieces = [] if too_long else [normal.text]
        pieces += _pieces(normal.text)
        shares = self._predict(self._alarm, [*pieces, *history], None if too_long else vector)
        worst: list[tuple[str, Finding]] = []
        for number, share in enumerate(shares):
            if 1.0 - share["none"] < ALARM:
                continue
            category = max((name for name in share if name != "none"), key=lambda name: share[name])
            if category == "urgent" and share["emergency"] > 0.5 * share["urgent"]:
                category = "emergency"
            level: Level | None = None if category == "harm" else "same_day" if category == "urgent" else "emergency_now"
            span = (0, normal.offsets[-1]) if number < len(pieces) else (0, 0)
            worst.append(("unclear", Finding("classifier.alarm", category, level, *span, f"P(alarm) = {1 - share['none']:.2f}")))  # type: ignore[arg-type]
        return worst

    def _predict(self, head: Head | None, texts: Sequence[str], first: Vectors | None) -> list[dict[str, float]]:
        """Class probabilities per text, each text embedded once while it is remembered (by digest, never by text)."""
        if head is None or self._embed is None:
            return [{} for _ in texts]
        keys = [hashlib.blake2b(f"{id(head)}\0{text}".encode(), digest_size=16).digest() for text in texts]
        with self._lock:
            known = {key: self._shares[key] for key in keys if key in self._shares}
        if first is not None and keys and keys[0] not in known:
            known[keys[0]] = head.predict(np.asarray(first, dtype=np.float32).reshape(1, -1))[0]
        missing = list(dict.fromkeys(text for text, key in zip(texts, keys, strict=True) if key not in known))
        if missing:
            for text, share in zip(missing, head.predict(self._embed(missing)), strict=True):
                known[keys[texts.index(text)]] = share
        with self._lock:
            self._shares.update(known)
            while len(self._shares) > _CACHE:
                self._shares.popitem(last=False)
        return [known[key] for key in keys]

    def _read(self, text: str) -> Reading:
        normal = self._normal(text)
        return self._triage.read(normal, detect(normal.text, self._policy.languages, self._speller)[1])

    def _normal(self, text: str) -> Normal:
        return normalise(text, homoglyphs=self._policy.homoglyphs, is_word=self._speller.is_word)

    def _escalation(self, verdict: Verdict) -> str:
        first = next((f for f in verdict.findings if f.category == verdict.category and f.level == verdict.level), None)
        why = next((rule.why for rule in self._policy.rules if first and rule.id == first.rule), None)
        key = "emergency" if verdict.level == "emergency_now" else f"urgent_{verdict.level or 'same_day'}"
        if key == "emergency" and why == "overdose":
            key = "overdose"
        said = self._replies.say(key, verdict.language, reason=why)
        earlier = bool(verdict.findings) and all((f.start, f.end) == (0, 0) for f in verdict.findings)
        return f"{said} {self._replies.say('still', verdict.language)}" if earlier else said

    def _chat_key(self, text: str) -> str:
        signs = {sign.term for sign in self._read(text).signs}
        return next((key for key in ("thanks", "about", "greeting") if f"chat_{key}" in signs), "chat")


def _resolved_at(readings: Sequence[Reading]) -> int:
    """The last turn that says the matter has been seen to; what came before it no longer counts."""
    for number in range(len(readings) - 1, 0, -1):
        if any(sign.term == "resolved" and sign.silent is None for sign in readings[number].signs):
            return number
    return 0


def _pieces(text: str) -> list[str]:
    from bot.safety.text import sentences

    parts = [text[s.tokens[0].start : s.tokens[-1].end] for s in sentences(text) if len(s.tokens) >= 3]
    return parts[:PIECES] if len(parts) > 1 else []


def _whole(finding: Finding, normal: Normal) -> Finding:
    """A finding in decoded text points at the whole message."""
    return Finding(finding.rule, finding.category, finding.level, 0, normal.offsets[-1], finding.reason)


def _escalate(alarms: Iterable[tuple[str, Finding]], language: str) -> Verdict:
    """The gravest alarm decides category and level; every finding is kept, gravest first."""
    findings = [finding for _, finding in alarms]
    grade = {category: number for number, category in enumerate(ALARMS)}
    findings.sort(key=lambda f: (grade[f.category], _LEVELS.index(f.level) if f.level else 0, f.rule == "classifier.alarm"))
    first = findings[0]
    kind: Kind = _KINDS.get(first.category, "refuse")
    return Verdict(kind, first.category, first.level, tuple(findings), language=language)
