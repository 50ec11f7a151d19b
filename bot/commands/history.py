"""Conversation history as it comes from outside: [[user, assistant], …]."""

from __future__ import annotations

from typing import Any

from bot.errors import InputError
from bot.types import Turn


def read_history(value: Any) -> tuple[Turn, ...]:
    """Read [[user, assistant], …] into turns; a missing or null answer is left out. Raises InputError."""
    if value is None:
        return ()
    if not isinstance(value, list):
        raise InputError("history must be a list of [user, assistant] pairs")
    turns: list[Turn] = []
    for pair in value:
        if not isinstance(pair, list) or not 1 <= len(pair) <= 2 or not all(isinstance(t, str | None) for t in pair):
            raise InputError("history must be a list of [user, assistant] pairs")
        for role, text in zip(("user", "assistant"), pair, strict=False):
            if text:
                turns.append(Turn(role, text))  # type: ignore[arg-type]
    return tuple(turns)
