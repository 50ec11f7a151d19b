"""Reads the policy files: terms, rules and the cues of each language. The files are words; this is their grammar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Literal, cast

import regex
import yaml

from bot.errors import SettingsError
from bot.safety.lexicon import Lexicon
from bot.safety.scope import Scoper
from bot.types import Category, Level

Join = Literal["&", "+", "*"]
Scope = Literal["full", "denied", "raw"]  # which blocks silence a term: all of them, denials only, none
BODIES = frozenset({"knee", "calf", "leg", "foot", "limb", "arm", "chest"})


@dataclass(frozen=True, slots=True)
class Condition:
    """Terms that must stand together: anywhere (one term), in one sentence (+) or in one clause (*)."""

    terms: tuple[str, ...]
    join: Join = "&"
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a family; any alternative of `when` fires it."""

    id: str
    category: Category
    level: Level | None
    why: str
    source: str
    scope: Scope
    when: tuple[tuple[Condition, ...], ...]


@dataclass(frozen=True, slots=True)
class Language:
    """A language's terms, its cues, and the words it is known by."""

    code: str
    terms: Lexicon
    scoper: Scoper
    marks: frozenset[str]


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything `policy/` says."""

    rules: tuple[Rule, ...]
    languages: Mapping[str, Language]
    homoglyphs: Mapping[str, str]
    markup: tuple[regex.Pattern[str], ...]
    terms: frozenset[str] = field(default_factory=frozenset)
    company: frozenset[str] = field(default_factory=frozenset)  # terms that are no sign on their own


def read_yaml(*parts: str) -> Any:
    """A YAML file beside this module, every scalar a string ("no" stays "no"); raises SettingsError if it is not YAML."""
    path = files("bot.safety").joinpath(*parts)
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
    except (OSError, yaml.YAMLError) as error:
        raise SettingsError(f"safety policy: {'/'.join(parts)} cannot be read") from error


def listing(*parts: str) -> list[str]:
    """The YAML files of a folder beside this module, without ending, sorted."""
    folder: Traversable = files("bot.safety").joinpath(*parts)
    return sorted(path.name.removesuffix(".yaml") for path in folder.iterdir() if path.name.endswith(".yaml"))


@lru_cache(maxsize=1)
def load_policy() -> Policy:
    """Read and compile every policy file once; raises SettingsError naming what is wrong in it."""
    terms: dict[str, list[str]] = {}
    for name in listing("policy", "terms"):
        terms |= read_yaml("policy", "terms", f"{name}.yaml")
    languages = {
        "en": _language("en", {"terms": terms, "cues": read_yaml("policy", "scope.yaml"), "marks": []}, set(terms))
    }
    for code in listing("policy", "languages"):
        content = read_yaml("policy", "languages", f"{code}.yaml")
        if code == "en":
            languages["en"] = _language(
                "en", {"terms": terms, "cues": read_yaml("policy", "scope.yaml")} | content, set(terms)
            )
        else:
            languages[code] = _language(code, content, set(terms))
    rules: list[Rule] = []
    markup: list[regex.Pattern[str]] = []
    for name in listing("policy", "rules"):
        for family, content in read_yaml("policy", "rules", f"{name}.yaml").items():
            rules += _rules(family, content, set(terms))
            markup += [regex.compile(pattern) for pattern in content.get("markup", [])]
    used = frozenset(term for rule in rules for way in rule.when for condition in way for term in condition.terms)
    return Policy(
        tuple(rules),
        languages,
        read_yaml("policy", "homoglyphs.yaml"),
        tuple(markup),
        used | BODIES | frozenset(terms),
        frozenset(read_yaml("policy", "company.yaml")),
    )


def _language(code: str, content: Mapping[str, Any], known: set[str]) -> Language:
    cues: dict[str, list[str]] = dict(content["cues"])
    stops = [word for phrase in cues.get("deny", []) for word in phrase.split("|") if " " not in phrase]
    if unknown := set(content["terms"]) - known:
        raise SettingsError(f"safety policy: {code} has terms English lacks: {', '.join(sorted(unknown))}")
    lexicon = Lexicon(content["terms"], stops=stops)
    bodies = (
        Lexicon({name: phrases for name, phrases in content["terms"].items() if name in BODIES})
        if code != "en"
        else None
    )
    body_words = (bodies or _english_bodies(content["terms"])).vocabulary
    marks = frozenset(content.get("marks", ()))
    return Language(code, lexicon, Scoper(cues, frozenset(body_words)), marks)


def _english_bodies(terms: Mapping[str, list[str]]) -> Lexicon:
    """Single words for parts of the body: those that may open a clause."""
    single = {name: [p for p in terms[name] if " " not in p and "@" not in p] for name in BODIES if name != "limb"}
    return Lexicon({name: phrases for name, phrases in single.items() if phrases})


def _rules(family: str, content: Mapping[str, Any], known: set[str]) -> list[Rule]:
    rules = []
    for item in content["rules"]:
        level = cast(Level | None, item["level"] or None)
        category = content.get("category") or ("emergency" if level == "emergency_now" else "urgent")
        when = tuple(tuple(_condition(part, known) for part in way.split("&")) for way in item["when"])
        rules.append(
            Rule(
                f"{family}.{item['id']}",
                cast(Category, category),
                level,
                item.get("why") or content["why"],
                content["source"],
                cast(Scope, content.get("scope", "full")),
                when,
            )
        )
    return rules


def _condition(part: str, known: set[str]) -> Condition:
    part = part.strip()
    absent = part.startswith("!")
    join: Join = "*" if "*" in part else "+" if "+" in part else "&"
    names: tuple[str, ...] = ()
    for chunk in part.removeprefix("!").replace("*", "+").split("+"):
        names += (chunk.strip(),)
    if unknown := set(names) - known:
        raise SettingsError(f"safety policy: no term {', '.join(sorted(unknown))}")
    return Condition(names, join, absent)
