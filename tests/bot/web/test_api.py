"""POST /api/chat: shapes, order of events, errors, limits, and what happens when the reader leaves."""

from __future__ import annotations

import asyncio
import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from bot.types import Done, Question, Shown, Status, Turn
from bot.web import bridge
from bot.web.server import create_app
from bot.wire import answer_object
from tests.bot.web.fake_bot import FakeBot, composed

EVENTS = {"Accept": "text/event-stream"}


def read_events(text: str) -> list[tuple[str, Any]]:
    """The (name, data) pairs of a stream."""
    pairs = []
    for block in text.strip().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if lines:
            pairs.append((lines["event"], json.loads(lines["data"])))
    return pairs


def test_json_is_the_answer_object(client: TestClient) -> None:
    response = client.post("/api/chat", json={"text": "How long?"})
    assert response.status_code == 200
    assert response.json() == json.loads(json.dumps(answer_object(composed())))


@pytest.mark.parametrize("name", ["text", "message"])
def test_question_and_history_reach_the_bot(client: TestClient, bot: FakeBot, name: str) -> None:
    client.post("/api/chat", json={name: " And then? ", "history": [["How long?", "Weeks."]], "locale": "GB"})
    asked = bot.asked[0]
    assert asked == Question("And then?", (Turn("user", "How long?"), Turn("assistant", "Weeks.")), "unknown")


def test_locale_counts_where_the_operator_allows_it(tmp_path: Path) -> None:
    bot = FakeBot(tmp_path, {"locale": "US", "locale_from_reader": True})
    with TestClient(create_app(bot, page=False), base_url="http://localhost") as client:
        client.post("/api/chat", json={"text": "stretching", "locale": "GB"})
        client.post("/api/chat", json={"text": "stretching"})
    assert [one.locale for one in bot.asked] == ["GB", "US"]


def test_long_history_keeps_its_end(client: TestClient, bot: FakeBot) -> None:
    history = [[f"q{n}", f"a{n}"] for n in range(40)]
    client.post("/api/chat", json={"text": "stretching", "history": history})
    kept = bot.asked[0].history
    assert len(kept) == bot.settings.max_history_turns
    assert kept[-1].text == "a39"


def test_stream_tells_status_sentences_and_the_whole(client: TestClient) -> None:
    response = client.post("/api/chat", json={"text": "How long?"}, headers=EVENTS)
    assert response.headers["content-type"].startswith("text/event-stream")
    events = read_events(response.text)
    assert [name for name, _ in events] == [
        *["status"] * 4,
        "sentence",
        "status",
        "sentence",
        "suggestions",
        "done",
    ]
    assert ("status", {"stage": "busy", "ahead": 2}) in events
    sentences = [data for name, data in events if name == "sentence"]
    assert [one["citations"][0]["n"] for one in sentences] == [1, 2]
    assert events[-1][1] == json.loads(json.dumps(answer_object(composed())))


def test_a_busy_model_says_so_with_a_time_to_wait(client: TestClient) -> None:
    response = client.post("/api/chat", json={"text": "busy?"})
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) > 0
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == "busy"
    events = read_events(client.post("/api/chat", json={"text": "busy?"}, headers=EVENTS).text)
    assert events[-1][0] == "error"
    assert events[-1][1]["code"] == "busy"
    assert events[-1][1]["retry_after"] > 0


def test_a_model_that_dies_leaves_what_was_shown(client: TestClient) -> None:
    events = read_events(client.post("/api/chat", json={"text": "it dies"}, headers=EVENTS).text)
    assert [name for name, _ in events if name != "status"] == ["sentence", "error"]
    assert events[-1][1]["code"] == "llm-unavailable"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"text": "   "}, 422, "invalid-question"),
        ({"text": "a" * 2001}, 422, "invalid-question"),
        ({}, 422, "invalid-request"),
        ({"text": ["x"]}, 422, "invalid-request"),
        ({"text": "x", "history": [["only one"]]}, 422, "invalid-request"),
        ({"text": "x", "history": [["a", "b"]] * 201}, 422, "invalid-request"),
        ({"text": "x", "filler": "y" * 300_000}, 413, "content-too-large"),
    ],
)
@pytest.mark.parametrize("headers", [{}, EVENTS])
def test_bad_requests_are_problems(
    client: TestClient, bot: FakeBot, body: dict[str, Any], status: int, code: str, headers: dict[str, str]
) -> None:
    response = client.post("/api/chat", json=body, headers=headers)
    assert response.status_code == status
    problem = response.json()
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"] == f"urn:medialis:problem:{code}"
    assert problem["request_id"] == response.headers["x-request-id"]
    assert not bot.asked


