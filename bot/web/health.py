"""/healthz, /readyz and /metrics."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Response
from starlette.responses import JSONResponse

from bot.web.service import Service

_FINE = frozenset({"ok", "off"})


def router(service: Service) -> APIRouter:
    """The routes over one service."""
    routes = APIRouter(tags=["health"])

    @routes.get("/healthz", summary="The server runs")
    async def healthz() -> dict[str, str]:
        """Says ok as long as the process answers."""
        return {"status": "ok"}

    @routes.get("/readyz", summary="Each part is ready", responses={503: {"description": "a part is not ready"}})
    async def readyz() -> Response:
        """The state of index, embedder and language model; 503 while one of them is neither ok nor switched off."""
        parts = await asyncio.to_thread(service.bot.ready)
        ready = all(state in _FINE for state in parts.values())
        return JSONResponse({"status": "ready" if ready else "not ready", "parts": parts}, 200 if ready else 503)

    @routes.get("/metrics", summary="Counters for Prometheus")
    async def metrics() -> Response:
        """Counts and times; no text."""
        return Response(service.metrics.render(), media_type=service.metrics.content_type)

    return routes
