"""One answer holds the engine from its first word to its last check."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from bot.errors import LLMBusy, LLMTimeout
from bot.llm.client import LLM, Remote
from bot.llm.protocol import ChatModel
from bot.types import Turn as Message
from tests.bot.llm.openai_server import OpenAIServer

ASK = (Message("user", "Why does my knee hurt?"),)


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer().running() as server:
        yield server


@pytest.fixture
def llm(server: OpenAIServer) -> Iterator[LLM]:
    llm = LLM(Remote(f"{server.url}/v1", "k3y"), "m", timeout_s=20, waiting=2)
    yield llm
    llm.close()


def test_nobody_comes_between_composing_and_judging(llm: LLM, server: OpenAIServer) -> None:
    model: ChatModel = llm
    done = threading.Event()

    def other() -> None:
        with model.turn() as later:
            while later.wait(1):
                continue
            list(later.stream("later", ASK))
        done.set()

    with model.turn() as first:
        assert first.wait(0) == 0
        thread = threading.Thread(target=other)
        thread.start()
        while llm.ahead() < 2:
            threading.Event().wait(0.005)
        pieces = first.stream("first", ASK)
        assert next(pieces) == "Rest "
        assert first.p_yes("judge", ASK) > 0.5  # waits for the stream of its own turn, not for the other asker
        assert list(pieces) == ["the ", "knee."]
        assert first.p_yes("judge", ASK) > 0.5
        assert not done.is_set()
    thread.join(20)
    assert [asked["messages"][0]["content"] for _, asked, _ in server.requests] == ["first", "judge", "judge", "later"]
    assert llm.ahead() == 0


def test_who_waits_is_told_how_many_are_ahead(llm: LLM) -> None:
    with llm.turn() as one:
        with llm.turn() as two, llm.turn() as three:
            assert [turn.wait(0) for turn in (one, two, three)] == [0, 1, 2]
            with pytest.raises(LLMBusy), llm.turn():
                raise AssertionError("the line is full")
        with llm.turn() as four:  # those who left while they waited are not in the way
            assert four.wait(0) == 1


def test_the_next_one_is_called_when_one_leaves(llm: LLM) -> None:
    first, second = llm.turn(), llm.turn()
    first.__enter__()
    with second:
        assert second.wait(0) == 1
        threading.Timer(0.05, first.__exit__, (None, None, None)).start()
        assert second.wait(20) == 0


def test_waiting_ends(server: OpenAIServer) -> None:
    llm = LLM(Remote(f"{server.url}/v1"), "m", timeout_s=0.05, waiting=2)
    with llm.turn(), llm.turn() as late, pytest.raises(LLMTimeout):
        late.wait(1)
    assert llm.ahead() == 0
    llm.close()


def test_a_server_that_takes_several_has_no_line(server: OpenAIServer) -> None:
    llm = LLM(Remote(f"{server.url}/v1"), "m", timeout_s=20)
    with llm.turn() as one, llm.turn() as two:
        assert (one.wait(0), two.wait(0)) == (0, 0)
        assert list(one.stream("", ASK)) == list(two.stream("", ASK)) == ["Rest ", "the ", "knee."]
        assert two.p_yes("", ASK) > 0.5
    llm.close()
