"""The labelled cases of an eval suite, read from `eval/suites/<suite>/<split>.jsonl` and checked line by line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

from bot.errors import InputError
from bot.types import Category, Kind, Level, Question, Role, Turn

Split = Literal["train", "dev", "test"]  # training is for what is learned, development for choices, test for reports
GoldMode = Literal["any", "all"]
PairKind = Literal[
    "supported",
    "number",
    "negation",
    "cause",
    "subject",
    "modality",
    "scope",
    "antonym",
    "added_recommendation",
    "added_body_part",
    "other_fact",
]

SUITES_DIR = Path(__file__).parent / "suites"


@dataclass(frozen=True, slots=True)
class Expect:
    """What a right answer is: its kind, any of these categories, and its level; None or () where the case fixes none.

    A case without a kind is about safety: "answer" among its categories means that the message must be let through,
    whether the guide then answers it or not.
    """

    kind: Kind | None = None
    categories: tuple[Category, ...] = ()
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One message, what came before it, and what a right answer to it must and must not hold.

    `gold` holds verbatim sentences of the guide: with `gold_mode` "any" each of them answers alone, with "all"
    they answer together. A right answer holds, for each list in `key_facts`, at least one of its strings, and
    none of `must_not`; both compare without regard to case. `premise` is the false claim a question rests on,
    `standalone` the follow-up as it reads without its history, `nearest` the guide's sentence closest to a
    question it does not answer.
    """

    id: str
    text: str
    expect: Expect
    history: tuple[tuple[str, str], ...] = ()
    gold: tuple[str, ...] = ()
    gold_mode: GoldMode = "any"
    key_facts: tuple[tuple[str, ...], ...] = ()
    must_not: tuple[str, ...] = ()
    section: str | None = None
    tags: tuple[str, ...] = ()
    standalone: str | None = None
    premise: str | None = None
    nearest: str | None = None
    locale: str | None = None

    def question(self, locale: str = "unknown") -> Question:
        """The case as the bot receives it; `locale` is a country code, used where the case names none."""
        turns = [turn for user, bot in self.history for turn in (Turn("user", user), Turn("assistant", bot))]
        return Question(self.text, tuple(turn for turn in turns if turn.text), self.locale or locale)


@dataclass(frozen=True, slots=True)
class SupportPair:
    """A claim and the one to three guide sentences it is held against; `kind` names the alteration, or is "supported"."""

    id: str
    context: tuple[str, ...]
    claim: str
    supported: bool
    kind: PairKind
    tags: tuple[str, ...] = ()


Labelled = TypeVar("Labelled", Case, SupportPair)


def load_cases(suite: str, split: Split, *, root: Path = SUITES_DIR) -> list[Case]:
    """Every case of a suite's split, in file order; `suite` may be nested, as in "shoulder/faq".

    Raises:
        InputError: there is no such file, or a line of it is not a case (names file and line).
    """
    return _unique(root / suite / f"{split}.jsonl", parse_case)


def load_support_pairs(split: Split, suite: str = "support_pairs", *, root: Path = SUITES_DIR) -> list[SupportPair]:
    """Every claim-and-context pair of a split, in file order.

    Raises:
        InputError: there is no such file, or a line of it is not a pair (names file and line).
    """
    return _unique(root / suite / f"{split}.jsonl", parse_pair)


def list_suites(split: Split, *, root: Path = SUITES_DIR) -> list[str]:
    """The suites that have the split, by name in alphabetical order, nested ones as "shoulder/faq"."""
    return sorted(path.parent.relative_to(root).as_posix() for path in root.rglob(f"{split}.jsonl"))


class _Bad(ValueError):
    """A record is unusable; the message says why, the reader of the file adds where."""


class _Record:
    """One JSON object, from which each field is taken once with its type checked."""

    def __init__(self, value: Any) -> None:
        if not isinstance(value, dict):
            raise _Bad("not a JSON object")
        self._fields = dict(value)

    def take(self, name: str, *, required: bool = False) -> Any:
        if required and self._fields.get(name) is None:
            raise _Bad(f"no field '{name}'")
        return self._fields.pop(name, None)

    def string(self, name: str) -> str:
        value = self.take(name, required=True)
        if not isinstance(value, str) or not value.strip():
            raise _Bad(f"'{name}' is not a non-empty string")
        return value

    def maybe_string(self, name: str) -> str | None:
        return self.string(name) if self._fields.get(name) is not None else self.take(name)

    def strings(self, name: str) -> tuple[str, ...]:
        return _strings(self.take(name) or [], name)

    def choice(self, name: str, allowed: tuple[str, ...], default: str | None = None) -> Any:
        value = self.take(name)
        value = default if value is None else value
        if value not in allowed:
            raise _Bad(f"'{name}' is {value!r}, not one of {', '.join(allowed)}")
        return value

    def finish(self) -> None:
        if self._fields:
            raise _Bad(f"unknown field '{min(self._fields)}'")


