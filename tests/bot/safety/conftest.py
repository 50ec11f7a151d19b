"""One guard for all tests of safety: loading reads a dictionary and compiles the rules."""

from __future__ import annotations

import pytest

from bot.safety.guard import Guard


@pytest.fixture(scope="session")
def guard() -> Guard:
    """Rules only, United Kingdom."""
    return Guard.load(locale="GB", embed=None, cache_dir=None, max_chars=2000, topics=("Knee pain", "Recovery"))
