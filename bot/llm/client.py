"""The language model as the path of a question sees it: embedded engine, vLLM, Ollama and llama-server alike."""

from __future__ import annotations

import math
import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from bot.errors import LLMError, LLMTimeout, LLMUnavailable, LLMUnclear, SettingsError
from bot.llm.engine import Engine
from bot.llm.failures import SETTINGS_HINT, readable_errors
from bot.llm.line import Line
from bot.llm.store import Store
from bot.llm.turn import EngineTurn
from bot.settings import Settings
from bot.types import Turn

if TYPE_CHECKING:
    from langchain_openai import ChatOpenAI

CONNECT_TIMEOUT_S = 5.0
TOP_LOGPROBS = 20  # the most OpenAI's protocol allows
# with less than this on Yes and No together the model was saying something else, and the ratio is noise
LEAST_MASS = 0.1


class Endpoint(Protocol):
    """An OpenAI-compatible server; `start` brings it up if that is ours to do."""

    @property
    def base_url(self) -> str:
        """Its address, with the version path."""

    @property
    def api_key(self) -> str:
        """The key it wants."""

    def start(self) -> None:
        """Make sure it answers; raises LLMError."""

    def stop(self) -> None:
        """Free what `start` took."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A server somebody else runs."""

    base_url: str
    api_key: str = "none"

    def start(self) -> None:
        """Nothing: it runs or it does not."""

    def stop(self) -> None:
        """Nothing: it is not ours."""


class LLM:
    """A ChatModel over an endpoint; started at the first request, greedy, safe to share between threads.

    `model` is the name asked for (None: the only one the server has), `timeout_s` bounds one request with its
    waiting, `waiting` is how many may wait for an engine that serves one at a time (None: the server sees to that).
    """

    def __init__(self, endpoint: Endpoint, model: str | None, *, timeout_s: float, waiting: int | None = None) -> None:
        self._endpoint = endpoint
        self._model = model
        self._timeout_s = timeout_s
        self._line = None if waiting is None else Line(waiting)
        self._lock = threading.Lock()
        self._made: ChatOpenAI | None = None

    @property
    def name(self) -> str:
        """The model's name, or where it is served as long as that is not known."""
        return self._model or urlsplit(self._endpoint.base_url).hostname or "unknown"

    def ahead(self) -> int:
        """How many askers hold or wait for the engine now; 0 for a server that takes several at once."""
        return len(self._line) if self._line is not None else 0

    def stream(self, system: str, turns: Sequence[Turn], *, max_tokens: int = 256) -> Generator[str, None, None]:
        """Yield the reply piece by piece. Raises LLMBusy, LLMTimeout, LLMUnavailable, LLMError.

        The reply is read on a thread of its own, so the engine is free as soon as it is done, however slowly the
        pieces are taken: whoever judges one sentence with `p_yes` before taking the next would otherwise wait for
        itself. Closing the iterator ends the request at the next token.
        """
        return self.stream_in(self._line, system, turns, max_tokens)

    def stream_in(
        self, line: Line | None, system: str, turns: Sequence[Turn], max_tokens: int
    ) -> Generator[str, None, None]:
        """`stream`, waiting in another line than the engine's own."""
        deadline = time.monotonic() + self._timeout_s
        leave = self._enter(line)
        pieces: queue.SimpleQueue[str | BaseException | None] = queue.SimpleQueue()
        stop = threading.Event()
        arguments = (_messages(system, turns), max_tokens, pieces, stop, leave)
        reader = threading.Thread(target=self._read, args=arguments, daemon=True, name="llm-stream")
        try:
            reader.start()
        except RuntimeError as error:  # the system gives no more threads
            leave()
            raise LLMUnavailable("no thread is left to read the reply") from error
        try:
            while (piece := _next(pieces, deadline)) is not None:
                if isinstance(piece, BaseException):
                    raise piece
                yield piece
        finally:
            stop.set()

    def p_yes(self, system: str, turns: Sequence[Turn]) -> float:
        """The probability in [0, 1] of Yes against No as the reply's first word, from the first token's logprobs.

        Raises LLMUnclear when the model says neither, LLMUnavailable when the server gives no logprobs, and what
        `stream` raises.
        """
        return self.p_yes_in(self._line, system, turns)

    def p_yes_in(self, line: Line | None, system: str, turns: Sequence[Turn]) -> float:
        """`p_yes`, waiting in another line than the engine's own."""
        leave = self._enter(line)
        try:
            with readable_errors():
                reply = self._chat().invoke(
                    _messages(system, turns),
                    model=self._model,
                    max_tokens=1,
                    logprobs=True,
                    top_logprobs=TOP_LOGPROBS,
                )
                tokens = ((reply.response_metadata.get("logprobs") or {}).get("content") or [{}])[0]
                choices = {choice["token"]: choice["logprob"] for choice in tokens.get("top_logprobs") or ()}
        finally:
            leave()
        if not choices:
            raise LLMUnavailable("the language model's server gives no log-probabilities, which the judge needs")
        return yes_share(choices)

    def turn(self) -> EngineTurn:
        """A turn at the engine for one whole answer."""
        return EngineTurn(self, self._line, self._timeout_s)

    def state(self) -> str:
        """ "ok" once the endpoint was reached, "starting" before."""
        return "ok" if self._made is not None else "starting"

    def close(self) -> None:
        """Stop the engine if it is ours, and close the connections."""
        with self._lock:
            if self._made is not None:
                self._made.root_client.close()
                self._made = None
            self._endpoint.stop()

    def _enter(self, line: Line | None) -> Callable[[], None]:
        """Wait in a line; what is returned leaves it."""
        return partial(line.leave, line.enter(self._timeout_s)) if line is not None else _nothing

    def _read(
        self,
        messages: list[tuple[str, str]],
        max_tokens: int,
        pieces: queue.SimpleQueue[str | BaseException | None],
        stop: threading.Event,
        leave: Callable[[], None],
    ) -> None:
        """Read one reply into `pieces`; None ends it, an exception is for the reader of the pieces to raise."""
        end: BaseException | None = None
        try:
            with readable_errors(), self._reply(messages, max_tokens) as chunks:
                finished = False
                for chunk in chunks:
                    if stop.is_set():
                        return
                    if chunk.text:
                        pieces.put(str(chunk.text))
                    finished = finished or bool(chunk.response_metadata.get("finish_reason"))
            if not finished:  # half an answer must not pass for a whole one
                end = LLMUnavailable("the language model's server broke off")
        except BaseException as error:  # noqa: BLE001  raised again where the pieces are taken
            end = error
        finally:
            leave()
            pieces.put(end)

    @contextmanager
    def _reply(self, messages: list[tuple[str, str]], max_tokens: int) -> Iterator[Iterator[Any]]:
        """The chunks of a reply; leaving the block closes the connection, which is how an engine learns to stop."""
        chunks: Any = self._chat().stream(messages, model=self._model, max_tokens=max_tokens)
        with closing(chunks):
            yield chunks

    def _chat(self) -> ChatOpenAI:
        with self._lock:
            if self._made is None:
                self._endpoint.start()
                chat = self._make()
                if self._model is None:
                    self._model = _only_model(chat)
                self._made = chat
            return self._made

    def _make(self) -> ChatOpenAI:
        import openai
        from langchain_openai import ChatOpenAI
        from pydantic import SecretStr

        timeout = openai.Timeout(self._timeout_s, connect=CONNECT_TIMEOUT_S)
        return ChatOpenAI(
            model=self._model or "",
            base_url=self._endpoint.base_url,
            api_key=SecretStr(self._endpoint.api_key),
            temperature=0,
            max_retries=0,
            timeout=timeout,
            stream_usage=False,
            use_responses_api=False,
            openai_proxy=None,
            # a proxy named in the environment must not see what readers ask
            http_client=openai.DefaultHttpxClient(trust_env=False, timeout=timeout),
        )


