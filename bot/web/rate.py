"""How many questions one address may ask, counted in memory or in a Redis server that several processes share."""

from __future__ import annotations

import time

import structlog
from limits import parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import ConfigurationError, StorageError
from limits.storage import storage_from_string

from bot.errors import SettingsError
from bot.web.problems import Problem, ProblemError

log = structlog.get_logger(__name__)
STORE_TIMEOUT_S = 1.0  # a reader does not wait longer for a store that is slow or gone


class RateLimit:
    """`rate` as in 60/minute, over a moving window; `store` is memory:// or a Redis URL.

    While the store cannot be reached each process counts for itself: a reader who needs an answer gets it, and no
    address gets more than `rate` from any one process. Raises SettingsError for a rate or a store that cannot be used.
    """

    def __init__(self, rate: str, store: str) -> None:
        shared = store != "memory://"
        options = (
            {
                "implementation": "redispy",
                "wrap_exceptions": True,
                "socket_timeout": STORE_TIMEOUT_S,
                "socket_connect_timeout": STORE_TIMEOUT_S,
            }
            if shared
            else {}
        )
        try:
            self._rate = parse(rate)
            self._counts = MovingWindowRateLimiter(storage_from_string(f"async+{store}", **options))  # type: ignore[arg-type]
        except (ValueError, ConfigurationError) as error:
            raise SettingsError(f"the rate limit cannot be used: {error}", hint="docs/settings.md") from error
        self._own = MovingWindowRateLimiter(MemoryStorage())

    async def admit(self, client: str | None) -> None:
        """Count one request of a client address; raises ProblemError (429) past the limit."""
        key = client or "unknown"
        try:
            wait = await self._wait(self._counts, key)
        except StorageError as error:
            log.warning("rate limit store failed", error=type(error.storage_error).__name__)
            wait = await self._wait(self._own, key)
        if wait:
            raise ProblemError(Problem(429, "rate-limited", "Too many questions from one place", retry_after=wait))

    async def close(self) -> None:
        """Close the connections to the store."""
        bridge = getattr(self._counts.storage, "bridge", None)  # what limits wraps the client in; it has no close
        if bridge is not None:
            await bridge.storage.aclose()

    async def _wait(self, counts: MovingWindowRateLimiter, key: str) -> int:
        """Seconds to wait, 0 when the request is within the limit."""
        if await counts.hit(self._rate, key):
            return 0
        window = await counts.get_window_stats(self._rate, key)
        return max(1, round(window.reset_time - time.time()))