def test_a_refused_request_does_not_repeat_the_reader(client: TestClient) -> None:
    response = client.post("/api/chat", json={"text": {"secret": "my knee"}})
    assert "my knee" not in response.text


def test_not_json_and_no_such_route(client: TestClient) -> None:
    assert client.post("/api/chat", content=b"{", headers={"Content-Type": "application/json"}).status_code == 422
    missing = client.get("/api/nothing")
    assert (missing.status_code, missing.json()["code"]) == (404, "not-found")
    assert client.get("/gradio_api/upload_progress").status_code == 404


def test_rate_limit_counts_by_address(tmp_path: Path) -> None:
    bot = FakeBot(tmp_path, {"rate_limit": "2/minute"})
    with TestClient(create_app(bot, page=False), base_url="http://localhost") as client:
        codes = [client.post("/api/chat", json={"text": "stretching"}).status_code for _ in range(3)]
        last = client.post(
            "/v1/chat/completions", json={"model": "medialis", "messages": [{"role": "user", "content": "x"}]}
        )
    assert codes == [200, 200, 429]
    assert last.status_code == 429
    assert 1 <= int(last.headers["retry-after"]) <= 60
    assert last.json()["error"]["type"] == "rate_limit_error"


def test_an_error_nobody_expected_is_a_problem_without_details(client: TestClient, bot: FakeBot) -> None:
    def script(question: Question) -> Any:
        raise RuntimeError(f"secret {question.text}")
        yield

    bot.script = script
    response = client.post("/api/chat", json={"text": "my words"})
    assert (response.status_code, response.json()["code"]) == (500, "internal")
    assert "my words" not in response.text
    assert "secret" not in response.text


def test_leaving_the_stream_closes_the_bots() -> None:
    async def scenario(bot: FakeBot) -> list[Any]:
        seen = []
        stream = bridge.events(bot, Question("How long?"))
        async for event in stream:
            seen.append(event)
            if isinstance(event, Shown):
                break
        await stream.aclose()
        await asyncio.to_thread(bot.closed.wait, 5)
        return seen

    bot = FakeBot(Path())
    bot.gate.clear()
    seen = asyncio.run(scenario(bot))
    assert bot.closed.is_set()
    assert not any(isinstance(event, Done) for event in seen)


def test_a_cancellation_is_never_lost() -> None:
    """However close to an event it comes: a bot that speaks all the time is closed at once."""

    def chatter(question: Question) -> Any:
        for stage in itertools.cycle(("compose", "compose", "ground")):
            yield Status(stage)

    async def scenario() -> None:
        for wait in range(60):
            bot = FakeBot(Path())
            bot.script = chatter

            async def read(bot: FakeBot = bot) -> None:
                async for event in bridge.events(bot, Question("x")):
                    assert isinstance(event, Status)

            task = asyncio.create_task(read())
            await asyncio.sleep(wait / 20_000)
            task.cancel()
            done, _ = await asyncio.wait({task}, timeout=10)
            assert done
            assert await asyncio.to_thread(bot.closed.wait, 10) or not bot.asked

    asyncio.run(scenario())


def test_a_blocked_model_leaves_the_loop_and_other_readers_free() -> None:
    async def scenario(bot: FakeBot) -> str:
        waiting = [asyncio.ensure_future(_last(bot, "How long?")) for _ in range(20)]
        quick = await _last(bot, "stretching")
        assert not any(task.done() for task in waiting)
        bot.gate.set()
        await asyncio.gather(*waiting)
        return quick

    bot = FakeBot(Path())
    bot.gate.clear()
    assert asyncio.run(scenario(bot)) == "verbatim"


async def _last(bot: FakeBot, text: str) -> str:
    async for event in bridge.events(bot, Question(text)):
        if isinstance(event, Done):
            return event.answer.mode
    raise AssertionError("no answer")


def test_a_repeated_status_is_told_once() -> None:
    async def scenario() -> list[Any]:
        bot = FakeBot(Path())
        bot.script = lambda question: iter([Status("compose")] * 5 + [Status("ground"), Done(composed())])
        return [event async for event in bridge.events(bot, Question("x"))]

    assert [type(event).__name__ for event in asyncio.run(scenario())] == ["Status", "Status", "Done"]


def test_a_reader_who_is_gone_cancels_the_work() -> None:
    async def scenario() -> bool:
        started, cancelled = asyncio.Event(), asyncio.Event()

        async def work() -> None:
            started.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                cancelled.set()
                raise

        async def receive() -> dict[str, str]:
            await started.wait()
            return {"type": "http.disconnect"}

        with pytest.raises(bridge.Gone):
            await bridge.unless_gone(work(), receive)
        return cancelled.is_set()

    assert asyncio.run(scenario())
