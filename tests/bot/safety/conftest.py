"""One guard for all tests of safety: loading reads a dictionary and compiles the rules."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.safety.guard import Guard

CLASSES = {
    "alarm": ("crisis", "emergency", "harm", "none", "urgent"),
    "foreign": ("crisis", "emergency", "none", "urgent"),
    "router": ("answer", "chit_chat", "diagnosis", "injection", "medication", "out_of_scope"),
}


class ScriptedHeads:
    """Heads that take a text for what its words say: {"zebra": {"alarm": "emergency"}}; anything else for harmless.

    `sure` is how far ahead, in logits, a class is of the others. `seen` are the texts read.
    """

    def __init__(self, script: dict[str, dict[str, str]], sure: float = 3.0) -> None:
        self._script, self._sure = script, sure
        self.seen: list[str] = []

    def __call__(self, texts: Sequence[str]) -> dict[str, list[dict[str, float]]]:
        self.seen += texts
        return {head: [self._logits(head, text) for text in texts] for head in CLASSES}

    def _logits(self, head: str, text: str) -> dict[str, float]:
        said = [classes[head] for word, classes in self._script.items() if word in text and head in classes]
        winner = said[0] if said else ("answer" if head == "router" else "none")
        return {name: self._sure * (name == winner) for name in CLASSES[head]}


@pytest.fixture(scope="session")
def guard() -> Guard:
    """Rules only, United Kingdom."""
    return Guard.load(locale="GB", reader=None, max_chars=2000, topics=("Knee pain", "Recovery"))
