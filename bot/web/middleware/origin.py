"""Who may talk to the server from a browser: its own pages, and the pages the operator lists."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.web.problems import Problem, respond

_SAFE = frozenset({"GET", "HEAD"})
_GUARDED = ("/api/", "/v1/", "/mcp", "/gradio_api/")
SETTING = "MEDIALIS_ALLOWED_ORIGINS"


def netloc(origin: str) -> str:
    """Host and port of an origin, lower case, without the scheme's own port."""
    parts = urlsplit(origin)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    default = {"http": 80, "https": 443}.get(parts.scheme)
    try:
        port = parts.port
    except ValueError:  # not a number: nothing will equal it
        return ""
    return host if port in (None, default) else f"{host}:{port}"


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine."""
    name = host.strip("[]").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


class OriginPolicy:
    """Decides about one request; `bound_to` is the address the server listens on."""

    def __init__(self, allowed: Iterable[str], bound_to: str) -> None:
        self.allowed = frozenset(origin.rstrip("/").lower() for origin in allowed)
        self.hosts = frozenset(netloc(origin) for origin in self.allowed)
        self.loopback = is_loopback(bound_to)

    def refusal(self, method: str, path: str, headers: Headers, scheme: str) -> Problem | None:
        """Why the request is refused, or None.

        A server on loopback answers only to names of this machine and of the allowed origins: otherwise a page
        elsewhere could point its own name here (DNS rebinding) and pass for the same origin.
        """
        own = f"{scheme}://{headers.get('host', '')}"
        host = netloc(own)
        if self.loopback and not is_loopback(urlsplit(own).hostname or "") and host not in self.hosts:
            hint = f"add the address readers use to {SETTING}"
            return Problem(403, "host-refused", "This server does not answer to that host name", hint)
        if method in _SAFE and not path.startswith(_GUARDED):
            return None
        origin = headers.get("origin")
        if origin is None:
            if headers.get("sec-fetch-site") in {"cross-site", "same-site"}:
                return self._refused()
            return None  # not a browser, or the same origin's GET
        if origin.lower() in self.allowed or (origin != "null" and netloc(origin) == host):
            return None
        return self._refused()

    @staticmethod
    def _refused() -> Problem:
        return Problem(403, "origin-refused", "Pages of that site may not use this server", f"add it to {SETTING}")


class OriginCheck:
    """Refuses what the policy refuses, with a problem saying which setting decides."""

    def __init__(self, app: ASGIApp, policy: OriginPolicy) -> None:
        self.app = app
        self.policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on or answer 403."""
        if scope["type"] == "http":
            problem = self.policy.refusal(
                scope["method"], scope["path"], Headers(scope=scope), scope.get("scheme", "http")
            )
            if problem is not None:
                await respond(Request(scope), problem)(scope, receive, send)
                return
        await self.app(scope, receive, send)
