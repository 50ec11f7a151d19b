"""The line before the engine is first come, first served, and bounded."""

from __future__ import annotations

import threading

import pytest

from bot.errors import LLMBusy, LLMTimeout
from bot.llm.line import Line


def wait_for_length(line: Line, length: int) -> None:
    for _ in range(3000):
        if len(line) == length:
            return
        threading.Event().wait(0.005)
    raise AssertionError(f"{len(line)} in line, not {length}")


def test_askers_are_served_in_the_order_they_came() -> None:
    line, order = Line(10), []
    first = line.enter(1)

    def ask(n: int) -> None:
        ticket = line.enter(30)
        order.append(n)
        line.leave(ticket)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
    for n, thread in enumerate(threads):
        thread.start()
        wait_for_length(line, n + 2)
    line.leave(first)
    for thread in threads:
        thread.join(30)
    assert order == list(range(8))
    assert len(line) == 0


def test_only_one_is_served_at_a_time() -> None:
    line, inside, most = Line(20), [], []

    def ask() -> None:
        for _ in range(50):
            ticket = line.enter(30)
            inside.append(1)
            most.append(len(inside))
            inside.pop()
            line.leave(ticket)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(most) == 300
    assert max(most) == 1


def test_one_too_many_is_sent_away_at_once() -> None:
    line = Line(1)
    first = line.enter(1)
    waiting = threading.Thread(target=lambda: line.leave(line.enter(30)))
    waiting.start()
    wait_for_length(line, 2)
    with pytest.raises(LLMBusy):
        line.enter(30)
    line.leave(first)
    waiting.join(30)
    line.leave(line.enter(1))


def test_whoever_waited_in_vain_leaves_no_ghost() -> None:
    line = Line(3)
    first = line.enter(1)
    with pytest.raises(LLMTimeout):
        line.enter(0.01)
    assert len(line) == 1
    line.leave(first)
    line.leave(line.enter(1))
