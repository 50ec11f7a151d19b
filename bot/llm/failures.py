"""The one seam where what can go wrong in the OpenAI client becomes LLMError.

The client's own messages may repeat a reader's words, so only kinds and status codes go on from here.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from bot.errors import LLMBusy, LLMError, LLMTimeout, LLMUnavailable

log = logging.getLogger(__name__)
SETTINGS_HINT = "check MEDIALIS_LLM_BASE_URL, MEDIALIS_LLM_API_KEY and MEDIALIS_LLM_MODEL"


@contextmanager
def readable_errors() -> Iterator[None]:
    """Turn every error of openai, its HTTP library and a malformed reply into LLMError."""
    import httpx2
    import openai

    try:
        yield
    except (
        openai.OpenAIError,
        httpx2.HTTPError,
        httpx2.StreamError,
        httpx2.InvalidURL,
        httpx2.CookieConflict,
        OSError,  # a reset connection, a TLS failure, the client's own chunk timeout
        ValueError,  # a reply that is no JSON or no chat completion
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
    ) as error:
        log.warning("the language model failed: %s %s", type(error).__name__, getattr(error, "status_code", ""))
        raise translate(error) from error


def translate(error: Exception) -> LLMError:
    """The LLMError that says what a foreign error means to the person running medialis."""
    import httpx2
    import openai

    match error:
        case openai.APITimeoutError() | httpx2.TimeoutException() | TimeoutError():
            return LLMTimeout("the language model took too long")
        case openai.AuthenticationError() | openai.PermissionDeniedError():
            return LLMUnavailable("the language model's server refuses the key", hint=SETTINGS_HINT)
        case openai.NotFoundError():
            return LLMUnavailable("the language model's server does not know the model or the path", hint=SETTINGS_HINT)
        case openai.RateLimitError():
            return LLMBusy("the language model's server is busy", hint="try again in a minute")
        case openai.InternalServerError():
            return LLMUnavailable(f"the language model's server failed with status {error.status_code}")
        case openai.APIStatusError():
            return LLMError(f"the language model's server refused the request with status {error.status_code}")
        case openai.APIConnectionError() | httpx2.TransportError() | OSError():
            return LLMUnavailable("the language model's server does not answer", hint=SETTINGS_HINT)
        case openai.APIResponseValidationError() | httpx2.DecodingError() | httpx2.TooManyRedirects():
            return LLMUnavailable("the language model's server answers, but not as an OpenAI-compatible one")
        case openai.APIError():  # an error event in the middle of a stream
            return LLMUnavailable("the language model's server broke off")
        case openai.OpenAIError() | httpx2.HTTPError() | httpx2.StreamError() | httpx2.InvalidURL():
            return LLMError(f"the language model's client failed ({type(error).__name__})", hint=SETTINGS_HINT)
        case _:
            return LLMUnavailable("the language model's server answers, but not as an OpenAI-compatible one")
