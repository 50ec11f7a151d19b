"""The guides and passages of one index generation, in a read-only SQLite file.

Nothing is held in memory, so opening costs the same for one guide and for a thousand.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.types import Guide, Passage, Section, Sentence

_SCHEMA = """
CREATE TABLE guide (id TEXT PRIMARY KEY, source TEXT NOT NULL, sha256 TEXT NOT NULL, meta TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE passage (
  n INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, guide_id TEXT NOT NULL, heading_path TEXT NOT NULL, text TEXT NOT NULL,
  start INTEGER NOT NULL, "end" INTEGER NOT NULL, n_tokens INTEGER NOT NULL, sentences TEXT NOT NULL, faq_question TEXT);
CREATE INDEX passage_guide ON passage (guide_id);
CREATE INDEX passage_faq ON passage (n) WHERE faq_question IS NOT NULL;
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_PASSAGE = 'id, guide_id, heading_path, text, start, "end", n_tokens, sentences, faq_question'
_META = ("title", "url", "language", "licence", "reviewed_by", "reviewed_on", "review_due")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a guide came from: its file, and the SHA-256 of that file's bytes."""

    guide_id: str
    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A guide with its passages, as written to the catalog."""

    guide: Guide
    source: Source
    passages: tuple[Passage, ...]


class Catalog:
    """Reads one catalog file; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        self._lock = threading.Lock()

    @classmethod
    def write(cls, path: Path, entries: Iterable[Entry], about: dict[str, str]) -> None:
        """Write a new catalog file at `path`, guides in the order given."""
        with sqlite3.connect(path) as db:
            db.executescript(_SCHEMA)
            db.executemany("INSERT INTO about VALUES (?, ?)", about.items())
            for entry in entries:
                db.execute("INSERT INTO guide VALUES (?, ?, ?, ?, ?)", _guide_row(entry))
                db.executemany(
                    f"INSERT INTO passage ({_PASSAGE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [_passage_row(passage) for passage in entry.passages],
                )
        db.close()

    def about(self, name: str) -> str | None:
        """A fact about the whole index, by name."""
        rows = self._rows("SELECT value FROM about WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else None

    def sources(self) -> list[Source]:
        """Where every guide came from, in index order."""
        return [Source(*row) for row in self._rows("SELECT id, source, sha256 FROM guide ORDER BY rowid")]

    def guides(self) -> list[Guide]:
        """Every guide, in index order."""
        return [_guide(row) for row in self._rows("SELECT id, meta, text FROM guide ORDER BY rowid")]

    def guide(self, guide_id: str) -> Guide | None:
        """One guide by id."""
        rows = self._rows("SELECT id, meta, text FROM guide WHERE id = ?", (guide_id,))
        return _guide(rows[0]) if rows else None

    def passages(self, ids: Sequence[str]) -> dict[str, Passage]:
        """The passages among `ids` that this catalog holds."""
        marks = ",".join("?" * len(ids))
        return {
            row[0]: _passage(row) for row in self._rows(f"SELECT {_PASSAGE} FROM passage WHERE id IN ({marks})", ids)
        }

    def guide_passages(self, guide_id: str) -> list[Passage]:
        """A guide's passages in reading order."""
        return [
            _passage(r)
            for r in self._rows(f"SELECT {_PASSAGE} FROM passage WHERE guide_id = ? ORDER BY n", (guide_id,))
        ]

    def faqs(self, limit: int = -1) -> list[Passage]:
        """The author-written question-and-answer pairs, in index order."""
        query = f"SELECT {_PASSAGE} FROM passage WHERE faq_question IS NOT NULL ORDER BY n LIMIT ?"
        return [_passage(row) for row in self._rows(query, (limit,))]

    def passage_ids(self) -> set[str]:
        """Every passage id."""
        return {row[0] for row in self._rows("SELECT id FROM passage")}

    def count(self) -> int:
        """How many passages there are."""
        return int(self._rows("SELECT count(*) FROM passage")[0][0])

    def each(self) -> Iterator[Entry]:
        """Every guide with its passages, in index order."""
        sources = {source.guide_id: source for source in self.sources()}
        for guide in self.guides():
            yield Entry(guide, sources[guide.id], tuple(self.guide_passages(guide.id)))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def _rows(self, query: str, values: Sequence[str | int] = ()) -> list[tuple[str, ...]]:
        with self._lock:
            return self._db.execute(query, tuple(values)).fetchall()


def _guide_row(entry: Entry) -> tuple[str, ...]:
    guide = entry.guide
    meta = {name: getattr(guide, name) for name in _META}
    meta["sections"] = [(s.heading_path, s.start, s.end, s.is_faq) for s in guide.sections]
    return guide.id, entry.source.path, entry.source.sha256, json.dumps(meta), guide.text


def _guide(row: Sequence[str]) -> Guide:
    meta = json.loads(row[1])
    sections = tuple(Section(tuple(path), start, end, faq) for path, start, end, faq in meta.pop("sections"))
    return Guide(id=row[0], text=row[2], sections=sections, **meta)


def _passage_row(p: Passage) -> tuple[str | int | None, ...]:
    spans = json.dumps([(s.start, s.end, s.asked) for s in p.sentences])
    path = json.dumps(p.heading_path)
    return p.id, p.guide_id, path, p.text, p.start, p.end, p.n_tokens, spans, p.faq_question


def _passage(row: Sequence[str]) -> Passage:
    id_, guide_id, path, text, start, end, n_tokens, spans, faq = row
    first = int(start)
    sentences = tuple(
        Sentence(id_, s, e, text[s - first : e - first], tuple(asked)) for s, e, asked in json.loads(spans)
    )
    return Passage(
        id_, guide_id, tuple(json.loads(path)), text, first, int(end), int(n_tokens), sentences, faq_question=faq
    )
