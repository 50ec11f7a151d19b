"""One server and two publishers' sites for a module: one the server lets in, one it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.bot.web.fake_bot import GUIDE, FakeBot
from tests.bot.web.widget.pages import Site, Visitor, publishing
from tests.live import serving


@dataclass
class World:
    """What a test walks about in."""

    bot: FakeBot
    url: str
    friend: Site
    stranger: Site


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with publishing() as friend, publishing() as stranger:
        overrides: dict[str, object] = {"rate_limit": "10000/minute", "locale": "GB", "allowed_origins": (friend.url,)}
        bot = FakeBot(tmp_path_factory.mktemp("data"), overrides)
        with serving(bot, page=False) as url:
            yield World(bot, url, friend, stranger)


@pytest.fixture
def world(shared: World) -> World:
    shared.bot.gate.set()
    shared.bot.closed.clear()
    shared.bot.asked.clear()
    shared.bot.script = None
    shared.bot.guide_list = (GUIDE,)
    for site in (shared.friend, shared.stranger):
        site.pages.clear()
        site.policy = None
    return shared


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(browser: Any, world: World) -> Iterator[Visit]:
    """Opens windows and closes them again; the demo page's floating widget unless told otherwise."""
    opened: list[Visitor] = []

    def go(url: str | None = None, at: str = "#floating", **options: Any) -> Visitor:
        visitor = Visitor(browser, url or f"{world.url}/demo", at, **options)
        opened.append(visitor)
        return visitor

    yield go
    for one in opened:
        one.close()
