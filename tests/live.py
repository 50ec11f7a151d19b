"""A real server on loopback for tests marked real."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from bot.web import logs
from bot.web.protocol import Bot
from bot.web.server import address, create_app, listen


@contextmanager
def serving(bot: Bot, *, page: bool = True) -> Iterator[str]:
    """The URL of a server over the bot, on a free port, for as long as the block runs."""
    logs.configure("error")
    listener = listen("127.0.0.1", 0)
    app = create_app(bot, page=page, host="127.0.0.1")
    config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True)
    thread.start()
    try:
        yield address(listener)
    finally:
        server.should_exit = True
        thread.join(15)
        listener.close()
