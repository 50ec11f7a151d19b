"""Every error medialis raises on purpose.

    MedialisError
    ├── SettingsError          a setting is unknown or has a bad value
    ├── GuideError             one guide cannot be read (names the file)
    ├── IngestError            at least one guide failed; the others are in the index
    ├── IndexUnavailable       no index yet, or it cannot be opened
    ├── ModelError
    │   ├── ModelMissing       a model file is not there
    │   ├── ModelCorrupt       a model file is not the pinned bytes
    │   └── NoSource           no source of a model file answered
    ├── LLMError
    │   ├── LLMUnavailable     the engine does not answer
    │   ├── LLMBusy            too many askers wait already
    │   ├── LLMTimeout         the engine took too long
    │   └── LLMUnclear         asked Yes or No, it said neither
    ├── InvalidQuestion        the message is empty or too long
    └── InputError             a file or an argument given to a command is unusable

The message is written for the person who reads it, in one line; details go to the log. Each class has the
exit code its command ends with (1: could not be done, 2: asked wrongly).
"""

from __future__ import annotations

from pathlib import Path


class MedialisError(Exception):
    """Something went wrong that its reader can understand; `hint` says what to do next."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class SettingsError(MedialisError):
    """A setting is unknown or has a value that cannot be used."""

    exit_code = 2


class GuideError(MedialisError):
    """One guide cannot be read; the message names the file, and so does `path`."""

    def __init__(self, message: str, *, hint: str | None = None, path: Path | None = None) -> None:
        super().__init__(message, hint=hint)
        self.path = path


class IngestError(MedialisError):
    """At least one guide could not be ingested."""


class IndexUnavailable(MedialisError):
    """There is no index yet, or it cannot be opened."""


class ModelError(MedialisError):
    """Something about a model file."""


class ModelMissing(ModelError):
    """A model file is not where it should be."""


class ModelCorrupt(ModelError):
    """A model file's bytes are not the pinned ones."""


class NoSource(ModelError):
    """No source of a model file answered."""


class LLMError(MedialisError):
    """Something about the language model at run time."""


class LLMUnavailable(LLMError):
    """The language model's engine does not answer."""


class LLMBusy(LLMError):
    """Too many questions wait for the language model already."""


class LLMTimeout(LLMError):
    """The language model took too long."""


class LLMUnclear(LLMError):
    """The language model was asked Yes or No and said neither."""


class InvalidQuestion(MedialisError):
    """The message is empty or longer than the limit."""

    exit_code = 2


class InputError(MedialisError):
    """A file or an argument given to a command cannot be used."""

    exit_code = 2
