"""Who is the operator: the one token of the settings, in a form or as a bearer token; the server keeps no session."""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Final

from fastapi import Request, Response

from bot.web.rate import RateLimit

COOKIE: Final = "medialis_operator"
PATH: Final = "/operator"
HOURS: Final = 8
TRIES: Final = "10/minute"  # wrong or right, from one address


class Access:
    """Compares in constant time; a cookie holds when it ends and a signature made with the token, never the token."""

    def __init__(self, token: str) -> None:
        self._key = hashlib.sha256(token.encode()).digest()
        self._tries = RateLimit(TRIES, "memory://")

    async def opens(self, request: Request) -> bool:
        """Whether a request carries the cookie or the bearer token. Raises ProblemError (429) past the tries."""
        if self._signed(request.cookies.get(COOKIE, "")):
            return True
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        return kind.lower() == "bearer" and await self.right(request, given)

    async def right(self, request: Request, given: str) -> bool:
        """Whether this is the token. Raises ProblemError (429) past the tries."""
        await self._tries.admit(request.client.host if request.client else None)
        return hmac.compare_digest(hashlib.sha256(given.encode()).digest(), self._key)

    def let_in(self, request: Request, response: Response) -> None:
        """Set the cookie: for this browser window, for this path, out of reach of scripts and other sites."""
        ends = str(int(time.time()) + HOURS * 3600)
        secure = request.url.scheme == "https"
        response.set_cookie(
            COOKIE, f"{ends}.{self._sign(ends)}", path=PATH, secure=secure, httponly=True, samesite="strict"
        )

    def let_out(self, response: Response) -> None:
        """Take the cookie back."""
        response.delete_cookie(COOKIE, path=PATH)

    def _signed(self, cookie: str) -> bool:
        ends, _, signature = cookie.partition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(ends).encode()):
            return False
        return int(ends) > time.time()

    def _sign(self, ends: str) -> str:
        return hmac.new(self._key, f"operator {ends}".encode(), hashlib.sha256).hexdigest()
