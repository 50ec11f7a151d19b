"""Any OpenAI-compatible chat endpoint as the system under test: it gets the conversation, and gives text."""

from __future__ import annotations

import time

from bot.llm.protocol import ChatModel
from bot.types import Turn
from eval.cases import Case
from eval.reply import Reply
from eval.systems.plain import collect, read

MAX_TOKENS = 512


class OpenAI:
    """A chat endpoint at `base_url`; no prompt of ours is added."""

    def __init__(self, llm: ChatModel, base_url: str) -> None:
        self._llm = llm
        self._base_url = base_url

    @property
    def name(self) -> str:
        """The model it names and where it is."""
        return f"{self._llm.name} at {self._base_url}"

    def reply(self, case: Case, *, compose: bool = True) -> Reply:
        """Ask the endpoint; `compose` changes nothing. Raises LLMError."""
        question = case.question()
        turns = [*question.history, Turn("user", question.text)]
        text, timings = collect(self._llm.stream("", turns, max_tokens=MAX_TOKENS), time.perf_counter())
        kind, level = read(text)
        return Reply(kind, text, level=level, timings_ms=timings, mode="composed", model=self._llm.name)

    def passages(self) -> None:
        """Unknown."""
        return None

    def about(self) -> dict[str, str]:
        """The model's name; what stands behind it is not ours to know."""
        return {"model": self._llm.name, "endpoint": self._base_url}

    def close(self) -> None:
        """Close the client where it can be closed."""
        close = getattr(self._llm, "close", None)
        if close:
            close()
