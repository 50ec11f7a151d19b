"""`medialis mcp`: the guides for one MCP client over standard input and output."""

from __future__ import annotations

import asyncio
import threading

from bot.settings import load_settings


def mcp() -> None:
    """Offer the tool ask_guide and the guides to an MCP client that starts this command and talks to it by pipe."""
    from bot.app import build
    from bot.web.mcp import serve_stdio
    from bot.web.service import Service

    bot = build(load_settings())
    threading.Thread(target=bot.warm_up, name="warm-up", daemon=True).start()
    try:
        asyncio.run(serve_stdio(Service(bot)))
    finally:
        bot.close()
