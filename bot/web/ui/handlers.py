"""What each event of the page does. The conversation comes in with the event and goes out with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import gradio as gr

from bot.errors import MedialisError
from bot.types import Done, Shown, Status
from bot.web.bridge import ticking
from bot.web.feedback import Feedback
from bot.web.problems import Problem, ProblemError, problem_of
from bot.web.service import Service
from bot.web.strings import ENGLISH, negotiate, strings
from bot.web.ui import render, turns
from bot.web.ui.turns import PageTurn

TICK_S = 1.0  # Gradio notices that a reader has left only when something is yielded
Outputs = tuple[Any, ...]


def _number(value: Any, default: int = -1) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def _data(event: gr.EventData) -> dict[str, Any]:
    """What the page's script sent along; nothing of it is trusted."""
    return event._data if isinstance(event._data, dict) else {}


def spoken_by(request: gr.Request) -> str:
    """The language of a reader's browser, of those there are words in."""
    return negotiate(request.headers.get("accept-language", ""))


def status_line(event: Status, language: str = ENGLISH) -> str:
    """A status in words."""
    words = strings(language)
    if event.stage == "busy":
        return str(words["status_busy_one"] if event.ahead == 1 else words["status_busy"].format(ahead=event.ahead))
    return str(words.get(f"status_{event.stage}", words["status_start"]))


def error_line(problem: Problem, most: int, language: str = ENGLISH) -> str:
    """A problem in words for the reader."""
    words = strings(language)
    said = words.get(f"error_{problem.code}", words["error_internal"])
    return str(said.format(most=most, wait=problem.retry_after))


