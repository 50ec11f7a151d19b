"""A language model that says what a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from bot.types import Turn


@dataclass(frozen=True, slots=True)
class Call:
    """One request: `kind` is "stream" or "p_yes"."""

    kind: str
    system: str
    turns: tuple[Turn, ...]
    max_tokens: int | None = None


@dataclass(slots=True)
class Slow:
    """A reply given piece by piece: each piece waits for one `go()`; `closed` is set when the asker has gone."""

    pieces: Sequence[str]
    closed: threading.Event = field(default_factory=threading.Event)
    _allowed: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def go(self, pieces: int = 1) -> None:
        """Let that many more pieces out."""
        self._allowed.release(pieces)

    def __iter__(self) -> Iterator[str]:
        try:
            for piece in self.pieces:
                if not self._allowed.acquire(timeout=30):
                    raise AssertionError("nobody called go()")
                yield piece
        finally:
            self.closed.set()


T = TypeVar("T")
Reply = str | Slow | Exception
Judgement = float | Exception


class ScriptedLLM:
    """A ChatModel without a model.

    `replies` is a queue (one reply a `stream` call) or a function of (system, turns); `judgements` likewise for
    `p_yes`. A reply that is an exception is raised, a string comes word by word. An empty queue fails the test.
    """

    def __init__(
        self,
        replies: Iterable[Reply] | Callable[[str, Sequence[Turn]], Reply] = (),
        judgements: Iterable[Judgement] | Callable[[str, Sequence[Turn]], Judgement] = (),
        *,
        name: str = "scripted",
        ahead: int = 0,
    ) -> None:
        self._reply = replies if callable(replies) else _queue(replies, "reply")
        self._judge = judgements if callable(judgements) else _queue(judgements, "judgement")
        self._name = name
        self._ahead = ahead
        self.history: list[Call] = []

    @property
    def name(self) -> str:
        return self._name

    def stream(self, system: str, turns: Sequence[Turn], *, max_tokens: int = 256) -> Generator[str, None, None]:
        self.history.append(Call("stream", system, tuple(turns), max_tokens))
        reply = self._reply(system, turns)
        if isinstance(reply, Exception):
            raise reply
        yield from reply if isinstance(reply, Slow) else reply.replace(" ", "\0 ").split("\0")

    def p_yes(self, system: str, turns: Sequence[Turn]) -> float:
        self.history.append(Call("p_yes", system, tuple(turns)))
        judgement = self._judge(system, turns)
        if isinstance(judgement, Exception):
            raise judgement
        return judgement

    @contextmanager
    def turn(self) -> Iterator[ScriptedTurn]:
        yield ScriptedTurn(self, self._ahead)


@dataclass
class ScriptedTurn:
    """A turn that comes once as many as were ahead have been counted down."""

    llm: ScriptedLLM
    ahead: int

    def wait(self, seconds: float) -> int:
        self.ahead, now = max(0, self.ahead - 1), self.ahead
        return now

    def stream(self, system: str, turns: Sequence[Turn], *, max_tokens: int = 256) -> Generator[str, None, None]:
        return self.llm.stream(system, turns, max_tokens=max_tokens)

    def p_yes(self, system: str, turns: Sequence[Turn]) -> float:
        return self.llm.p_yes(system, turns)


def _queue(items: Iterable[T], what: str) -> Callable[[str, Sequence[Turn]], T]:
    left = deque(items)

    def take(_system: str, turns: Sequence[Turn]) -> T:
        if not left:
            raise AssertionError(f"the script has no {what} left for {[turn.text for turn in turns]}")
        return left.popleft()

    return take
