"""/v1/models and /v1/chat/completions, as OpenAI clients expect them.

System messages and sampling options have no effect: what an answer may say is decided by the guides and the
operator's policies, not by the caller. Token counts are left out rather than invented.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse

from bot.errors import InvalidQuestion, MedialisError
from bot.types import Answer, Done, Event, Question, Shown, Turn
from bot.web import examples, sse
from bot.web.api import client_of
from bot.web.bridge import Gone, unless_gone
from bot.web.problems import Problem, ProblemError, describe, problem_of
from bot.web.schemas import CompletionRequest, Message
from bot.web.service import Service
from bot.wire import answer_object

MODEL = "medialis"
_TYPES = {429: "rate_limit_error", 404: "invalid_request_error"}


def _error_body(problem: Problem, param: str | None = None) -> dict[str, Any]:
    kind = _TYPES.get(problem.status, "invalid_request_error" if problem.status < 500 else "server_error")
    message = f"{problem.detail} ({problem.hint})" if problem.hint else problem.detail
    return {"error": {"message": message, "type": kind, "param": param, "code": problem.code}}


def _refuse(problem: Problem, param: str | None = None) -> JSONResponse:
    status = 400 if problem.status == 422 else problem.status  # the status OpenAI's own server gives a bad request
    return JSONResponse(_error_body(problem, param), status, problem.headers())


class _OpenAIRoute(APIRoute):
    """Answers errors in OpenAI's shape instead of problem details."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                first = describe(error)[0]
                return _refuse(Problem(400, "invalid-request", f"{first['at']}: {first['message']}"), first["at"])
            except ProblemError as error:
                return _refuse(error.problem)
            except Gone:
                return _refuse(Problem(408, "gone", "The client left before the answer was there"))
            except MedialisError as error:
                return _refuse(problem_of(error), "messages" if isinstance(error, InvalidQuestion) else None)

        return handler


def _question(service: Service, messages: list[Message]) -> Question:
    """The last message as the question, what comes before it as history. Raises InvalidQuestion."""
    if messages[-1].role != "user":
        raise InvalidQuestion("The last message must be the user's")
    turns: list[Turn] = []
    for message in messages[:-1]:
        if message.role == "user":
            turns.append(Turn("user", message.text))
        elif message.role == "assistant":
            turns.append(Turn("assistant", message.text))
    return service.question(messages[-1].text, turns)


def _head(kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{uuid.uuid4().hex}", "object": kind, "created": int(time.time()), "model": MODEL}


def _extras(answer: Answer) -> dict[str, Any]:
    whole = answer_object(answer)
    return {"citations": whole["citations"], "medialis": whole}


def _whole(answer: Answer) -> dict[str, Any]:
    message = {"role": "assistant", "content": answer.text, "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    return {**_head("chat.completion"), "choices": [choice], **_extras(answer)}


async def _chunks(first: Event, stream: AsyncGenerator[Event]) -> AsyncGenerator[bytes]:
    """Chunks of sentences; the last one carries the citations. An error becomes an `error` chunk, as OpenAI sends it."""
    head = _head("chat.completion.chunk")

    def chunk(delta: dict[str, Any], finish: str | None = None, **extras: Any) -> bytes:
        return sse.event(
            None,
            {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}], **extras},
        )

    yield chunk({"role": "assistant", "content": ""})
    said = ""
    event: Event | None = first
    try:
        while event is not None:
            if isinstance(event, Shown):
                piece = f" {event.text}" if said else event.text
                said += piece
                yield chunk({"content": piece})
            elif isinstance(event, Done):
                if not said:
                    yield chunk({"content": event.answer.text})
                yield chunk({}, "stop", **_extras(event.answer))
            event = await anext(stream, None)
        yield b"data: [DONE]\n\n"
    except MedialisError as error:
        yield sse.event(None, _error_body(problem_of(error)))
    finally:
        await stream.aclose()


def router(service: Service) -> APIRouter:
    """The routes over one service."""
    routes = APIRouter(prefix="/v1", tags=["OpenAI-compatible"], route_class=_OpenAIRoute)
    card = {"id": MODEL, "object": "model", "created": int(time.time()), "owned_by": MODEL}

    @routes.get("/models", summary="The one model")
    async def models() -> dict[str, Any]:
        """A list with one entry: the bot."""
        return {"object": "list", "data": [card]}

    @routes.get("/models/{model}", summary="The model by name")
    async def model(model: str) -> dict[str, Any]:
        """The bot, or 404."""
        _check(model)
        return card

    @routes.post("/chat/completions", responses=examples.COMPLETION, summary="Ask in OpenAI's shape")
    async def completions(body: CompletionRequest, request: Request) -> Response:
        """A chat completion; with `stream` its sentences as chunks."""
        await service.admit(client_of(request))
        _check(body.model)
        question = _question(service, body.messages)
        if body.stream:
            stream = service.events("openai", question)
            return sse.response(_chunks(await anext(stream), stream))
        answer = await unless_gone(service.answer("openai", question), request.receive)
        return JSONResponse(_whole(answer))

    return routes


def _check(model: str) -> None:
    if model != MODEL:
        raise ProblemError(Problem(404, "model_not_found", f"There is no such model; ask for {MODEL}"))
