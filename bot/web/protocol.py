"""What the web surfaces need of a bot; `bot.app.Bot` is one, and so is the scripted one of the tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from bot.settings import Settings
from bot.types import Answer, Event, Guide, Hit, Question


class Bot(Protocol):
    """One question in, one answer out; synchronous, safe to call from several threads."""

    @property
    def settings(self) -> Settings:
        """The settings the bot was built from."""

    def stream(self, question: Question) -> Iterator[Event]:
        """Yield Status and Shown events and last a Done; closing it frees the language model. Raises MedialisError."""

    def guides(self) -> tuple[Guide, ...]:
        """Every guide of the index."""

    def guide(self, guide_id: str) -> Guide | None:
        """One guide, or None."""

    def count_passages(self, guide_id: str) -> int:
        """How many passages of a guide are in the index."""

    def starters(self, limit: int = 4) -> list[str]:
        """Questions the guides answer word for word."""

    def follow_ups(self, answer: Answer, limit: int = 3) -> list[str]:
        """Questions worth asking after this answer."""

    def search(self, query: str, k: int = 5) -> list[Hit]:
        """The k best passages."""

    def ready(self) -> dict[str, str]:
        """The state of each part: "index", "embedder", "llm" → "ok", "starting", "off" or "down: why"."""
