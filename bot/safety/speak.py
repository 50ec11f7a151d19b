"""From a verdict to the words a reader sees."""

from __future__ import annotations

from collections.abc import Set

from bot.safety.policy import Policy
from bot.safety.words import Line, Replies
from bot.types import Question, Verdict

_FIXED = ("crisis", "harm", "injection", "medication", "diagnosis")
_CHAT = ("thanks", "about", "greeting")


class Speaker:
    """Chooses and fills the reply of a verdict."""

    def __init__(self, replies: Replies, policy: Policy, lines: tuple[Line, ...]) -> None:
        self._replies = replies
        self._why = {rule.id: rule.why for rule in policy.rules}
        self.lines = lines

    def say(self, key: str, language: str) -> str:
        """One shipped reply as it stands."""
        return self._replies.say(key, language)

    def reply(self, verdict: Verdict, question: Question, terms: Set[str]) -> str:
        """The reply of a verdict; `terms` are those the message contains, by which small talk is told apart."""
        language, rules = verdict.language, {finding.rule for finding in verdict.findings}
        if "guard.failed" in rules:
            return self.say("failed", language)
        if "language.not_in_guides" in rules:
            return self.say("language", language)
        if verdict.category in ("emergency", "urgent"):
            return self._escalation(verdict)
        if verdict.category == "invalid":
            return self.say("too_long" if question.text.strip() else "empty", language)
        if verdict.category == "out_of_scope":
            return " ".join(filter(None, (self.say("out_of_scope", language), self._replies.covers(language))))
        if verdict.category == "chit_chat":
            return self.say(next((key for key in _CHAT if f"chat_{key}" in terms), "chat"), language)
        return self.say(verdict.category if verdict.category in _FIXED else "failed", language)

    def _escalation(self, verdict: Verdict) -> str:
        first = next((f for f in verdict.findings if (f.category, f.level) == (verdict.category, verdict.level)), None)
        why = self._why.get(first.rule) if first else None
        key = "emergency" if verdict.level == "emergency_now" else f"urgent_{verdict.level or 'same_day'}"
        if key == "emergency" and why == "overdose":
            key = "overdose"
        said = self._replies.say(key, verdict.language, reason=why)
        earlier = bool(verdict.findings) and all((f.start, f.end) == (0, 0) for f in verdict.findings)
        return f"{said} {self.say('still', verdict.language)}" if earlier else said
