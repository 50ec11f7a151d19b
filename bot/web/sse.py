"""Server-sent events over a POST."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Any

from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.responses import StreamingResponse

PING_S = 15.0
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # proxies must not collect a stream


def event(name: str | None, data: Any) -> bytes:
    """One event with JSON data."""
    return format_sse_event(event=name, data_str=json.dumps(data, ensure_ascii=False, separators=(",", ":")))


async def with_pings(frames: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """The frames, and a comment whenever none came for 15 s, so that no proxy takes a long wait for a dead line."""
    pending: asyncio.Task[bytes] | None = None
    try:
        while True:
            pending = pending or asyncio.ensure_future(anext(frames))
            done, _ = await asyncio.wait({pending}, timeout=PING_S)
            if not done:
                yield KEEPALIVE_COMMENT
                continue
            try:
                frame = pending.result()
            except StopAsyncIteration:
                return
            pending = None
            yield frame
    finally:
        if pending is not None:
            pending.cancel()
            with suppress(asyncio.CancelledError, StopAsyncIteration):
                await pending
        await frames.aclose()


def response(frames: AsyncGenerator[bytes]) -> StreamingResponse:
    """A streamed response; when the client leaves, the frames are closed."""
    return StreamingResponse(with_pings(frames), media_type="text/event-stream", headers=_HEADERS)
