"""Server-sent events over a POST."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.responses import StreamingResponse

from bot.web.bridge import ticking

PING_S = 15.0
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # proxies must not collect a stream


def event(name: str | None, data: Any) -> bytes:
    """One event with JSON data."""
    return format_sse_event(event=name, data_str=json.dumps(data, ensure_ascii=False, separators=(",", ":")))


async def with_pings(frames: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """The frames, and a comment whenever none came for 15 s, so that no proxy takes a long wait for a dead line."""
    async with aclosing(ticking(frames, PING_S)) as ticks:
        async for frame in ticks:
            yield KEEPALIVE_COMMENT if frame is None else frame


def response(frames: AsyncGenerator[bytes]) -> StreamingResponse:
    """A streamed response; when the client leaves, the frames are closed."""
    return StreamingResponse(with_pings(frames), media_type="text/event-stream", headers=_HEADERS)
