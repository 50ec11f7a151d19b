"""Errors as problem details (RFC 9457): one table from medialis errors to HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from bot import errors
from bot.web.bridge import Gone

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5

# most special first: the first class an error is an instance of decides
_TABLE: tuple[tuple[type[errors.MedialisError], int, str], ...] = (
    (errors.LLMBusy, 503, "busy"),
    (errors.LLMTimeout, 504, "timeout"),
    (errors.LLMError, 503, "llm-unavailable"),
    (errors.ModelError, 503, "llm-unavailable"),
    (errors.IndexUnavailable, 503, "index-unavailable"),
    (errors.InvalidQuestion, 422, "invalid-question"),
    (errors.InputError, 400, "bad-input"),
    (errors.MedialisError, 500, "internal"),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem to show: `code` is stable and ends the type URI, `retry_after` counts seconds."""

    status: int
    code: str
    detail: str
    hint: str | None = None
    retry_after: int | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def body(self, request_id: str | None = None) -> dict[str, Any]:
        """The members of RFC 9457 section 3.1, then ours; empty ones are left out."""
        members = {
            "type": f"urn:medialis:problem:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "hint": self.hint,
            "retry_after": self.retry_after,
            "request_id": request_id,
            **self.extra,
        }
        return {name: value for name, value in members.items() if value is not None}

    def headers(self) -> dict[str, str]:
        """Retry-After where there is a time to wait."""
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}


class ProblemError(Exception):
    """Raised by a route to answer with a problem of its own."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def problem_of(error: errors.MedialisError) -> Problem:
    """The problem an error of medialis becomes."""
    status, code = next((status, code) for kind, status, code in _TABLE if isinstance(error, kind))
    retry = RETRY_AFTER_S if status == 503 else None
    return Problem(status, code, error.message, error.hint, retry)


def respond(request: Request, problem: Problem) -> JSONResponse:
    """A problem as a response."""
    request_id = request.scope.get("state", {}).get("request_id")
    return JSONResponse(problem.body(request_id), problem.status, problem.headers(), MEDIA_TYPE)


def describe(error: RequestValidationError | ValidationError) -> list[dict[str, str]]:
    """What is wrong with a request and where, without the values: they may be a reader's words."""
    return [{"at": ".".join(str(part) for part in one["loc"]), "message": one["msg"]} for one in error.errors()]


def install(app: FastAPI) -> None:
    """Answer every error of the app's own routes with a problem."""

    @app.exception_handler(errors.MedialisError)
    async def medialis_error(request: Request, error: errors.MedialisError) -> JSONResponse:
        return respond(request, problem_of(error))

    @app.exception_handler(ProblemError)
    async def problem_error(request: Request, error: ProblemError) -> JSONResponse:
        return respond(request, error.problem)

    @app.exception_handler(Gone)
    async def gone(request: Request, error: Gone) -> JSONResponse:
        return respond(request, Problem(408, "gone", "The client left before the answer was there"))

    @app.exception_handler(RequestValidationError)
    async def validation_error(request: Request, error: RequestValidationError) -> JSONResponse:
        problem = Problem(422, "invalid-request", "The request is not well formed", extra={"errors": describe(error)})
        return respond(request, problem)

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> JSONResponse:
        code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
        return respond(request, Problem(error.status_code, code, str(error.detail)))


def catch_all(app: FastAPI, *prefixes: str) -> None:
    """Answer what no route under these prefixes matched, before the page mounted at / sees it; add it last."""

    async def nothing(request: Request) -> JSONResponse:
        return respond(request, Problem(404, "not-found", "There is nothing here"))

    for prefix in prefixes:
        methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
        for path in (prefix, f"{prefix}/{{rest:path}}"):
            app.add_api_route(path, nothing, methods=methods, include_in_schema=False)
