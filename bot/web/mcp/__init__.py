"""The guides over the Model Context Protocol: a tool that asks, and each guide as a resource."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.errors import SettingsError
from bot.web.problems import Problem, respond
from bot.web.service import Service

if TYPE_CHECKING:
    from mcp.server import Server

PATH = "/mcp"


def build(service: Service) -> Server[Any]:
    """The MCP server over a service. Raises SettingsError where the optional package is not installed."""
    try:
        from bot.web.mcp.server import server
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("mcp", "mcp_types"):
            raise
        raise SettingsError("the mcp package is not installed", hint="run: pip install 'medialis[mcp]'") from error
    return server(service)


def mount_mcp(app: FastAPI, service: Service) -> None:
    """Serve streamable HTTP at /mcp, without sessions: each request stands alone, and the server keeps none.

    Origins, host names, body size and the rate limit are those of the other routes. Raises SettingsError.
    """
    built = build(service)
    from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager

    manager = StreamableHTTPSessionManager(
        built, stateless=True, max_request_body_size=service.bot.settings.max_body_bytes
    )
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[Any]:
        async with manager.run(), inner(app) as state:
            yield state

    app.router.lifespan_context = lifespan
    app.router.routes.append(Route(PATH, StreamableHTTPASGIApp(manager), methods=["POST"]))

    async def only_post(request: Request) -> JSONResponse:
        """A GET would hold a stream open on which nothing ever comes, and there is no session to DELETE."""
        return respond(request, Problem(405, "method-not-allowed", "Send messages with POST"))

    app.router.routes.append(Route(PATH, only_post, methods=["GET", "DELETE"]))


async def serve_stdio(service: Service) -> None:
    """Serve one client over standard input and output until it closes them. Raises SettingsError."""
    built = build(service)
    from mcp.server.stdio import stdio_server

    async with stdio_server() as (read, write):
        await built.run(read, write, built.create_initialization_options())