class Handlers:
    """The page's events over one service."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.bot = service.bot

    def _chat(self, conversation: list[PageTurn], request: gr.Request) -> Outputs:
        return render.transcript(self.bot, conversation, spoken_by(request)), turns.dump(conversation)

    # Gradio hands in the event and the request by their annotations, so both must be real types here

    async def ask(self, text: str, data: Any, request: gr.Request) -> AsyncGenerator[Outputs, None]:
        """Answer what stands in the box."""
        async with aclosing(self._run(text, turns.load(data), request)) as states:
            async for state in states:
                yield state

    async def ask_chosen(self, data: Any, event: gr.EventData, request: gr.Request) -> AsyncGenerator[Outputs, None]:
        """Answer a question that was offered."""
        async with aclosing(self._run(str(_data(event).get("question", "")), turns.load(data), request)) as states:
            async for state in states:
                yield state

    async def retry(self, data: Any, request: gr.Request) -> AsyncGenerator[Outputs, None]:
        """Ask the last question again, in place of its answer."""
        conversation = turns.load(data)
        last = conversation.pop().question if conversation else ""
        async with aclosing(self._run(last, conversation, request)) as states:
            async for state in states:
                yield state

    async def _run(self, text: str, before: list[PageTurn], request: gr.Request) -> AsyncGenerator[Outputs, None]:
        """The states of chat, box, send and stop while one question is answered."""
        if not text.strip():
            yield (gr.skip(),) * 5
            return
        for turn in before:
            if turn.state == "running":  # its connection was lost
                turn.state = "stopped"
        turn = PageTurn(question=text.strip()[:20_000])
        conversation = [*before, turn]
        yield (
            *self._chat(conversation, request),
            gr.update(value=""),
            gr.update(visible=False),
            gr.update(visible=True),
        )
        try:
            await self.service.admit(request.client.host if request.client else None)
            question = self.service.question(text, turns.history(before))
            async with aclosing(ticking(self.service.events("page", question), TICK_S)) as events:
                async for event in events:
                    if event is None:
                        yield (gr.skip(),) * 5
                        continue
                    if isinstance(event, Status):
                        turn.status = status_line(event, spoken_by(request))
                    elif isinstance(event, Shown):
                        turn.show(event)
                    elif isinstance(event, Done):
                        turn.finish(event.answer, await self.service.follow_ups(event.answer))
                        break
                    yield (*self._chat(conversation, request), gr.skip(), gr.skip(), gr.skip())
            if turn.state != "done":
                raise MedialisError("The answer ended before it was whole")
        except (MedialisError, ProblemError) as error:
            problem = error.problem if isinstance(error, ProblemError) else problem_of(error)
            turn.state, turn.error = (
                "failed",
                error_line(problem, self.bot.settings.max_question_chars, spoken_by(request)),
            )
        yield (*self._chat(conversation, request), gr.skip(), gr.update(visible=True), gr.update(visible=False))

    def stop(self, data: Any, request: gr.Request) -> Outputs:
        """Keep what was shown; Gradio has cancelled the run."""
        conversation = turns.load(data)
        for turn in conversation:
            if turn.state == "running":
                turn.state = "stopped"
        return (*self._chat(conversation, request), gr.update(visible=True), gr.update(visible=False))

    def new(self, request: gr.Request) -> Outputs:
        """An empty conversation and a closed guide."""
        return (*self._chat([], request), gr.update(value=""), gr.update(visible=True), gr.update(visible=False), "")

    def load(self, request: gr.Request) -> Outputs:
        """Header, starters and foot as the index has them now, and the buttons' words, in the reader's language."""
        language = spoken_by(request)
        words = strings(language)
        read, new, send, stop = (gr.update(value=words[key]) for key in ("read_guide", "fresh", "send", "stop"))
        html = (render.header(self.bot, language), render.transcript(self.bot, [], language))
        return (
            *html,
            render.foot(self.bot, language),
            read,
            new,
            gr.update(placeholder=words["placeholder"]),
            send,
            stop,
        )

    def cite(self, data: Any, event: gr.EventData, request: gr.Request) -> str:
        """The guide with the quoted sentence highlighted."""
        sent, conversation = _data(event), turns.load(data)
        number = _number(sent.get("turn"))
        cited = None
        if 0 <= number < len(conversation):
            cited = next((one for one in conversation[number].citations if one.n == sent.get("n")), None)
        if cited is None:
            return render.guide(None, language=spoken_by(request))
        found = self.bot.guide(cited.guide)
        return render.guide(found, cited.start, cited.end, cited.url, spoken_by(request))

    def read(self, request: gr.Request) -> str:
        """The only guide, from its beginning."""
        guides = self.bot.guides()
        return render.guide(guides[0] if guides else None, language=spoken_by(request))

    def vote(self, data: Any, event: gr.EventData, request: gr.Request) -> Outputs:
        """Open the form under an answer, or close it again."""
        sent, conversation = _data(event), turns.load(data)
        number, vote = _number(sent.get("turn")), sent.get("vote")
        for turn in conversation:
            turn.voting = False
        if 0 <= number < len(conversation):
            turn = conversation[number]
            turn.vote = vote if vote in ("up", "down") else None
            turn.voting, turn.voted = turn.vote is not None, ""
        return self._chat(conversation, request)

    async def feedback(self, data: Any, event: gr.EventData, request: gr.Request) -> Outputs:
        """Store a vote the reader agreed to have stored."""
        sent, conversation = _data(event), turns.load(data)
        number, words = _number(sent.get("turn")), strings(spoken_by(request))
        if not 0 <= number < len(conversation):
            return self._chat(conversation, request)
        turn = conversation[number]
        allowed = self.bot.settings.feedback and sent.get("consent") is True
        if turn.vote is None or turn.answer is None or not allowed:
            return self._chat(conversation, request)
        reason, comment = sent.get("reason"), str(sent.get("comment") or "")[:2000]
        known = reason if reason in words[f"reasons_{turn.vote}"] else None
        row = Feedback(
            turn.vote, turn.question, turn.answer, turns.pairs(conversation[:number]), known, comment or None
        )
        try:
            await self.service.admit(request.client.host if request.client else None)
            await asyncio.to_thread(self.service.feedback.add, row)
        except (MedialisError, ProblemError):
            turn.voted = words["vote_failed"]
        else:
            self.service.metrics.votes.labels(turn.vote).inc()
            turn.voting, turn.voted = False, words["thanks"]
        return self._chat(conversation, request)
