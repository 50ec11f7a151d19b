"""One answer's turn at an engine that serves one at a time.

Composing and judging are several requests; were each to stand in line by itself, an answer would wait for the whole
line once a sentence, and a full line would break it off in the middle.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from bot.errors import LLMTimeout
from bot.llm.line import Line
from bot.types import Turn as Message

if TYPE_CHECKING:
    from bot.llm.client import LLM


class EngineTurn:
    """A Turn of an LLM; `line` is None for a server that takes several at once, `timeout_s` bounds the waiting."""

    def __init__(self, llm: LLM, line: Line | None, timeout_s: float) -> None:
        self._llm = llm
        self._line = line
        self._timeout_s = timeout_s
        self._deadline = 0.0
        self._ticket: threading.Event | None = None
        self._own = Line(1) if line is not None else None  # judging waits until the sentence before it is written

    def __enter__(self) -> EngineTurn:
        """Stand in line. Raises LLMBusy."""
        self._deadline = time.monotonic() + self._timeout_s
        self._ticket = self._line.join() if self._line is not None else None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Let the next one in."""
        if self._line is not None and self._ticket is not None:
            self._line.leave(self._ticket)

    def wait(self, seconds: float) -> int:
        """Wait at most so long; how many are still ahead. Raises LLMTimeout."""
        if self._line is None or self._ticket is None:
            return 0
        if self._ticket.wait(max(0.0, min(seconds, self._deadline - time.monotonic()))):
            return 0
        if time.monotonic() >= self._deadline:
            raise LLMTimeout(f"the language model was busy for {self._timeout_s:.0f} s")
        return self._line.ahead(self._ticket)

    def stream(self, system: str, turns: Sequence[Message], *, max_tokens: int = 256) -> Generator[str, None, None]:
        """As LLM.stream, in this turn."""
        return self._llm.stream_in(self._own, system, turns, max_tokens)

    def p_yes(self, system: str, turns: Sequence[Message]) -> float:
        """As LLM.p_yes, in this turn."""
        return self._llm.p_yes_in(self._own, system, turns)
