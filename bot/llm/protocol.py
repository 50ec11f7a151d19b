"""What the path of a question needs of a language model: two calls, whatever engine stands behind them."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Protocol

from bot.types import Turn


class ChatModel(Protocol):
    """A language model behind an OpenAI-compatible endpoint, or a scripted one in tests."""

    @property
    def name(self) -> str:
        """The model's name, as shown in answers and reports."""

    def stream(self, system: str, turns: Sequence[Turn], *, max_tokens: int = 256) -> Generator[str, None, None]:
        """Yield the reply piece by piece; closing the iterator frees the engine. Raises LLMError."""

    def p_yes(self, system: str, turns: Sequence[Turn]) -> float:
        """The probability in [0, 1] that the reply's first word is Yes rather than No. Raises LLMError."""

    def ahead(self) -> int:
        """How many askers hold or wait for the engine now."""
