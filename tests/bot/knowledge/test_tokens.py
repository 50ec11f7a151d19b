import os
import socket
from pathlib import Path

import pytest

from bot.errors import ModelCorrupt, ModelMissing
from bot.knowledge.tokens import CACHE_NAME, token_counter
from bot.settings import load_settings


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("tried to open a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", os.environ.get("TIKTOKEN_CACHE_DIR", ""))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=CACHE_NAME):
        token_counter(tmp_path)


def test_a_damaged_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "tiktoken" / CACHE_NAME
    path.parent.mkdir()
    path.write_bytes(b"IQ== 0\n")
    with pytest.raises(ModelCorrupt):
        token_counter(tmp_path)
    assert path.read_bytes() == b"IQ== 0\n"


@pytest.mark.real
def test_counts_as_cl100k_base_does() -> None:
    count = token_counter(load_settings().model_dir)
    assert count("") == 0
    assert count("hello world") == 2
    assert count("<|endoftext|>") > 1  # a guide's text is never read as a control token
