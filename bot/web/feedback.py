"""Thumbs up and down, stored with the reader's consent and without what names a person."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from bot.errors import InputError
from bot.web.redact import redact

FILE = "feedback.sqlite3"  # in the data folder

_SCHEMA = """
CREATE TABLE IF NOT EXISTS feedback (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, vote TEXT NOT NULL, reason TEXT, comment TEXT,
    question TEXT NOT NULL, history TEXT NOT NULL, response TEXT NOT NULL, kind TEXT, category TEXT, mode TEXT,
    model TEXT, citations TEXT NOT NULL
)
"""


@dataclass(frozen=True, slots=True)
class Feedback:
    """One vote; `history` is the question's, pairs of reader's and bot's words; `answer` is the answer object."""

    vote: Literal["up", "down"]
    question: str
    answer: dict[str, Any]
    history: tuple[tuple[str, str], ...] = ()
    reason: str | None = None
    comment: str | None = None


class FeedbackStore:
    """A SQLite file only its owner can read; created with the first vote."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def _open(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.touch(mode=0o600, exist_ok=True)
            connection = sqlite3.connect(self.path, timeout=10)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise InputError(f"feedback cannot be stored in {self.path}: {error}") from error
        return connection

    def add(self, feedback: Feedback) -> int:
        """Store one vote, redacted; returns its id. Blocks for milliseconds: call it in a thread. Raises InputError."""
        answer = feedback.answer
        citations = [
            {key: one.get(key) for key in ("guide", "section", "start", "end")} for one in answer.get("citations", [])
        ]
        row = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "vote": feedback.vote,
            "reason": feedback.reason,
            "comment": redact(feedback.comment) if feedback.comment else None,
            "question": redact(feedback.question),
            "history": json.dumps([[redact(asked), redact(said)] for asked, said in feedback.history]),
            "response": redact(str(answer.get("response", ""))),
            "kind": answer.get("kind"),
            "category": answer.get("category"),
            "mode": answer.get("mode"),
            "model": answer.get("model"),
            "citations": json.dumps(citations),
        }
        names = ", ".join(row)
        marks = ", ".join(f":{name}" for name in row)
        with closing(self._open()) as connection, connection:
            return int(connection.execute(f"INSERT INTO feedback ({names}) VALUES ({marks})", row).lastrowid or 0)

    def rows(self) -> list[dict[str, Any]]:
        """Every vote, oldest first, JSON columns decoded; empty when nobody voted yet. Raises InputError."""
        if not self.path.exists():
            return []
        with closing(self._open()) as connection:
            connection.row_factory = sqlite3.Row
            rows = [dict(row) for row in connection.execute("SELECT * FROM feedback ORDER BY id")]
        return [
            {**row, "history": json.loads(row["history"]), "citations": json.loads(row["citations"])} for row in rows
        ]
