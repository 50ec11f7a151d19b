"""The embedded engine; the tests marked real need the small model in the model folder."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.errors import LLMError, LLMUnavailable
from bot.llm.client import LLM, Remote, connect
from bot.llm.engine import Engine
from bot.llm.store import Store
from bot.settings import load_settings
from bot.types import Turn

MODEL = "smollm2-135m"
KNEE = (Turn("user", "Tell me what a knee is."),)
LONG = (Turn("user", "Write a very long story about a river. Never stop."),)


@pytest.fixture(scope="module")
def gguf() -> Path:
    return Store(load_settings().model_dir).path(MODEL)


@pytest.fixture(scope="module")
def engine(gguf: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = Engine(gguf, ctx=2048, slot_dir=tmp_path_factory.mktemp("slots"))
    engine.start()
    yield engine
    engine.stop()


@pytest.fixture
def llm(engine: Engine) -> Iterator[LLM]:
    llm = LLM(Remote(engine.base_url, engine.api_key), MODEL, timeout_s=60, waiting=4)
    yield llm
    llm.close()


def test_a_file_that_is_no_model_is_told_in_one_line(tmp_path: Path) -> None:
    bad = tmp_path / "bad.gguf"
    bad.write_bytes(b"GGUF" + bytes(100))
    engine = Engine(bad)
    with pytest.raises(LLMUnavailable, match="cannot load"):
        engine.start()
    assert not engine.healthy()


def test_an_engine_that_is_not_started_says_so(tmp_path: Path) -> None:
    engine = Engine(tmp_path / "none.gguf")
    with pytest.raises(LLMUnavailable, match="not started"):
        _ = engine.base_url
    engine.stop()
    assert not engine.healthy()


def test_each_engine_has_a_key_of_its_own(tmp_path: Path) -> None:
    keys = {Engine(tmp_path).api_key for _ in range(3)}
    assert len(keys) == 3
    assert all(len(key) > 40 for key in keys)


@pytest.mark.real
def test_it_starts_once_however_many_ask(gguf: Path) -> None:
    engine = Engine(gguf, ctx=512)
    threads = [threading.Thread(target=engine.start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    first = engine.base_url
    engine.start()
    assert engine.base_url == first
    assert engine.healthy()
    engine.stop()
    assert not engine.healthy()
    engine.start()
    assert engine.healthy()
    engine.stop()


@pytest.mark.real
@pytest.mark.parametrize("key", [None, "Bearer wrong", "Bearer", "Basic eDp4"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/chat/completions"),
        ("POST", "/completion"),
        ("POST", "/slots/0?action=save"),
        ("GET", "/v1/models"),
        ("GET", "/slots"),
        ("GET", "/metrics"),
        ("GET", "/props"),
    ],
)
def test_nobody_gets_in_without_the_key(engine: Engine, method: str, path: str, key: str | None) -> None:
    headers = {"Authorization": key} if key else {}
    root = engine.base_url.removesuffix("/v1")
    response = httpx.request(method, root + path, headers=headers, json={}, trust_env=False)
    assert response.status_code == 401


@pytest.mark.real
def test_a_page_elsewhere_cannot_call_it(engine: Engine) -> None:
    headers = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    for method in ("OPTIONS", "POST", "GET"):
        answer = httpx.request(method, f"{engine.base_url}/chat/completions", headers=headers, trust_env=False)
        assert answer.headers.get("access-control-allow-origin", "") == ""
        assert answer.headers.get("access-control-allow-credentials", "false") == "false"


@pytest.mark.real
def test_it_listens_on_loopback_with_no_page_and_no_peeking(engine: Engine) -> None:
    assert engine.base_url.startswith("http://127.0.0.1:")
    key = {"Authorization": f"Bearer {engine.api_key}"}
    root = engine.base_url.removesuffix("/v1")
    assert httpx.get(root, headers=key, trust_env=False).status_code == 404
    for path in ("/slots", "/metrics"):
        assert httpx.get(root + path, headers=key, trust_env=False).status_code == 501


@pytest.mark.real
def test_the_path_of_the_model_is_not_told(engine: Engine) -> None:
    key = {"Authorization": f"Bearer {engine.api_key}"}
    listed = httpx.get(f"{engine.base_url}/models", headers=key, trust_env=False).json()
    assert [model["id"] for model in listed["data"]] == [engine.alias]


@pytest.mark.real
def test_it_answers_in_pieces_and_the_same_again(llm: LLM) -> None:
    pieces = list(llm.stream("Be brief.", KNEE, max_tokens=24))
    assert len(pieces) > 5
    assert "knee" in "".join(pieces).lower()
    assert list(llm.stream("Be brief.", KNEE, max_tokens=24)) == pieces  # same engine, same prompt, greedy


@pytest.mark.real
def test_a_first_word_has_a_probability(llm: LLM) -> None:
    assert 0.0 < llm.p_yes("Answer with Yes or No.", [Turn("user", "Is the sky blue?")]) < 1.0


@pytest.mark.real
def test_closing_frees_the_engine(llm: LLM) -> None:
    """With 1,900 tokens to go, the engine would be busy for half a minute."""
    pieces = llm.stream("", LONG, max_tokens=1900)
    next(pieces)
    assert llm.ahead() == 1
    pieces.close()
    llm.p_yes("Answer with Yes or No.", [Turn("user", "Is the sky blue?")])
    assert llm.ahead() == 0


@pytest.mark.real
def test_a_prompt_too_long_is_refused_and_the_next_one_answered(llm: LLM) -> None:
    with pytest.raises(LLMError):
        list(llm.stream("", [Turn("user", "knee " * 5000)]))
    assert list(llm.stream("", KNEE, max_tokens=2))


@pytest.mark.real
def test_an_engine_that_goes_away_in_the_middle_is_an_error(gguf: Path) -> None:
    engine = Engine(gguf, ctx=2048)
    llm = LLM(engine, MODEL, timeout_s=60, waiting=1)
    pieces = llm.stream("", LONG, max_tokens=1900)
    next(pieces)
    engine.stop()
    with pytest.raises(LLMUnavailable):
        list(pieces)
    llm.close()


@pytest.mark.real
def test_a_prompt_is_kept_and_brought_back(engine: Engine, llm: LLM) -> None:
    list(llm.stream("Be brief.", KNEE, max_tokens=2))
    saved = engine.save_prompt("knee")
    assert saved > 10
    list(llm.stream("", [Turn("user", "Something else entirely.")], max_tokens=2))
    assert engine.restore_prompt("knee") == saved
    with pytest.raises(LLMUnavailable, match="restore"):
        engine.restore_prompt("nonesuch")


@pytest.mark.real
def test_a_server_in_another_process_is_the_same_code_path(gguf: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.bot.llm.serve_engine", str(gguf)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        served = json.loads(process.stdout.readline())
        llm = connect(load_settings(llm_base_url=served["base_url"], llm_api_key=served["api_key"]), Store(tmp_path))
        assert llm is not None
        assert "knee" in "".join(llm.stream("", KNEE, max_tokens=24)).lower()
        assert llm.name == "smollm2-135m-instruct-q4_1"
        assert 0.0 < llm.p_yes("Answer with Yes or No.", [Turn("user", "Is the sky blue?")]) < 1.0
        keyless = connect(load_settings(llm_base_url=served["base_url"]), Store(tmp_path))
        assert keyless is not None
        with pytest.raises(LLMUnavailable, match="refuses the key"):
            list(keyless.stream("", KNEE))
        pieces = llm.stream("", LONG, max_tokens=1900)
        next(pieces)
        process.kill()
        with pytest.raises(LLMUnavailable):
            list(pieces)
        keyless.close()
        llm.close()
