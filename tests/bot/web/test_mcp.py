"""The Model Context Protocol, with its own client against a running server."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from mcp import Client, StdioServerParameters, stdio_client
from mcp.shared.exceptions import MCPError

from bot.errors import SettingsError
from bot.settings import load_settings
from bot.web.mcp import build
from bot.web.mcp.server import uri_of
from bot.web.server import create_app
from bot.web.service import Service
from tests.bot.web.fake_bot import GUIDE, GUIDE_TEXT, FakeBot, composed, emergency, make_guide
from tests.live import serving

CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
HEADERS = {"Accept": "application/json, text/event-stream", "Mcp-Protocol-Version": "2025-06-18"}


def call(**arguments: Any) -> dict[str, Any]:
    """A tool call as it goes over the wire."""
    return {**CALL, "params": {"name": "ask_guide", "arguments": arguments}}


def answered(response: Any) -> dict[str, Any]:
    """The result in a stream of one message."""
    data = next(line for line in response.text.splitlines() if line.startswith("data: "))
    result: dict[str, Any] = json.loads(data.removeprefix("data: "))["result"]
    return result


@pytest.fixture
def mcp_bot(tmp_path: Path) -> FakeBot:
    return FakeBot(tmp_path, {"mcp": True, "rate_limit": "1000/minute"})


@pytest.fixture
def over_http(mcp_bot: FakeBot) -> Iterator[TestClient]:
    with TestClient(create_app(mcp_bot, page=False), base_url="http://127.0.0.1:7860", headers=HEADERS) as client:
        yield client


def in_process(bot: FakeBot, talk: Callable[[Client], Awaitable[None]]) -> None:
    """Hold a conversation with the server of a bot, no transport between."""

    async def run() -> None:
        async with Client(build(Service(bot))) as client:
            await talk(client)

    asyncio.run(run())


def test_off_unless_switched_on(client: TestClient) -> None:
    assert client.post("/mcp", json=call(question="x"), headers=HEADERS).status_code == 404


def test_the_package_is_optional(mcp_bot: FakeBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "bot.web.mcp.server")
    monkeypatch.setitem(sys.modules, "mcp.server", None)
    with pytest.raises(SettingsError, match="not installed"):
        create_app(mcp_bot, page=False)


def test_the_tool_says_what_it_takes(bot: FakeBot) -> None:
    async def talk(client: Client) -> None:
        (tool,) = (await client.list_tools()).tools
        assert tool.name == "ask_guide"
        assert tool.input_schema["required"] == ["question"]
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint
        assert "escalate" in (client.instructions or "")

    in_process(bot, talk)


def test_an_answer_with_its_citations_and_progress_by_sentence(bot: FakeBot) -> None:
    heard: list[str | None] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        heard.append(message)

    async def talk(client: Client) -> None:
        history = [["Can it heal?", "Mild cases may."]]
        result = await client.call_tool(
            "ask_guide", {"question": "How long?", "history": history}, progress_callback=note
        )
        assert not result.is_error
        assert result.content[0].text == composed().text  # type: ignore[union-attr]
        assert result.structured_content["kind"] == "answer"
        assert [one["n"] for one in result.structured_content["citations"]] == [1, 2]

    in_process(bot, talk)
    assert [turn.text for turn in bot.asked[0].history] == ["Can it heal?", "Mild cases may."]
    assert heard == [composed().text.split(" [1] ")[0] + " [1]", composed().text.split(" [1] ")[1]]


def test_an_emergency_reply_is_whole(bot: FakeBot) -> None:
    async def talk(client: Client) -> None:
        result = await client.call_tool("ask_guide", {"question": "This is an emergency"})
        assert result.content[0].text == emergency().text  # type: ignore[union-attr]
        assert result.structured_content["level"] == "emergency_now"

    in_process(bot, talk)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ({"question": "busy"}, "busy", "waiting already"),
        ({"question": " "}, "invalid-question", "empty"),
        ({"question": "x" * 2001}, "invalid-question", "2000"),
        ({}, "invalid-request", "question"),
        ({"question": 3}, "invalid-request", "question"),
        ({"question": "x", "history": "none"}, "invalid-request", "history"),
    ],
)
def test_what_goes_wrong_is_said(bot: FakeBot, arguments: dict[str, Any], code: str, words: str) -> None:
    async def talk(client: Client) -> None:
        result = await client.call_tool("ask_guide", arguments)
        assert result.is_error
        assert result.structured_content["code"] == code
        assert words in result.content[0].text  # type: ignore[union-attr]

    in_process(bot, talk)


def test_each_guide_is_a_resource(bot: FakeBot) -> None:
    bot.guide_list = (GUIDE, make_guide(id="hips/café 2", title="Hips"))

    async def talk(client: Client) -> None:
        found = (await client.list_resources()).resources
        assert [one.uri for one in found] == ["medialis://guides/knee", "medialis://guides/hips/caf%C3%A9%202"]
        assert "Not yet clinically reviewed" in (found[0].description or "")
        for one in found:
            (content,) = (await client.read_resource(one.uri)).contents
            assert content.text == GUIDE_TEXT  # type: ignore[union-attr]
        for missing in ("medialis://guides/none", "medialis://guides/../../etc/passwd", "file:///etc/passwd"):
            with pytest.raises(MCPError, match="no such guide"):
                await client.read_resource(missing)
        with pytest.raises(MCPError, match="no such tool"):
            await client.call_tool("delete_guide", {})

    in_process(bot, talk)


def test_origins_hosts_sizes_and_rates_hold_here_too(tmp_path: Path) -> None:
    limits: dict[str, object] = {"mcp": True, "rate_limit": "2/minute", "max_body_bytes": 4096}
    app = create_app(FakeBot(tmp_path, limits), page=False)
    with TestClient(app, base_url="http://127.0.0.1:7860", headers=HEADERS) as client:
        refused = client.post("/mcp", json=call(question="x"), headers={"Origin": "https://evil.example"})
        assert (refused.status_code, refused.json()["code"]) == (403, "origin-refused")
        renamed = client.post("/mcp", json=call(question="x"), headers={"Host": "evil.example"})
        assert (renamed.status_code, renamed.json()["code"]) == (403, "host-refused")
        assert client.post("/mcp", json=call(question="x" * 5000)).status_code == 413
        for _ in range(2):
            sent = client.post("/mcp", json=call(question="stretching?"))
            assert not answered(sent).get("isError")
            assert sent.headers["cache-control"].startswith("no-")
            assert sent.headers["x-content-type-options"] == "nosniff"
        limited = answered(client.post("/mcp", json=call(question="stretching?")))
        assert (limited["isError"], limited["structuredContent"]["code"]) == (True, "rate-limited")
        assert "Try again in" in limited["content"][0]["text"]


def test_only_post(over_http: TestClient) -> None:
    assert over_http.get("/mcp").status_code == 405
    assert over_http.delete("/mcp").status_code == 405


def test_nothing_of_a_reader_is_logged(over_http: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with caplog.at_level(logging.DEBUG):
        over_http.post("/mcp", json=call(question="my secret knee"))
        over_http.post("/mcp", json=call(question=["my secret knee"]))
        over_http.post("/mcp", content=b'{"my secret knee')
        over_http.post("/mcp", json={**CALL, "params": "my secret knee"})
    assert not [record for record in caplog.records if "secret" in record.getMessage() or record.exc_info]
    assert "secret" not in over_http.get("/metrics").text


@pytest.mark.real
@pytest.mark.parametrize("page", [False, True])
@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_the_official_client(mcp_bot: FakeBot, page: bool, mode: str) -> None:
    async def talk() -> None:
        # inside the loop: Gradio would otherwise make one of its own and leave it open
        with serving(mcp_bot, page=page) as url:
            async with Client(f"{url}/mcp", mode=mode) as client:
                assert [one.name for one in (await client.list_tools()).tools] == ["ask_guide"]
                result = await client.call_tool("ask_guide", {"question": "How long?"})
                assert result.structured_content["response"] == composed().text
                (guide,) = (await client.list_resources()).resources
                assert guide.uri == uri_of("knee")
                (content,) = (await client.read_resource(guide.uri)).contents
                assert content.text == GUIDE_TEXT  # type: ignore[union-attr]

    asyncio.run(talk())


@pytest.mark.real
@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_client_that_leaves_frees_the_model(mcp_bot: FakeBot, mode: str) -> None:
    async def talk(url: str) -> None:
        async with Client(f"{url}/mcp", mode=mode) as client:
            asking = asyncio.create_task(client.call_tool("ask_guide", {"question": "How long?"}))
            while not mcp_bot.asked:
                await asyncio.sleep(0.01)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
        assert await asyncio.to_thread(mcp_bot.closed.wait, 10)

    mcp_bot.gate.clear()
    with serving(mcp_bot, page=False) as url:
        asyncio.run(talk(url))


@pytest.mark.real
def test_over_pipes(tmp_path: Path) -> None:
    """`medialis mcp` with an index of its own and no language model."""
    root = Path(__file__).parents[3]
    env = {
        "MEDIALIS_DATA_DIR": str(tmp_path),
        "MEDIALIS_MODEL_DIR": str(load_settings().model_dir),
        "MEDIALIS_CORPUS_DIR": str(root / "corpus"),
        "MEDIALIS_LLM": "none",
        "PYTHONPATH": str(root),
        "PATH": os.environ["PATH"],
    }

    async def talk() -> None:
        ingest = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.cli", "ingest", env=env, stdout=asyncio.subprocess.DEVNULL
        )
        assert await ingest.wait() == 0
        started = StdioServerParameters(command=sys.executable, args=["-m", "bot.cli", "mcp"], env=env)
        async with Client(stdio_client(started)) as client:
            result = await client.call_tool("ask_guide", {"question": "does stretching alone fix it?"})
            assert result.structured_content["mode"] == "verbatim"
            assert (await client.list_resources()).resources

    asyncio.run(talk())