def connect(settings: Settings, store: Store) -> LLM | None:
    """The language model the settings choose, not started yet; None for `llm = none`.

    Raises ModelMissing or ModelCorrupt when the embedded model's file is not there, SettingsError for a name or
    an address that cannot be used.
    """
    if settings.llm == "none":
        return None
    if settings.llm_base_url:
        remote = Remote(_versioned(settings.llm_base_url), settings.llm_api_key or "none")
        return LLM(remote, settings.llm_model, timeout_s=settings.llm_timeout_s)
    name = store.catalogue.llm(settings).name
    engine = Engine(store.path(name), threads=settings.threads, threads_batch=settings.threads_batch, alias=name)
    return LLM(engine, name, timeout_s=settings.llm_timeout_s, waiting=settings.llm_queue)


def yes_share(logprobs: Mapping[str, float]) -> float:
    """P(yes) / (P(yes) + P(no)) over the spellings of both; raises LLMUnclear when they hardly occur."""
    mass = {"yes": 0.0, "no": 0.0}
    for token, logprob in logprobs.items():
        word = token.strip(" \t\r\n\"'*.,:!▁Ġ").lower()
        if word in mass:
            mass[word] += math.exp(logprob)
    total = mass["yes"] + mass["no"]
    if total < LEAST_MASS:
        raise LLMUnclear("the language model answered neither Yes nor No")
    return mass["yes"] / total


def _messages(system: str, turns: Sequence[Turn]) -> list[tuple[str, str]]:
    return ([("system", system)] if system else []) + [(turn.role, turn.text) for turn in turns]


def _nothing() -> None:
    """Leaves no line."""


def _next(pieces: queue.SimpleQueue[str | BaseException | None], deadline: float) -> str | BaseException | None:
    try:
        return pieces.get(timeout=max(0.0, deadline - time.monotonic()))
    except queue.Empty:
        raise LLMTimeout("the language model took too long") from None


def _only_model(chat: ChatOpenAI) -> str:
    with readable_errors():
        names = [model.id for model in chat.root_client.models.list()]
    if len(names) != 1:
        raise LLMError(f"the server has {len(names)} models; MEDIALIS_LLM_MODEL must name one", hint=SETTINGS_HINT)
    return str(names[0])


def _versioned(url: str) -> str:
    """The base URL with `/v1` when it has no path: Ollama and llama-server print theirs without."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise SettingsError(f"setting llm_base_url: {url!r} is no http address", hint="docs/settings.md lists them")
    return url.rstrip("/") if parts.path.strip("/") else f"{parts.scheme}://{parts.netloc}/v1"
