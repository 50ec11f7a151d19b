"""How much and how long a request may send."""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.problems import Problem, respond

READ_TIMEOUT_S = 20.0


class BodyLimit:
    """Reads the body before the app does: at most `most` bytes in 20 s, else 413 or 408."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self.app = app
        self.most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body in one piece, or refuse it."""
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            await self.app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(READ_TIMEOUT_S):
                body = await self._read(scope, receive)
        except TimeoutError:
            problem = Problem(408, "too-slow", "The request took too long to arrive")
            await respond(Request(scope), problem)(scope, receive, send)
            return
        if body is None:
            problem = Problem(413, "content-too-large", f"The request is larger than {self.most} bytes")
            await respond(Request(scope), problem)(scope, receive, send)
            return
        pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive_again() -> Message:
            return pending.pop() if pending else await receive()

        await self.app(scope, receive_again, send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes | None:
        length = Headers(scope=scope).get("content-length", "")
        if length.isdecimal() and int(length) > self.most:
            return None
        body = bytearray()
        while True:
            message = await receive()
            body += message.get("body", b"")
            if len(body) > self.most:
                return None
            if not message.get("more_body"):  # the end, or the client has left: the app will see that for itself
                return bytes(body)
