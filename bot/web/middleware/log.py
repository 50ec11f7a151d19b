"""A request id, one log line a request, and the last net under an error nobody mapped."""

from __future__ import annotations

import re
import time
import uuid

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.logs import where
from bot.web.metrics import Metrics
from bot.web.problems import Problem, respond

log = structlog.get_logger("medialis.http")
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestLog:
    """Gives each request an id (a proxy's own is kept), counts it and logs it: path, never query or body."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; an unmapped error becomes a 500 problem and a log line."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _ID.fullmatch(given) else uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        started, status = time.perf_counter(), 0

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["x-request-id"] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, send_on)
            except Exception as error:
                log.error("request failed", path=scope["path"], error=type(error).__name__, where=where(error))
                if status:
                    raise  # the response has begun: the server must break the connection
                problem = Problem(500, "internal", "Something went wrong on the server", "the log has the details")
                await respond(Request(scope), problem)(scope, receive, send_on)
            finally:
                route = getattr(scope.get("route"), "path", "other")
                method = scope["method"] if scope["method"] in _METHODS else "other"
                self.metrics.requests.labels(method, route, str(status or 499)).inc()
                log.info(
                    "request",
                    method=scope["method"],
                    path=scope["path"],
                    status=status or 499,
                    ms=round((time.perf_counter() - started) * 1000, 1),
                )
