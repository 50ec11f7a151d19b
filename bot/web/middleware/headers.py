"""Security headers on everything the server sends."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STRICT = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
# Gradio compiles its templates with Function(), hence unsafe-eval, and sets style attributes. Its own inline
# scripts carry the nonce, so an injected handler or script does not run; nothing may be loaded from elsewhere.
PAGE = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors {ancestors}"
)
_PAGE_PATHS = frozenset({"/"})


class SecurityHeaders:
    """Adds the headers a response does not already have; `origins` may frame what we serve.

    A route that needs its own Content-Security-Policy (a demo page, say) sets it and it is kept, with
    frame-ancestors added.
    """

    def __init__(self, app: ASGIApp, origins: Iterable[str] = ()) -> None:
        self.app = app
        self.ancestors = " ".join(["'self'", *origins])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the headers of its response."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path, nonce = scope["path"], secrets.token_urlsafe(16)
        policy = (PAGE if path in _PAGE_PATHS else STRICT).format(nonce=nonce, ancestors=self.ancestors)
        scope.setdefault("state", {})["nonce"] = nonce

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._complete(MutableHeaders(scope=message), policy, scope)
            await send(message)

        await self.app(scope, receive, send_on)

    def _complete(self, headers: MutableHeaders, policy: str, scope: Scope) -> None:
        own = headers.get("content-security-policy")
        if own and "frame-ancestors" not in own:
            headers["content-security-policy"] = f"{own}; frame-ancestors {self.ancestors}"
        headers.setdefault("content-security-policy", policy)
        headers.setdefault("x-content-type-options", "nosniff")
        headers.setdefault("referrer-policy", "no-referrer")
        headers.setdefault("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=()")
        headers.setdefault("cross-origin-resource-policy", "same-origin")
        if scope["path"].startswith(("/api/", "/v1/", "/mcp")):
            headers.setdefault("cache-control", "no-store")
        if scope.get("scheme") == "https":
            headers.setdefault("strict-transport-security", "max-age=31536000")
