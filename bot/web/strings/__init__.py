"""Words of the page: those it shares with the widget, and a file a language for those only it has."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

import yaml

ENGLISH = "en"


@cache
def languages() -> tuple[str, ...]:
    """The languages there are words in (ISO 639-1), in alphabetical order."""
    return tuple(sorted(one.name.removesuffix(".yaml") for one in _folder().iterdir() if one.name.endswith(".yaml")))


@cache
def strings(language: str = ENGLISH) -> dict[str, Any]:
    """The words of a language, English for one that has no file."""
    if language not in languages():
        return strings(ENGLISH)
    shared = resources.files("bot.web").joinpath("widget", "strings", f"{language}.json").read_text("utf-8")
    own = _folder().joinpath(f"{language}.yaml").read_text("utf-8")
    return {**json.loads(shared), **yaml.safe_load(own)}


def negotiate(accepted: str) -> str:
    """The language a reader likes best of those there are, by Accept-Language (RFC 9110, section 12.5.4); else English."""
    wanted: list[tuple[float, int, str]] = []
    for number, part in enumerate(accepted.split(",")[:20]):
        tag, _, weight = part.partition(";")
        try:
            share = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        language = tag.strip().lower().split("-")[0]
        if share > 0 and language in languages():
            wanted.append((-share, number, language))
    return min(wanted)[2] if wanted else ENGLISH


def _folder() -> Any:
    return resources.files(__name__)