def _strings(value: Any, name: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
        raise _Bad(f"'{name}' is not a list of non-empty strings")
    return tuple(value)


def _history(value: Any) -> tuple[tuple[str, str], ...]:
    """[[reader's words, bot's words], …] or [["user" | "assistant", words], …]; what nobody said is ""."""
    if not isinstance(value, list):
        raise _Bad("'history' is not a list")
    turns = [_strings(turn, "history") for turn in value]
    if any(len(turn) != 2 for turn in turns):
        raise _Bad("'history' has a turn that is not [user, assistant]")
    if not all(turn[0] in get_args(Role) for turn in turns):
        return tuple((user, assistant) for user, assistant in turns)
    pairs: list[tuple[str, str]] = []
    for role, text in turns:
        if role == "assistant" and pairs and not pairs[-1][1]:
            pairs[-1] = (pairs[-1][0], text)
        else:
            pairs.append((text, "") if role == "user" else ("", text))
    return tuple(pairs)


def _expect(value: Any) -> Expect:
    record = _Record(value)
    kind = record.take("kind")
    category = record.take("category")
    level = record.take("level")
    categories = category if isinstance(category, list) else [category] if category is not None else []
    if kind is not None and kind not in get_args(Kind):
        raise _Bad(f"'kind' is {kind!r}")
    if any(one not in get_args(Category) for one in categories):
        raise _Bad(f"'category' is {category!r}")
    if kind is None and not categories:
        raise _Bad("'expect' has neither kind nor category")
    if level is not None and level not in get_args(Level):
        raise _Bad(f"'level' is {level!r}")
    record.finish()
    return Expect(kind, tuple(dict.fromkeys(categories)), level)


def parse_case(value: Any) -> Case:
    """A JSON object as a case. Raises ValueError saying what is wrong with it."""
    record = _Record(value)
    key_facts = record.take("key_facts") or []
    if not isinstance(key_facts, list):
        raise _Bad("'key_facts' is not a list")
    case = Case(
        id=record.string("id"),
        text=record.string("text"),
        expect=_expect(record.take("expect", required=True)),
        history=_history(record.take("history") or []),
        gold=record.strings("gold"),
        gold_mode=record.choice("gold_mode", get_args(GoldMode), default="any"),
        key_facts=tuple(_strings(alternatives, "key_facts") for alternatives in key_facts),
        must_not=record.strings("must_not"),
        section=record.maybe_string("section"),
        tags=record.strings("tags"),
        standalone=record.maybe_string("standalone"),
        premise=record.maybe_string("premise"),
        nearest=record.maybe_string("nearest"),
        locale=record.maybe_string("locale"),
    )
    record.finish()
    return case


def parse_pair(value: Any) -> SupportPair:
    """A JSON object as a pair. Raises ValueError saying what is wrong with it."""
    record = _Record(value)
    supported = record.take("supported", required=True)
    if not isinstance(supported, bool):
        raise _Bad("'supported' is not true or false")
    pair = SupportPair(
        id=record.string("id"),
        context=record.strings("context"),
        claim=record.string("claim"),
        supported=supported,
        kind=record.choice("kind", get_args(PairKind), default="supported" if supported else None),
        tags=record.strings("tags"),
    )
    record.finish()
    if not pair.context:
        raise _Bad("'context' is empty")
    if (pair.kind == "supported") is not supported:
        raise _Bad(f"'kind' is {pair.kind!r} but 'supported' is {supported}")
    return pair


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
    # not splitlines(): a case may hold U+2028 and its kin, which are no line ends in JSONL
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, line


def _unique(path: Path, parse: Callable[[Any], Labelled]) -> list[Labelled]:
    seen: set[str] = set()
    records: list[Labelled] = []
    for number, line in _lines(path):
        try:
            record = parse(json.loads(line))
            if record.id in seen:
                raise _Bad(f"the id '{record.id}' occurs twice")
        except ValueError as error:
            raise InputError(f"{path}:{number}: {error}") from error
        seen.add(record.id)
        records.append(record)
    return records
