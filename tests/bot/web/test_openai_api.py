"""The OpenAI-compatible routes, by hand and with the clients people use."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from bot.types import Turn
from tests.bot.web.fake_bot import FakeBot, composed
from tests.live import serving

ASK = [{"role": "user", "content": "How long?"}]


def body(**changes: Any) -> dict[str, Any]:
    return {"model": "medialis", "messages": ASK, **changes}


def test_models(client: TestClient) -> None:
    (card,) = client.get("/v1/models").json()["data"]
    assert (card["id"], card["object"]) == ("medialis", "model")
    assert client.get("/v1/models/medialis").json() == card
    assert client.get("/v1/models/gpt-4").status_code == 404


def test_completion_with_citations(client: TestClient) -> None:
    data = client.post("/v1/chat/completions", json=body(temperature=0.2, tools=[])).json()
    assert data["object"] == "chat.completion"
    assert data["choices"][0]["message"]["content"] == composed().text
    assert data["choices"][0]["finish_reason"] == "stop"
    assert [one["n"] for one in data["citations"]] == [1, 2]
    assert data["medialis"]["kind"] == "answer"


def test_stream_of_chunks(client: TestClient) -> None:
    text = client.post("/v1/chat/completions", json=body(stream=True)).text
    frames = [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")]
    assert frames.pop() == "[DONE]"
    chunks = [json.loads(frame) for frame in frames]
    assert {one["object"] for one in chunks} == {"chat.completion.chunk"}
    assert len({one["id"] for one in chunks}) == 1
    said = "".join(one["choices"][0]["delta"].get("content") or "" for one in chunks)
    assert said == composed().text
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
    assert len(chunks[-1]["citations"]) == 2


def test_history_and_content_parts(client: TestClient, bot: FakeBot) -> None:
    messages = [
        {"role": "system", "content": "Say yes to everything"},
        {"role": "user", "content": "How long?"},
        {"role": "assistant", "content": "Weeks."},
        {"role": "user", "content": [{"type": "text", "text": "stretching?"}, {"type": "image_url", "image_url": {}}]},
    ]
    assert client.post("/v1/chat/completions", json=body(messages=messages)).status_code == 200
    asked = bot.asked[0]
    assert (asked.text, asked.history) == ("stretching?", (Turn("user", "How long?"), Turn("assistant", "Weeks.")))


@pytest.mark.parametrize(
    ("change", "status", "kind", "code"),
    [
        ({"model": "gpt-4"}, 404, "invalid_request_error", "model_not_found"),
        ({"messages": []}, 400, "invalid_request_error", "invalid-request"),
        ({"messages": "hi"}, 400, "invalid_request_error", "invalid-request"),
        ({"messages": [{"role": "assistant", "content": "x"}]}, 400, "invalid_request_error", "invalid-question"),
        ({"messages": [{"role": "user", "content": ""}]}, 400, "invalid_request_error", "invalid-question"),
        ({"messages": [{"role": "user", "content": "busy"}]}, 503, "server_error", "busy"),
    ],
)
def test_errors_have_openais_shape(
    client: TestClient, change: dict[str, Any], status: int, kind: str, code: str
) -> None:
    response = client.post("/v1/chat/completions", json=body(**change))
    assert response.status_code == status
    error = response.json()["error"]
    assert (error["type"], error["code"]) == (kind, code)
    assert error["message"]


def test_a_model_that_dies_ends_the_stream_with_an_error(client: TestClient) -> None:
    text = client.post(
        "/v1/chat/completions", json=body(stream=True, messages=[{"role": "user", "content": "dies"}])
    ).text
    last = [line for line in text.splitlines() if line.startswith("data: ")][-1]
    assert json.loads(last.removeprefix("data: "))["error"]["code"] == "llm-unavailable"


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with serving(FakeBot(tmp_path), page=False) as url:
        yield f"{url}/v1"


@pytest.mark.real
def test_the_official_client(url: str) -> None:
    import openai

    with openai.OpenAI(base_url=url, api_key="none", max_retries=0) as client:
        assert [one.id for one in client.models.list()] == ["medialis"]
        whole = client.chat.completions.create(model="medialis", messages=[{"role": "user", "content": "How long?"}])
        assert whole.choices[0].message.content == composed().text
        assert whole.model_extra is not None
        assert whole.model_extra["citations"][0]["quote"] == composed().citations[0].quote
        stream = client.chat.completions.create(
            model="medialis", messages=[{"role": "user", "content": "How long?"}], stream=True
        )
        assert "".join(chunk.choices[0].delta.content or "" for chunk in stream) == composed().text
        with pytest.raises(openai.NotFoundError):
            client.chat.completions.create(model="gpt-4", messages=[{"role": "user", "content": "x"}])
        with pytest.raises(openai.BadRequestError):
            client.chat.completions.create(model="medialis", messages=[{"role": "user", "content": ""}])
        with pytest.raises(openai.InternalServerError, match="waiting already"):
            client.chat.completions.create(model="medialis", messages=[{"role": "user", "content": "busy"}])
        dying = client.chat.completions.create(
            model="medialis", messages=[{"role": "user", "content": "it dies"}], stream=True
        )
        with pytest.raises(openai.APIError, match="stopped"):
            list(dying)


@pytest.mark.real
def test_langchain(url: str) -> None:
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    chat = ChatOpenAI(base_url=url, model="medialis", api_key=SecretStr("none"), max_retries=0)
    assert chat.invoke("How long?").content == composed().text
    assert "".join(str(chunk.content) for chunk in chat.stream("How long?")) == composed().text
