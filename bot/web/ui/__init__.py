"""The page at /: Gradio, imported only when the page is wanted (2.5 s)."""

from __future__ import annotations

import os

from fastapi import FastAPI

from bot.web.service import Service

# Gradio would keep a record of each event and build a pandas table of all of them after every one
_NO_STATISTICS = {"GRADIO_ANALYTICS_MAX_EVENTS": "1", "GRADIO_ANALYTICS_CACHE_FREQUENCY": "1000000000"}


def mount(app: FastAPI, service: Service) -> None:
    """Put the page at / of the app; add it after every other route."""
    os.environ.update(_NO_STATISTICS)
    from bot.web.ui.page import mount_page

    mount_page(app, service)
