"""What the sources of model files have in common: how they fail, stop and report."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

# called with the bytes of the file that are there so far
Grown = Callable[[int], None]


class SourceFailed(Exception):
    """One source could not give the file; the text says why, in a few words."""


class Stopped(Exception):
    """The fetch was told to stop."""


class Reporter(Protocol):
    """Whoever shows the progress of a pull or a verification."""

    def progress(self, file: str, done: int, total: int) -> None:
        """`done` of `total` bytes of `file` are there (or checked)."""

    def note(self, text: str) -> None:
        """Something the person waiting should know."""


class Silent:
    """Shows nothing."""

    def progress(self, file: str, done: int, total: int) -> None:
        """Nothing."""

    def note(self, text: str) -> None:
        """Nothing."""


def check(stop: threading.Event) -> None:
    """Raise Stopped when the event is set."""
    if stop.is_set():
        raise Stopped
