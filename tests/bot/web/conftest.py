"""A scripted bot and a client of its server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from bot.web.server import create_app
from tests.bot.web.fake_bot import FakeBot
from tests.browser import browser

__all__ = ["browser"]


@pytest.fixture
def bot(tmp_path: Path) -> FakeBot:
    return FakeBot(tmp_path, {"rate_limit": "1000/minute"})


@pytest.fixture
def client(bot: FakeBot) -> Iterator[TestClient]:
    with TestClient(create_app(bot, page=False), base_url="http://127.0.0.1:7860") as client:
        yield client
