"""The client against a small OpenAI-compatible server."""

from __future__ import annotations

import gc
import logging
import math
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import LLMBusy, LLMError, LLMTimeout, LLMUnavailable, LLMUnclear, ModelMissing, SettingsError
from bot.llm.client import LLM, Remote, connect, yes_share
from bot.llm.protocol import ChatModel
from bot.llm.store import Store
from bot.settings import load_settings
from bot.types import Turn
from tests.bot.llm.openai_server import OpenAIServer

ASK = (Turn("user", "Why does my knee hurt?"),)


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer().running() as server:
        yield server


@pytest.fixture
def llm(server: OpenAIServer) -> Iterator[LLM]:
    llm = LLM(Remote(f"{server.url}/v1", "k3y"), "m", timeout_s=20, waiting=2)
    yield llm
    llm.close()


def until_free(llm: LLM) -> None:
    for _ in range(3000):
        if llm.ahead() == 0:
            return
        threading.Event().wait(0.01)
    raise AssertionError("the engine never became free")


# --- streaming


def test_a_reply_comes_in_pieces_and_the_request_says_what_it_must(llm: LLM, server: OpenAIServer) -> None:
    model: ChatModel = llm
    turns = (Turn("user", "hello"), Turn("assistant", "hi"), *ASK)
    assert list(model.stream("Be brief.", turns, max_tokens=17)) == ["Rest ", "the ", "knee."]
    (path, asked, key) = server.requests[0]
    assert path == "/v1/chat/completions"
    assert key == "Bearer k3y"
    assert asked["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": "hi"},
        {"role": "user", "content": "Why does my knee hurt?"},
    ]
    assert asked["temperature"] == 0
    assert asked["model"] == "m"
    assert 17 in (asked.get("max_tokens"), asked.get("max_completion_tokens"))
    assert not set(asked) - {"messages", "model", "stream", "temperature", "max_tokens", "max_completion_tokens"}


def test_no_system_message_when_there_is_none(llm: LLM, server: OpenAIServer) -> None:
    list(llm.stream("", ASK))
    assert [message["role"] for message in server.requests[0][1]["messages"]] == ["user"]


def test_pieces_are_yielded_as_they_come(llm: LLM, server: OpenAIServer) -> None:
    server.hurry = False
    pieces = llm.stream("", ASK)
    server.go()
    assert next(pieces) == "Rest "
    assert server.busy.is_set()
    server.go(2)
    assert list(pieces) == ["the ", "knee."]
    until_free(llm)


@pytest.mark.parametrize("how", ["close", "forget"])
def test_leaving_early_hangs_up_and_frees_the_engine(llm: LLM, server: OpenAIServer, how: str) -> None:
    server.hurry, server.pieces = False, [f"{n} " for n in range(1000)]
    pieces = llm.stream("", ASK)
    server.go(3)
    assert next(pieces) == "0 "
    assert llm.ahead() == 1
    if how == "close":
        pieces.close()
    else:
        del pieces
        gc.collect()
    server.go(2)  # the end of a request is noticed at the next token
    assert server.hung_up.wait(20)
    until_free(llm)


def test_judging_between_two_pieces_does_not_wait_for_itself(llm: LLM, server: OpenAIServer) -> None:
    """One caller, one engine: the stream is still open when the judge is asked."""
    pieces = llm.stream("", ASK)
    assert next(pieces) == "Rest "
    assert llm.p_yes("", ASK) > 0.5
    assert list(pieces) == ["the ", "knee."]


def test_half_an_answer_is_an_error(llm: LLM, server: OpenAIServer) -> None:
    server.finish = False
    with pytest.raises(LLMUnavailable, match="broke off"):
        list(llm.stream("", ASK))
    until_free(llm)


def test_an_error_event_is_an_error(llm: LLM, server: OpenAIServer) -> None:
    server.error_event = True
    pieces = llm.stream("", ASK)
    assert [next(pieces) for _ in range(3)] == ["Rest ", "the ", "knee."]
    with pytest.raises(LLMError):
        next(pieces)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, LLMError),
        (401, LLMUnavailable),
        (404, LLMUnavailable),
        (429, LLMBusy),
        (500, LLMUnavailable),
        (503, LLMUnavailable),
    ],
)
def test_a_refusal_is_told_without_the_question(
    llm: LLM, server: OpenAIServer, status: int, expected: type[LLMError], caplog: pytest.LogCaptureFixture
) -> None:
    server.status = status
    for ask in (lambda: list(llm.stream("", ASK)), lambda: llm.p_yes("", ASK)):
        with pytest.raises(expected) as caught:
            ask()
        assert "knee" not in str(caught.value)
        assert len(str(caught.value).splitlines()) == 1
    assert "knee" not in caplog.text
    assert len(server.requests) == 2  # no silent retries
    assert llm.ahead() == 0


