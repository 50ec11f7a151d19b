"""A line of askers before an engine that serves one at a time: first come, first served."""

from __future__ import annotations

import threading

from bot.errors import LLMBusy, LLMTimeout


class Line:
    """At most `limit` askers wait while one is served."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._tickets: list[threading.Event] = []  # the first one is being served
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many are served or wait."""
        return len(self._tickets)

    def join(self) -> threading.Event:
        """Stand at the end; the ticket is set once it is one's turn, and is left with from any thread.

        Raises LLMBusy at once when the line is full.
        """
        ticket = threading.Event()
        with self._lock:
            if len(self._tickets) > self._limit:
                raise LLMBusy("too many questions are waiting", hint="try again in a minute")
            self._tickets.append(ticket)
            self._tickets[0].set()
        return ticket

    def ahead(self, ticket: threading.Event) -> int:
        """How many are before a ticket, the one being served included."""
        with self._lock:
            return self._tickets.index(ticket)

    def enter(self, timeout_s: float) -> threading.Event:
        """Wait for one's turn and return the ticket. Raises what `join` does, LLMTimeout after `timeout_s` seconds."""
        ticket = self.join()
        try:
            served = ticket.wait(timeout_s)
        except BaseException:  # Ctrl-C while waiting must not leave a ghost in the line
            self.leave(ticket)
            raise
        if not served:
            self.leave(ticket)
            raise LLMTimeout(f"the language model was busy for {timeout_s:.0f} s")
        return ticket

    def leave(self, ticket: threading.Event) -> None:
        """Let the next one in."""
        with self._lock:
            self._tickets.remove(ticket)
            if self._tickets:
                self._tickets[0].set()
