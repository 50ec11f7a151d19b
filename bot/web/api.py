"""POST /api/chat and /api/feedback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.responses import JSONResponse

from bot.errors import MedialisError
from bot.types import Done, Event, Question, Shown, Status
from bot.web import examples, sse
from bot.web.bridge import unless_gone
from bot.web.feedback import Feedback
from bot.web.problems import Problem, ProblemError, problem_of
from bot.web.schemas import ChatRequest, FeedbackRequest, turns_of
from bot.web.service import Service
from bot.wire import answer_object, citation_object


def client_of(request: Request) -> str | None:
    """The client's address, a trusted proxy's word for it included (uvicorn reads X-Forwarded-For)."""
    return request.client.host if request.client else None


def wants_events(request: Request) -> bool:
    """Whether the client asked for a stream."""
    return "text/event-stream" in request.headers.get("accept", "")


async def frames(service: Service, first: Event, stream: AsyncGenerator[Event]) -> AsyncGenerator[bytes]:
    """The events of one answer as `status`, `sentence`, `suggestions`, `done` or `error` frames."""
    event: Event | None = first
    try:
        while event is not None:
            if isinstance(event, Status):
                yield sse.event("status", {"stage": event.stage, "ahead": event.ahead})
            elif isinstance(event, Shown):
                cited = [citation_object(one) for one in event.citations]
                yield sse.event("sentence", {"text": event.text, "citations": cited})
            elif isinstance(event, Done):
                follow_ups = await service.follow_ups(event.answer)
                if follow_ups:
                    yield sse.event("suggestions", {"follow_ups": follow_ups})
                yield sse.event("done", answer_object(event.answer))
            event = await anext(stream, None)
    except MedialisError as error:
        yield sse.event("error", problem_of(error).body())
    finally:
        await stream.aclose()


async def _streamed(service: Service, question: Question) -> Response:
    stream = service.events("api", question)
    first = await anext(stream)  # an error before anything was said still gets its own status
    return sse.response(frames(service, first, stream))


def router(service: Service) -> APIRouter:
    """The routes over one service."""
    routes = APIRouter(prefix="/api", tags=["chat"])

    @routes.post("/chat", responses=examples.CHAT, summary="Ask a question")
    async def chat(body: ChatRequest, request: Request) -> Response:
        """The answer object, or with `Accept: text/event-stream` a stream of its sentences as they pass every check."""
        await service.admit(client_of(request))
        question = service.question(body.text, turns_of(body.history), body.locale)
        if wants_events(request):
            return await _streamed(service, question)
        answer = await unless_gone(service.answer("api", question), request.receive)
        return JSONResponse(answer_object(answer))

    @routes.post("/feedback", status_code=201, responses=examples.FEEDBACK, summary="Vote on an answer")
    async def feedback(body: FeedbackRequest, request: Request) -> dict[str, Any]:
        """Store a vote; only with the reader's consent, and with what names a person taken out."""
        await service.admit(client_of(request))
        if not service.bot.settings.feedback:
            raise ProblemError(Problem(404, "feedback-off", "This server does not collect feedback"))
        if not body.consent:
            raise ProblemError(Problem(403, "no-consent", "Nothing is stored without the reader's consent"))
        row = Feedback(body.vote, body.question, body.answer, tuple(body.history), body.reason, body.comment)
        number = await asyncio.to_thread(service.feedback.add, row)
        service.metrics.votes.labels(body.vote).inc()
        return {"id": number}

    return routes
