"""The scripted model keeps the promises tests rely on."""

from __future__ import annotations

import threading
from contextlib import closing

import pytest

from bot.errors import LLMTimeout
from bot.llm.protocol import ChatModel
from bot.types import Turn
from tests.fakes import Call, ScriptedLLM, Slow

ASK = (Turn("user", "why?"),)


def test_replies_come_in_order_and_the_history_says_what_was_asked() -> None:
    fake = ScriptedLLM(["one two", "three"], [0.9])
    model: ChatModel = fake
    assert list(model.stream("sys", ASK, max_tokens=7)) == ["one", " two"]
    assert "".join(model.stream("sys", ASK)) == "three"
    assert model.p_yes("judge", ASK) == 0.9
    assert fake.history[0] == Call("stream", "sys", ASK, 7)
    assert [call.kind for call in fake.history] == ["stream", "stream", "p_yes"]


def test_an_empty_script_fails_loudly() -> None:
    with pytest.raises(AssertionError, match="no reply left"):
        list(ScriptedLLM().stream("", ASK))


def test_errors_are_raised_and_functions_are_called() -> None:
    with pytest.raises(LLMTimeout):
        list(ScriptedLLM([LLMTimeout("slow")]).stream("", ASK))
    with pytest.raises(LLMTimeout):
        ScriptedLLM(judgements=[LLMTimeout("slow")]).p_yes("", ASK)
    echo = ScriptedLLM(lambda system, turns: turns[-1].text.upper(), lambda system, turns: len(turns) / 2)
    assert "".join(echo.stream("", ASK)) == "WHY?"
    assert echo.p_yes("", ASK) == 0.5


def test_a_slow_reply_waits_for_go_and_notices_the_asker_leaving() -> None:
    slow = Slow(["a", "b", "c"])
    seen: list[str] = []
    arrived = threading.Event()

    def read() -> None:
        with closing(ScriptedLLM([slow]).stream("", ASK)) as pieces:
            for piece in pieces:
                seen.append(piece)
                if piece == "b":
                    break
        arrived.set()

    reader = threading.Thread(target=read)
    reader.start()
    slow.go()
    assert not slow.closed.is_set()
    slow.go()
    assert arrived.wait(10)
    reader.join()
    assert seen == ["a", "b"]
    assert slow.closed.is_set()
