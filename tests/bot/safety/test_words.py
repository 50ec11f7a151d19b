"""Every locale and every language is complete; numbers come with a name."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.errors import SettingsError
from bot.safety.guard import Guard
from bot.safety.policy import listing, load_policy, read_yaml
from bot.safety.words import KINDS, Replies, load_locale, locales
from bot.types import Category, Level, Question, Verdict

ENGLISH: dict[str, Any] = read_yaml("replies", "en.yaml")


def test_the_promised_countries_and_languages_ship() -> None:
    assert set(locales()) == {"GB", "US", "CA", "IE", "AU", "NZ", "IN", "ZA", "EU", "unknown"}
    assert set(listing("replies")) == {"en", "es", "fr", "de", "pt", "it", "pl", "hi", "ar", "zh"}
    assert set(listing("policy", "languages")) == set(listing("replies"))


@pytest.mark.parametrize("code", locales())
def test_locale_is_complete(code: str) -> None:
    content = read_yaml("locales", f"{code}.yaml")
    assert set(content["lines"]) == set(KINDS)
    for line in content["lines"].values():
        assert line["source"]
        assert line["checked"]
        if "generic" not in line:
            assert line["name"]
            assert re.fullmatch(r"\+?\d{3,15}", line["dial"])
            digits = re.sub(r"\D", "", line["label"])
            assert line["dial"].removeprefix("+353")[-3:] in digits
    assert code == "unknown" or "emergency" in load_locale(code).lines


def test_unknown_locale_names_the_known_ones() -> None:
    with pytest.raises(SettingsError, match="GB"):
        load_locale("XX")


@pytest.mark.parametrize("language", listing("replies"))
def test_language_has_every_reply(language: str) -> None:
    content = read_yaml("replies", f"{language}.yaml")
    assert set(content) == set(ENGLISH)
    for key, text in ENGLISH.items():
        if isinstance(text, str):
            assert content[key].strip()
            assert set(re.findall(r"\{\w+\}", content[key])) == set(re.findall(r"\{\w+\}", text)), key
        else:
            assert set(content[key]) == set(text)
            assert all(content[key][name] for name in text if text[name])


def test_every_rule_has_a_reason() -> None:
    said = set(ENGLISH["reasons"]) | {"harm", "injection", "medication", "diagnosis"}
    assert {rule.why for rule in load_policy().rules} <= said


@pytest.mark.parametrize("code", locales())
@pytest.mark.parametrize("language", listing("replies"))
def test_emergency_reply_names_the_number_first(code: str, language: str) -> None:
    country = load_locale(code)
    said = Replies(country, limit=100).say("emergency", language, reason="bone")
    line = country.lines.get("emergency")
    number = line.label if line else read_yaml("replies", f"{language}.yaml")["generic"]["emergency"]
    assert number in re.split(r"[.。](?:\s|$)", said)[0]
    assert "{" not in said


CASES: list[tuple[Category, Level | None]] = [
    ("crisis", "emergency_now"),
    ("emergency", "emergency_now"),
    ("urgent", "same_day"),
    ("urgent", "soon"),
    ("harm", None),
    ("injection", None),
    ("medication", None),
    ("diagnosis", None),
    ("out_of_scope", None),
    ("chit_chat", None),
    ("invalid", None),
    ("unsupported", None),
]


@pytest.mark.parametrize(("category", "level"), CASES)
def test_every_category_has_words(guard: Guard, category: Category, level: Level | None) -> None:
    said = guard.reply(Verdict("refuse", category, level), Question("x"))
    assert len(said) > 20
    assert "{" not in said


def test_out_of_scope_says_what_is_covered(guard: Guard) -> None:
    assert "Knee pain" in guard.reply(Verdict("refuse", "out_of_scope"), Question("x"))
