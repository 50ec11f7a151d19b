"""Replies and country lines: what is said, in which words, and whom to call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.errors import SettingsError
from bot.safety.policy import listing, read_yaml

KINDS = ("emergency", "urgent", "poison", "crisis")


@dataclass(frozen=True, slots=True)
class Line:
    """A service to call: `label` as shown, `dial` for a tel: link (None where a country has no single line)."""

    kind: str
    name: str
    label: str
    dial: str | None


@dataclass(frozen=True, slots=True)
class Locale:
    """The lines of one country; a kind that is missing is said in general words."""

    code: str
    name: str
    lines: Mapping[str, Line]


def locales() -> tuple[str, ...]:
    """The country codes an operator can set."""
    return tuple(listing("locales"))


def load_locale(code: str) -> Locale:
    """The lines of a country; raises SettingsError naming the known codes."""
    if code not in locales():
        raise SettingsError(f"locale {code!r} is not known", hint="one of " + ", ".join(locales()))
    content = read_yaml("locales", f"{code}.yaml")
    lines = {}
    for kind in KINDS:
        line = content["lines"][kind]
        if "generic" not in line:
            lines[kind] = Line(kind, line["name"], line["label"], line["dial"])
    return Locale(code, content["name"], lines)


class Replies:
    """The shipped replies of every language, filled with one country's lines."""

    def __init__(self, locale: Locale, topics: Sequence[str] = (), *, limit: int) -> None:
        self._locale = locale
        self._topics = tuple(topics)
        self._limit = limit
        self._words: dict[str, dict[str, Any]] = {
            code: read_yaml("replies", f"{code}.yaml") for code in listing("replies")
        }

    @property
    def languages(self) -> tuple[str, ...]:
        """ISO 639-1 codes that have replies."""
        return tuple(self._words)

    def say(self, key: str, language: str, *, reason: str | None = None) -> str:
        """One reply in a language, English where it is not shipped, with the country's lines in it."""
        words = self._words.get(language, self._words["en"])
        filled = {kind: self._label(kind, words) for kind in KINDS}
        why = words["reasons"].get(reason or "unclear", words["reasons"]["unclear"])
        topics = "; ".join(self._topics[:6])
        return " ".join(str(words[key]).format(reason=why, topics=topics, limit=self._limit, **filled).split())

    def covers(self, language: str) -> str:
        """The line that says what the guides are about, or "" if no topics are known."""
        return self.say("covers", language) if self._topics else ""

    def _label(self, kind: str, words: Mapping[str, Any]) -> str:
        line = self._locale.lines.get(kind)
        return line.label if line else str(words["generic"][kind])
