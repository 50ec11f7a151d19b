"""`medialis serve`: the page, the widget and the API."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.settings import load_settings


def serve(
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on; loopback by default.")] = None,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Port to listen on.")] = None,
) -> None:
    """Serve the page at /, the widget at /widget.js, the demo at /demo, and the API."""
    from bot.app import build
    from bot.web.server import serve as run

    settings = load_settings()
    bot = build(settings)
    try:
        run(bot, host or settings.host, settings.port if port is None else port)
    finally:
        bot.close()
