"""What a guide says about itself: the block between two `---` lines, or a sidecar file with the same fields."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import date
from urllib.parse import urlsplit

from bot.errors import GuideError

_BLOCK = re.compile(r"---[ \t]*\n(?P<yaml>.*?)(?:(?<=\n)|\A)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_LANGUAGE = re.compile(r"(?P<code>[A-Za-z]{2,3})(?:[-_][A-Za-z0-9]+)*")
# Written where nothing is known; "reviewed by none" must never reach a reader.
_NOTHING = {"", "none", "null", "n/a", "-"}
_ALIASES = {"license": "licence"}


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of front matter, None where absent; dates are ISO 8601, `language` is a bare ISO 639 code."""

    id: str | None = None
    title: str | None = None
    language: str | None = None
    licence: str | None = None
    url: str | None = None
    reviewed_by: str | None = None
    reviewed_on: str | None = None
    review_due: str | None = None


def split(text: str) -> tuple[str | None, int]:
    """The YAML between the `---` lines `text` begins with, None if it does not, and the offset where the body begins."""
    block = _BLOCK.match(text)
    return (block["yaml"], block.end()) if block else (None, 0)


def parse(source: str) -> Fields:
    """Read the fields; raises GuideError for YAML that cannot be read, an unknown field or a bad value.

    Values are taken as they are written, not as YAML types: `language: no` is Norwegian, `id: 0123` keeps its zero.
    """
    known = [field.name for field in fields(Fields)]
    found: dict[str, str | None] = {}
    for key, value in _pairs(source):
        name = _ALIASES.get(key, key)
        if name not in known:
            raise GuideError(f"front matter has an unknown field {key!r}", hint=f"known: {', '.join(known)}")
        if name in found:
            raise GuideError(f"front matter gives {name!r} twice")
        found[name] = None if value is None or value.strip().casefold() in _NOTHING else value.strip()
    checked = {name: _CHECKS[name](value) for name, value in found.items() if value is not None and name in _CHECKS}
    return replace(Fields(**found), **checked)


def _pairs(source: str) -> list[tuple[str, str | None]]:
    import yaml

    try:
        root = yaml.compose(source, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in its line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "unreadable"
        raise GuideError(f"front matter is not YAML: {problem}{where}") from error
    if root is None:
        return []
    if not isinstance(root, yaml.MappingNode):
        raise GuideError("front matter is not a list of `field: value` lines")
    pairs: list[tuple[str, str | None]] = []
    for key, value in root.value:
        if not isinstance(key, yaml.ScalarNode) or not isinstance(value, yaml.ScalarNode):
            name = key.value if isinstance(key, yaml.ScalarNode) else "a key"
            raise GuideError(f"front matter: {name} must be one plain value")
        pairs.append((key.value, None if value.tag == "tag:yaml.org,2002:null" else value.value))
    return pairs


def _id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise GuideError(f"id {value!r} is not letters, digits, '.', '_' and '-', at most 100")
    return value


def _title(value: str) -> str:
    return " ".join(value.split())


def _language(value: str) -> str:
    match = _LANGUAGE.fullmatch(value)
    if not match:
        raise GuideError(f"language {value!r} is not a code such as en or pt-BR")
    return match["code"].lower()


def _url(value: str) -> str:
    try:
        parts = urlsplit(value)
    except ValueError as error:
        raise GuideError(f"url {value!r} is not a web address") from error
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise GuideError(f"url {value!r} is not a web address", hint="it begins with https://")
    return value


def _date(name: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError as error:
            raise GuideError(f"{name} {value!r} is not a date", hint="write it as 2026-01-31") from error

    return check


_CHECKS: dict[str, Callable[[str], str]] = {
    "id": _id,
    "title": _title,
    "language": _language,
    "url": _url,
    "reviewed_on": _date("reviewed_on"),
    "review_due": _date("review_due"),
}
