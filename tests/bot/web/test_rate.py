"""The rate limit, in memory and in a real Redis server."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from bot.errors import SettingsError
from bot.web.problems import Problem, ProblemError
from bot.web.rate import RateLimit
from tests.bot.web.fake_bot import FakeBot
from tests.live import serving


async def admitted(client: str, times: int, *limits: RateLimit) -> list[bool]:
    """Whether each of so many requests was let in, the limits asked in turn."""
    said: list[Problem | None] = []
    for number in range(times):
        try:
            await limits[number % len(limits)].admit(client)
            said.append(None)
        except ProblemError as error:
            said.append(error.problem)
    refused = [problem for problem in said if problem]
    assert all(problem.status == 429 and 1 <= (problem.retry_after or 0) <= 60 for problem in refused)
    return [problem is None for problem in said]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def redis_server(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A Redis of its own on loopback."""
    program = shutil.which("redis-server")
    assert program, "redis-server is not installed; tests/browser.sh says how"
    port = free_port()
    line = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with subprocess.Popen(line, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            for said in process.stdout:
                if b"Ready to accept connections" in said:
                    break
            yield f"redis://127.0.0.1:{port}/0", process
        finally:
            process.terminate()


def test_addresses_are_counted_apart() -> None:
    limit = RateLimit("2/minute", "memory://")

    async def ask() -> None:
        for client in ("a", "b", None):
            await limit.admit(client)
            await limit.admit(client)
            with pytest.raises(ProblemError):
                await limit.admit(client)

    asyncio.run(ask())


@pytest.mark.parametrize(
    ("rate", "store"),
    [("often", "memory://"), ("2/minute", "elsewhere://x"), ("2/minute", "redis://:port/"), ("", "memory://")],
)
def test_what_cannot_be_used_is_said_at_the_start(rate: str, store: str) -> None:
    with pytest.raises(SettingsError, match="rate limit"):
        RateLimit(rate, store)


def test_without_its_store_each_process_counts_for_itself() -> None:
    async def ask() -> None:
        limit = RateLimit("2/minute", f"redis://127.0.0.1:{free_port()}/0")
        assert await admitted("a", 4, limit) == [True, True, False, False]
        await limit.close()

    asyncio.run(ask())


@pytest.mark.real
def test_processes_share_a_count_in_redis(tmp_path: Path) -> None:
    async def ask(url: str, process: subprocess.Popen[bytes]) -> None:
        one, other = RateLimit("3/minute", url), RateLimit("3/minute", url)
        assert await admitted("203.0.113.9", 5, one, other) == [True, True, True, False, False]
        assert await admitted("203.0.113.10", 1, other) == [True]
        with redis.Redis.from_url(url) as store:
            keys = list(store.scan_iter())
            assert len(keys) == 2
            assert all(0 < store.ttl(key) <= 60 for key in keys)  # nothing of a reader stays
        process.terminate()
        process.wait(10)
        assert await admitted("203.0.113.9", 4, one) == [True, True, True, False]
        for limit in (one, other):
            await limit.close()

    with redis_server(tmp_path) as (url, process):
        asyncio.run(ask(url, process))


@pytest.mark.real
def test_a_server_counts_in_redis(tmp_path: Path) -> None:
    import httpx

    with redis_server(tmp_path) as (url, _):
        overrides: dict[str, object] = {"rate_limit": "2/minute", "rate_limit_store": url}
        for number, expected in ((1, 200), (2, 200), (3, 429)):  # each server a new process's worth of memory
            with serving(FakeBot(tmp_path / str(number), overrides), page=False) as server:
                sent = httpx.post(f"{server}/api/chat", json={"text": "stretching?"})
                assert sent.status_code == expected
