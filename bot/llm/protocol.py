"""What the path of a question needs of a language model: two calls, whatever engine stands behind them."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from bot.types import Turn as Message


class Completions(Protocol):
    """The two calls."""

    def stream(self, system: str, turns: Sequence[Message], *, max_tokens: int = 256) -> Generator[str, None, None]:
        """Yield the reply piece by piece; closing the iterator frees the engine. Raises LLMError."""

    def p_yes(self, system: str, turns: Sequence[Message]) -> float:
        """The probability in [0, 1] that the reply's first word is Yes rather than No. Raises LLMError."""


class Turn(Completions, Protocol):
    """A place in the line before an engine that serves one answer at a time, and its use once it is one's turn."""

    def wait(self, seconds: float) -> int:
        """Wait at most so long; how many are still ahead, 0 once it is one's turn. Raises LLMTimeout."""


class ChatModel(Completions, Protocol):
    """A language model behind an OpenAI-compatible endpoint, or a scripted one in tests."""

    @property
    def name(self) -> str:
        """The model's name, as shown in answers and reports."""

    def turn(self) -> AbstractContextManager[Turn]:
        """A turn for one whole answer, from its first word to its last check; leaving the block lets the next one in.

        Entering raises LLMBusy when the line is full. A single call without a turn takes its own.
        """
