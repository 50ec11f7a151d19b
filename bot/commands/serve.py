"""`medialis serve`: the page, the widget and the API."""

from __future__ import annotations

import threading
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
    # the page is up at once; /readyz and the page say what is still starting
    threading.Thread(target=bot.warm_up, name="warm-up", daemon=True).start()
    try:
        run(bot, host, port)
    finally:
        bot.close()
