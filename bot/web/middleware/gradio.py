"""Of everything Gradio serves, only what the page needs: no uploads, no file or proxy routes, no monitoring."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.web.problems import Problem, respond

_OPEN = frozenset(
    {
        "/",
        "/config",
        "/theme.css",
        "/manifest.json",
        "/favicon.ico",
        "/robots.txt",
        "/gradio_api/run/predict",
        "/gradio_api/queue/join",
        "/gradio_api/queue/data",
        "/gradio_api/cancel",
        "/gradio_api/reset",
        "/gradio_api/startup-events",
        "/gradio_api/app_id",
    }
)
_OPEN_UNDER = ("/assets/", "/static/", "/gradio_api/heartbeat/")
# our own routes; whatever else is asked for does not exist
_OURS = ("/api/", "/v1/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/widget", "/demo", "/mcp", "/operator")


class GradioGate:
    """Answers 404 for every path that is neither ours nor needed by the page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on or answer 404."""
        if scope["type"] == "http":
            path = scope["path"]
            if path not in _OPEN and not path.startswith(_OPEN_UNDER) and not path.startswith(_OURS):
                await respond(Request(scope), Problem(404, "not-found", "There is nothing here"))(scope, receive, send)
                return
        await self.app(scope, receive, send)