@pytest.mark.parametrize("body", [b"<html>hello</html>", b"", b"[]", b'{"choices": null}', b'{"choices": []}', b"null"])
def test_a_server_that_is_something_else(llm: LLM, server: OpenAIServer, body: bytes) -> None:
    server.body = body
    for ask in (lambda: list(llm.stream("", ASK)), lambda: llm.p_yes("", ASK)):
        with pytest.raises(LLMError):
            ask()


def test_nobody_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    llm = LLM(Remote(f"http://127.0.0.1:{port}/v1"), "m", timeout_s=20)
    with pytest.raises(LLMUnavailable, match="does not answer"):
        list(llm.stream("", ASK))
    with pytest.raises(LLMUnavailable, match="does not answer"):
        llm.p_yes("", ASK)
    llm.close()


def test_too_slow(server: OpenAIServer) -> None:
    server.hurry = False
    llm = LLM(Remote(f"{server.url}/v1"), "m", timeout_s=0.3, waiting=2)
    with pytest.raises(LLMTimeout):
        list(llm.stream("", ASK))
    server.hurry = True
    server.go(3)
    until_free(llm)
    llm.close()


def test_the_question_is_not_logged_even_at_debug(llm: LLM, caplog: pytest.LogCaptureFixture) -> None:
    """Other versions of the client write whole requests at this level; an upgrade that does so must not go unseen."""
    caplog.set_level(logging.DEBUG)
    list(llm.stream("", ASK))
    llm.p_yes("", ASK)
    assert "HTTP Response: POST 200" in caplog.text
    assert "knee" not in caplog.text.lower()


# --- the line


def test_ahead_counts_and_one_too_many_is_told(llm: LLM, server: OpenAIServer) -> None:
    server.hurry = False
    first = llm.stream("", ASK)
    server.go()
    next(first)
    answers: list[str] = []
    waiting = [threading.Thread(target=lambda: answers.append("".join(llm.stream("", ASK)))) for _ in range(2)]
    for n, thread in enumerate(waiting):
        thread.start()
        for _ in range(3000):
            if llm.ahead() == n + 2:
                break
            threading.Event().wait(0.01)
        assert llm.ahead() == n + 2
    with pytest.raises(LLMBusy):
        list(llm.stream("", ASK))
    with pytest.raises(LLMBusy):
        llm.p_yes("", ASK)
    assert len(server.requests) == 1  # the others have not reached the engine
    server.hurry = True
    server.go(100)
    assert list(first) == ["the ", "knee."]
    for thread in waiting:
        thread.join(30)
    assert answers == ["Rest the knee."] * 2
    until_free(llm)


# --- yes or no


def test_p_yes_asks_for_one_token_with_its_alternatives(llm: LLM, server: OpenAIServer) -> None:
    expected = math.exp(-0.1) / (math.exp(-0.1) + math.exp(-2.4))
    assert llm.p_yes("Judge.", ASK) == pytest.approx(expected)
    asked = server.requests[0][1]
    assert asked["logprobs"] is True
    assert asked["top_logprobs"] == 20
    assert 1 in (asked.get("max_tokens"), asked.get("max_completion_tokens"))
    assert not asked.get("stream")


@pytest.mark.parametrize("logprobs", [None, {}])
def test_a_server_without_logprobs_is_told(llm: LLM, server: OpenAIServer, logprobs: dict[str, float] | None) -> None:
    server.logprobs = logprobs
    with pytest.raises(LLMUnavailable, match="log-probabilities"):
        llm.p_yes("", ASK)


