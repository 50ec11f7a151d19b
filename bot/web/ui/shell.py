"""Gradio's index page, made ours: script nonces, the style sheet in the first bytes, no marks of other sites."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.strings import ENGLISH, negotiate, strings

# previews for social networks (with pictures from elsewhere) and the manifest of an installable app
_FOREIGN = re.compile(rb'<meta\s+(?:property="og:|name="twitter:)[^>]*>|<link rel="manifest"[^>]*>')
_ROOT = re.compile(rb"<html(?:\s+lang=\"[^\"]*\")?")


class Shell:
    """Rewrites the HTML of /; the nonce comes from SecurityHeaders by way of the scope's state."""

    def __init__(self, app: ASGIApp, css: str, title: Callable[[str], str]) -> None:
        self.app = app
        self.title = title  # in a language
        self.head = f'<meta name="color-scheme" content="light dark"><style>{css}</style>'.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; hold back an HTML answer to GET / until it is whole, and rewrite it."""
        if scope["type"] != "http" or scope["path"] != "/" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        held: Message | None = None
        body = bytearray()

        async def send_on(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start":
                if MutableHeaders(scope=message).get("content-type", "").startswith("text/html"):
                    held = message
                    return
            elif held is not None and message["type"] == "http.response.body":
                body.extend(message.get("body", b""))
                if message.get("more_body"):
                    return
                language = negotiate(Headers(scope=scope).get("accept-language", ""))
                whole = self.rewrite(bytes(body), scope.get("state", {}).get("nonce", ""), language)
                headers = MutableHeaders(scope=held)
                headers["content-length"] = str(len(whole))
                headers["vary"] = "Accept-Language"
                headers["cache-control"] = "no-store"  # each copy has its own nonce
                await send(held)
                message = {"type": "http.response.body", "body": whole}
            await send(message)

        await self.app(scope, receive, send_on)

    def rewrite(self, html: bytes, nonce: str, language: str = ENGLISH) -> bytes:
        """The page with its language, our head and the nonce on each of its scripts."""
        html = _FOREIGN.sub(b"", html)
        html = _ROOT.sub(f'<html lang="{language}" dir="{strings(language)["dir"]}"'.encode(), html, count=1)
        title = f"<title>{escape(self.title(language))}</title>".encode()
        html = html.replace(b"<script", b'<script nonce="%s"' % nonce.encode())
        return html.replace(b"</head>", title + self.head + b"</head>", 1)
