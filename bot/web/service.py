"""What page, API and OpenAI-compatible API share: admission, the question, its events and their count."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from bot.errors import InvalidQuestion, MedialisError
from bot.types import Answer, Done, Event, Question, Turn
from bot.web import bridge
from bot.web.feedback import FILE, FeedbackStore
from bot.web.metrics import Metrics
from bot.web.problems import problem_of
from bot.web.protocol import Bot
from bot.web.rate import RateLimit

_LONGEST_TURN = 4000  # characters of an earlier turn that are read; the rest says nothing about the follow-up

_GOES_ON = frozenset({"answer", "abstain", "chat"})


class Service:
    """One per server. Raises SettingsError when the rate limit or its store cannot be understood."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self.metrics = Metrics()
        self.feedback = FeedbackStore(bot.settings.data_dir / FILE)
        self._rate = RateLimit(bot.settings.rate_limit, bot.settings.rate_limit_store)

    async def admit(self, client: str | None) -> None:
        """Count one request of a client address; raises ProblemError (429) past the limit."""
        await self._rate.admit(client)

    async def close(self) -> None:
        """Let go of what the service holds open."""
        await self._rate.close()

    def question(self, text: str, history: Sequence[Turn], locale: str | None = None) -> Question:
        """A question within the limits of the settings; older turns are left out. Raises InvalidQuestion."""
        settings = self.bot.settings
        text = text.strip()
        if not text:
            raise InvalidQuestion("The message is empty", hint="write a question")
        if len(text) > settings.max_question_chars:
            raise InvalidQuestion(
                f"The message is longer than {settings.max_question_chars} characters", hint="ask it shorter"
            )
        recent = history[-settings.max_history_turns :] if settings.max_history_turns else ()
        turns = tuple(Turn(turn.role, turn.text[:_LONGEST_TURN]) for turn in recent if turn.text.strip())
        chosen = locale if locale and settings.locale_from_reader else settings.locale
        return Question(text, turns, chosen)

    async def events(self, surface: str, question: Question) -> AsyncGenerator[Event]:
        """The bot's events, counted; `surface` is "page", "api" or "openai". Raises MedialisError."""
        started = time.perf_counter()
        with self.metrics.asking.track_inprogress():
            try:
                async with aclosing(bridge.events(self.bot, question)) as stream:
                    async for event in stream:
                        if isinstance(event, Done):
                            self.metrics.answered(surface, event.answer, time.perf_counter() - started)
                        yield event
            except MedialisError as error:
                self.metrics.failures.labels(surface, problem_of(error).code).inc()
                raise

    async def follow_ups(self, answer: Answer) -> list[str]:
        """Questions worth asking next; none after a reply that sends the reader to a person. Raises MedialisError."""
        return await asyncio.to_thread(self.bot.follow_ups, answer) if answer.kind in _GOES_ON else []

    async def answer(self, surface: str, question: Question) -> Answer:
        """The whole answer at once. Raises MedialisError."""
        async with aclosing(self.events(surface, question)) as stream:
            async for event in stream:
                if isinstance(event, Done):
                    return event.answer
        raise MedialisError("The answer ended before it was whole", hint="try again")