@pytest.mark.parametrize(
    ("tokens", "share"),
    [
        ({"Yes": 0.5, "No": 0.5}, 0.5),
        ({"Yes": 0.3, " yes": 0.3, "YES": 0.2, "No": 0.2}, 0.8),
        ({"▁Yes": 0.6, "no.": 0.2, "The": 0.2}, 0.75),
        ({"Yes": 0.9}, 1.0),
        ({"No": 0.9, "Nothing": 0.05, "Yesterday": 0.05}, 0.0),
    ],
)
def test_the_spellings_of_yes_and_no_are_added_up(tokens: dict[str, float], share: float) -> None:
    assert yes_share({token: math.log(p) for token, p in tokens.items()}) == pytest.approx(share)


@pytest.mark.parametrize("tokens", [{"The": 0.9, "Yesterday": 0.1}, {"It": 0.95, "Yes": 0.04, "No": 0.01}, {}])
def test_neither_is_not_guessed(tokens: dict[str, float]) -> None:
    with pytest.raises(LLMUnclear):
        yes_share({token: math.log(p) for token, p in tokens.items()})


@given(st.dictionaries(st.sampled_from(["Yes", "no", " No", "yes\n", "Maybe", "", "Nope"]), st.floats(-50, 0)))
def test_the_share_is_a_probability_or_unclear(logprobs: dict[str, float]) -> None:
    try:
        assert 0.0 <= yes_share(logprobs) <= 1.0
    except LLMUnclear:
        mass = sum(math.exp(p) for token, p in logprobs.items() if token.strip().lower() in {"yes", "no"})
        assert mass < 0.1


# --- choosing


def test_none_is_none(tmp_path: Path) -> None:
    assert connect(load_settings(llm="none", llm_base_url="http://127.0.0.1:1"), Store(tmp_path)) is None


def test_the_embedded_model_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"medialis models pull qwen2\.5-coder-1.5b"):
        connect(load_settings(), Store(tmp_path))


@pytest.mark.parametrize("suffix", ["", "/", "/v1", "/v1/"])
def test_a_base_url_with_or_without_version(server: OpenAIServer, tmp_path: Path, suffix: str) -> None:
    llm = connect(load_settings(llm_base_url=server.url + suffix, llm_api_key="s3cret"), Store(tmp_path))
    assert llm is not None
    assert "".join(llm.stream("", ASK)) == "Rest the knee."
    assert server.requests[0][0] == "/v1/chat/completions"
    assert server.requests[0][2] == "Bearer s3cret"
    assert llm.name == "only-one"  # nobody named a model, and the server has one
    assert server.requests[0][1]["model"] == "only-one"
    assert llm.ahead() == 0
    llm.close()


@pytest.mark.parametrize("models", [[], ["a", "b"]])
def test_a_server_with_several_models_needs_a_name(server: OpenAIServer, tmp_path: Path, models: list[str]) -> None:
    server.models = models
    llm = connect(load_settings(llm_base_url=server.url), Store(tmp_path))
    assert llm is not None
    with pytest.raises(LLMError, match="MEDIALIS_LLM_MODEL"):
        list(llm.stream("", ASK))
    llm.close()
    named = connect(load_settings(llm_base_url=server.url, llm_model="b"), Store(tmp_path))
    assert named is not None
    list(named.stream("", ASK))
    assert server.requests[0][1]["model"] == "b"
    named.close()


@pytest.mark.parametrize("url", ["localhost:11434", "ftp://host", "http://", "127.0.0.1"])
def test_an_address_that_is_none(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="no http address"):
        connect(load_settings(llm_base_url=url), Store(tmp_path))


def test_no_proxy_and_no_other_host_hears_of_it(
    server: OpenAIServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every address the process looks up or connects to, with a proxy and another service named in the environment."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "OPENAI_PROXY", "OPENAI_BASE_URL", "OPENAI_API_BASE"):
        monkeypatch.setenv(name, "http://192.0.2.1:3128")
    reached: list[str] = []
    look_up, connect_to = socket.getaddrinfo, socket.socket.connect

    def getaddrinfo(host: object, *args: object, **kwargs: object) -> object:
        reached.append(str(host))
        return look_up(host, *args, **kwargs)  # type: ignore[arg-type]

    def connected(self: socket.socket, address: tuple[str, int]) -> None:
        reached.append(address[0])
        connect_to(self, address)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(socket.socket, "connect", connected)
    llm = connect(load_settings(llm_base_url=server.url), Store(tmp_path))
    assert llm is not None
    list(llm.stream("", ASK))
    llm.p_yes("", ASK)
    llm.close()
    assert set(reached) == {"127.0.0.1"}
