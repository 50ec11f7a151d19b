"""What medialis says itself on the way of an ordinary question; the words are in words.yaml."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from bot.steps.evidence import Evidence


class Replies:
    """The written replies, filled in."""

    def abstain(self, nearest: Evidence | None, marker: str) -> str:
        """The guide does not answer; the nearest thing it says with its citation marker; who could answer."""
        words = _words()["abstain"]
        parts = [words["none"]]
        if nearest is not None:
            parts.append(words["nearest"].format(section=nearest.passage.section, quote=nearest.text) + marker)
        return " ".join([*parts, words["who"]])


@cache
def _words() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(files("bot.steps").joinpath("words.yaml").read_text(encoding="utf-8"))
    return loaded
