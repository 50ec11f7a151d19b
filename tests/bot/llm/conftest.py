"""A store over an empty folder, a hub and an index of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.llm.store import Store
from tests.bot.llm import models


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[models.Hub]:
    monkeypatch.setenv("NO_PROXY", "*")
    with models.Hub().running() as hub:
        yield hub


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """A folder of wheels and a fake pip that serves them."""
    folder = tmp_path / "index"
    folder.mkdir()
    models.fill(folder)
    return folder


@pytest.fixture
def store(tmp_path: Path, hub: models.Hub, index: Path) -> Store:
    return Store(tmp_path / "models", models.catalogue(hub.url), models.fake_pip(index))
