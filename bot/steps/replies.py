"""What medialis says itself on the way of an ordinary question; the words are in words.yaml."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from bot.steps.evidence import Citer, Evidence, marked


class Replies:
    """The written replies, filled in."""

    def __init__(self) -> None:
        self._words = _words()

    def abstain(self, nearest: Evidence | None, citer: Citer) -> str:
        """The guide does not answer; the nearest thing it says, cited; who could answer."""
        words = self._words["abstain"]
        parts = [words["none"]]
        if nearest is not None:
            said = words["nearest"].format(section=nearest.passage.section, quote=nearest.text)
            parts.append(marked(said, [citer.cite(nearest)]))
        return " ".join([*parts, words["who"]])

    def in_general(self, evidence: Sequence[Evidence], citer: Citer) -> str:
        """What the guide says in general, cited."""
        said = " ".join(marked(item.text, [citer.cite(item)]) for item in evidence)
        return str(self._words["general_lead"]) + said

    def follow_up(self, section: str) -> str:
        """A question that leads to a section."""
        return str(self._words["follow_up_section"]).format(section=section)


@cache
def _words() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(files("bot.steps").joinpath("words.yaml").read_text(encoding="utf-8"))
    return loaded
