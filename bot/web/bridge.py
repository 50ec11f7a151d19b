"""From a synchronous bot to asynchronous readers.

Each question gets its own daemon thread: a thread that waits for the language model blocks neither the event
loop nor a reader whose answer needs no model, and never holds up Ctrl-C.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import structlog

from bot.errors import LLMBusy, LLMTimeout, MedialisError
from bot.types import Event, Question, Status
from bot.web.logs import where
from bot.web.protocol import Bot

T = TypeVar("T")
log = structlog.get_logger(__name__)

MOST_AT_ONCE = 128  # questions in flight; the language model has its own, much shorter queue
GRACE_S = 30.0  # what retrieval and the checks may take on top of the language model's own timeout
_END = object()
_slots = threading.BoundedSemaphore(MOST_AT_ONCE)


class Gone(Exception):
    """The reader left before the answer was there."""


async def events(bot: Bot, question: Question) -> AsyncGenerator[Event]:
    """Yield the bot's events as they come; leaving the loop early closes the bot's stream at its next event.

    A status that repeats the one before it is left out. Raises MedialisError, LLMTimeout among them when no
    event comes for the language model's timeout and half a minute.
    """
    if not _slots.acquire(blocking=False):
        raise LLMBusy("Too many people are asking at this moment", hint="try again in a few seconds")
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[object] = asyncio.Queue()
    left = threading.Event()

    def send(item: object) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(queue.put_nowait, item)

    context = contextvars.copy_context()  # carries the request id into the thread's log lines
    threading.Thread(target=context.run, args=(_pump, bot, question, send, left), daemon=True).start()
    limit = bot.settings.llm_timeout_s + GRACE_S
    last: Status | None = None
    try:
        while True:
            try:
                async with asyncio.timeout(limit):  # wait_for() of Python 3.11 can lose a cancellation
                    item = await queue.get()
            except TimeoutError:
                raise LLMTimeout("The answer took too long", hint="try again") from None
            if item is _END:
                return
            if isinstance(item, BaseException):
                raise item
            if isinstance(item, Status):
                if item == last:
                    continue
                last = item
            yield item  # type: ignore[misc]  # all that is left is an Event
    finally:
        left.set()


def _pump(bot: Bot, question: Question, send: Callable[[object], None], left: threading.Event) -> None:
    try:
        stream = bot.stream(question)
        try:
            for event in stream:
                if left.is_set():
                    return
                send(event)
        finally:
            close = getattr(stream, "close", None)
            if close is not None:
                close()
    except MedialisError as error:
        send(error)
    except Exception as error:  # noqa: BLE001  raised again on the reader's side
        log.error("bot failed", error=type(error).__name__, where=where(error))
        send(MedialisError("Something went wrong while answering", hint="the log has the details"))
    finally:
        _slots.release()
        send(_END)


async def ticking(items: AsyncGenerator[T, None], seconds: float) -> AsyncGenerator[T | None, None]:
    """The items, and None whenever none came for so many seconds; closing it closes the items."""
    pending: asyncio.Task[T] | None = None
    try:
        while True:
            if pending is None:
                pending = asyncio.create_task(_next(items))
            done, _ = await asyncio.wait({pending}, timeout=seconds)
            if not done:
                yield None
                continue
            try:
                item = pending.result()
            except StopAsyncIteration:
                return
            finally:
                pending = None
            yield item
    finally:
        if pending is not None:
            pending.cancel()
            await asyncio.gather(pending, return_exceptions=True)
        await items.aclose()


async def _next(items: AsyncGenerator[T, None]) -> T:
    return await anext(items)


async def unless_gone(work: Coroutine[Any, Any, T], receive: Callable[[], Awaitable[Any]]) -> T:
    """Run `work`, cancelling it when the client goes away; raises Gone then. `receive` is the request's own."""

    async def departure() -> None:
        while (await receive())["type"] != "http.disconnect":
            continue

    task, leaving = asyncio.create_task(work), asyncio.create_task(departure())
    try:
        await asyncio.wait({task, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise Gone
    finally:
        for job in (task, leaving):
            job.cancel()
        await asyncio.gather(task, leaving, return_exceptions=True)
