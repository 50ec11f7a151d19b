"""No error of the OpenAI client or its HTTP library gets past the seam."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import langchain_openai.chat_models.base
import openai
import openai._exceptions
import pytest
from langchain_openai.chat_models._client_utils import StreamChunkTimeoutError

from bot.errors import LLMBusy, LLMError, LLMTimeout, LLMUnavailable
from bot.llm.failures import readable_errors, translate

SECRET = "my knee hurts since Tuesday"
REQUEST = httpx2.Request("POST", "http://127.0.0.1/v1/chat/completions")


def subclasses(root: type[Exception]) -> Iterator[type[Exception]]:
    yield root
    for child in root.__subclasses__():
        yield from subclasses(child)


def public(module: Any) -> set[type[Exception]]:
    return {value for value in list(vars(module).values()) if isinstance(value, type) and issubclass(value, Exception)}


FOREIGN = sorted(
    {
        *subclasses(openai.OpenAIError),
        *subclasses(httpx2.HTTPError),
        *subclasses(httpx2.StreamError),
        *public(openai),
        *public(openai._exceptions),
        *public(httpx2),
        StreamChunkTimeoutError,
        json.JSONDecodeError,
    },
    key=lambda kind: f"{kind.__module__}.{kind.__name__}",
)


def make(kind: type[Exception]) -> Exception:
    """An instance without going through the many different constructors."""
    error = kind.__new__(kind)
    Exception.__init__(error, SECRET)
    error.__dict__.update(message=SECRET, status_code=418, body={"message": SECRET})
    return error


def test_the_tree_is_walked() -> None:
    names = {kind.__name__ for kind in FOREIGN}
    assert {"APITimeoutError", "OAuthError", "ReadTimeout", "StreamClosed", "OpenAIContextOverflowError"} <= names
    assert len(FOREIGN) > 50


@pytest.mark.parametrize("kind", FOREIGN, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_no_foreign_error_is_unmapped_and_none_repeats_what_was_asked(
    kind: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(LLMError) as caught, readable_errors():
        raise make(kind)
    assert SECRET not in str(caught.value)
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (openai.APITimeoutError(REQUEST), LLMTimeout),
        (httpx2.ReadTimeout("x"), LLMTimeout),
        (make(StreamChunkTimeoutError), LLMTimeout),
        (openai.APIConnectionError(request=REQUEST), LLMUnavailable),
        (httpx2.RemoteProtocolError("x"), LLMUnavailable),
        (ConnectionResetError(), LLMUnavailable),
        (make(openai.AuthenticationError), LLMUnavailable),
        (make(langchain_openai.chat_models.base.OpenAIAuthenticationError), LLMUnavailable),
        (make(openai.NotFoundError), LLMUnavailable),
        (make(openai.RateLimitError), LLMBusy),
        (make(openai.InternalServerError), LLMUnavailable),
        (make(openai.BadRequestError), LLMError),
        (json.JSONDecodeError("x", "", 0), LLMUnavailable),
    ],
)
def test_the_kind_says_what_to_do(error: Exception, expected: type[LLMError]) -> None:
    assert type(translate(error)) is expected


def test_our_own_errors_and_ctrl_c_pass_through() -> None:
    for error in (LLMBusy("full"), KeyboardInterrupt(), GeneratorExit()):
        with pytest.raises(type(error)) as caught, readable_errors():
            raise error
        assert caught.value is error
