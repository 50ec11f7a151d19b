"""The server: routes, middleware and the page, over one bot."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from bot import __version__
from bot.errors import InputError
from bot.web import api, guides, health, logs, openai_api, problems, widget_routes
from bot.web.middleware.body import BodyLimit
from bot.web.middleware.gradio import GradioGate
from bot.web.middleware.headers import SecurityHeaders
from bot.web.middleware.log import RequestLog
from bot.web.middleware.origin import OriginCheck, OriginPolicy
from bot.web.operator import routes as operator_routes
from bot.web.protocol import Bot
from bot.web.service import Service

ABOUT = "Answers from health guides, with the sentence each answer stands on."


def create_app(bot: Bot, *, page: bool = True, host: str | None = None) -> FastAPI:
    """The application over a bot; `host` is the address it will listen on (the settings' when None).

    Without `page` the Gradio page is left out, and its 2.5 s of import with it. Interactive API documentation is
    off because it would load scripts from elsewhere; /openapi.json is there. Raises SettingsError.
    """
    settings = bot.settings
    service = Service(bot)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await service.close()

    app = FastAPI(
        title="medialis",
        version=__version__,
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    if settings.mcp:
        from bot.web.mcp import mount_mcp

        mount_mcp(app, service)
    app.state.service = service
    problems.install(app)
    for part in (api, guides, health, openai_api, widget_routes, operator_routes):
        app.include_router(part.router(service))
    problems.catch_all(app, "/api", "/v1", "/operator")
    if page:
        from bot.web.ui import mount

        mount(app, service)
    # the last added is the outermost
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(settings.allowed_origins),
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", "Accept"],
        expose_headers=["Retry-After", "X-Request-Id"],
    )
    app.add_middleware(BodyLimit, most=settings.max_body_bytes)
    app.add_middleware(GradioGate)
    app.add_middleware(OriginCheck, policy=OriginPolicy(settings.allowed_origins, host or settings.host))
    app.add_middleware(RequestLog, metrics=service.metrics)
    app.add_middleware(SecurityHeaders, origins=settings.allowed_origins)
    return app


def serve(bot: Bot, host: str | None = None, port: int | None = None) -> None:
    """Serve until Ctrl-C; host and port are the settings' when None, port 0 takes a free one.

    Raises InputError when the address cannot be listened on.
    """
    import uvicorn

    settings = bot.settings
    host = settings.host if host is None else host
    listener = listen(host, settings.port if port is None else port)
    logs.configure(settings.log_level)
    config = uvicorn.Config(
        create_app(bot, host=host),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=10,
        timeout_graceful_shutdown=3,
        limit_concurrency=1000,
    )
    print(f"medialis is at {address(listener)}  (Ctrl-C stops it)", flush=True)
    try:
        asyncio.run(uvicorn.Server(config).serve(sockets=[listener]))
    except KeyboardInterrupt:  # uvicorn has shut down cleanly and raises the signal once more
        return
    finally:
        listener.close()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; raises InputError in one line when the port is taken or the address is not ours."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise InputError(f"port {port} is taken", hint="choose another one with --port") from error
        raise InputError(f"cannot listen on {host}:{port}: {error.strerror or error}") from error


def address(listener: socket.socket) -> str:
    """The URL a listening socket is reached at."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
