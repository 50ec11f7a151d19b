"""The index on disk: generations side by side, one of them current.

    DATA_DIR/index/
      CURRENT            the name of the generation that answers; replaced atomically
      lock               held while a generation is being written
      gen-000007/        catalog.sqlite (guides, passages), words/ (BM25), chroma/ (vectors, unless on a server)

A generation is complete before CURRENT names it and never changes after, so a process killed at any moment leaves
the previous one answering; what it left behind is swept away by the next ingest. The generation before the current
one is kept, for servers that still have it open.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from langchain_core.embeddings import Embeddings

from bot.errors import IndexUnavailable, IngestError
from bot.knowledge.catalog import Catalog
from bot.knowledge.vectors import VectorStore
from bot.knowledge.words import WordIndex

FORMAT = "2"  # of the files of a generation; another one means: build afresh


@dataclass(frozen=True, slots=True)
class Generation:
    """One open generation: what is written, its words and its vectors."""

    name: str
    catalog: Catalog
    words: WordIndex
    vectors: VectorStore

    def close(self) -> None:
        """Close its files."""
        self.catalog.close()
        self.vectors.close()


class IndexFolder:
    """The generations under one data folder; `chroma_url` puts the vectors of all of them on a Chroma server."""

    def __init__(self, data_dir: Path, chroma_url: str | None = None) -> None:
        self.path = data_dir / "index"
        self._chroma_url = chroma_url

    @property
    def shared_vectors(self) -> bool:
        """Whether generations share one collection, on a server."""
        return self._chroma_url is not None

    def current(self) -> str | None:
        """The name of the generation that answers, if there is one."""
        try:
            return (self.path / "CURRENT").read_text(encoding="utf-8").strip() or None
        except FileNotFoundError:
            return None
        except OSError as error:
            raise IndexUnavailable(f"the index in {self.path} cannot be read: {error.strerror}") from error

    def vectors(self, name: str, encoder: Embeddings | None, space: str) -> VectorStore:
        """The vector store of generation `name`; `space` names the encoder's vector space."""
        place = self._chroma_url or self.path / name / "chroma"
        return VectorStore(place, encoder, f"medialis-{sha256(space.encode()).hexdigest()[:8]}")

    def open(self, name: str | None = None) -> Generation:
        """Open a generation, the current one by default. Raises IndexUnavailable."""
        name = name or self.current()
        if name is None:
            raise IndexUnavailable("there is no index yet", hint="run: medialis ingest")
        folder = self.path / name
        try:
            catalog = Catalog(folder / "catalog.sqlite")
            words = WordIndex.load(folder / "words")
            space = catalog.about("encoder") or ""
        except (OSError, sqlite3.Error, ValueError) as error:
            hint = f"delete {self.path} and run: medialis ingest"
            raise IndexUnavailable(f"the index generation {name} cannot be read", hint=hint) from error
        return Generation(name, catalog, words, self.vectors(name, None, space))

    def begin(self) -> str:
        """Make an empty folder for the next generation, sweeping what earlier ones left; its name."""
        current = self.current()
        for folder in self.path.glob("gen-*"):
            if folder.name != current:
                shutil.rmtree(folder)
        name = f"gen-{int(current[4:]) + 1 if current else 1:06d}"
        (self.path / name).mkdir(parents=True)
        return name

    def publish(self, name: str) -> None:
        """Make `name` the generation that answers, atomically and durably."""
        partial = self.path / f"CURRENT.{os.getpid()}"
        with partial.open("w", encoding="utf-8") as file:
            file.write(name + "\n")
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self.path / "CURRENT")

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the write lock; raises IngestError when another process holds it. A killed holder frees it."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = (self.path / "lock").open("w")
        except OSError as error:
            raise IngestError(f"the index folder {self.path} cannot be written: {error.strerror}") from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise IngestError("another ingest is running on this index") from error
            yield


class LiveIndex:
    """The current generation, opened at first use and again whenever an ingest has published a newer one."""

    def __init__(self, folder: IndexFolder) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._open: Generation | None = None

    def get(self) -> Generation:
        """The generation that answers now. Raises IndexUnavailable."""
        with self._lock:
            current = self._folder.current()
            if self._open is None or (current is not None and current != self._open.name):
                # the old one is left to the askers that still read it; the garbage collector closes it
                self._open = self._folder.open(current)
            return self._open

    def close(self) -> None:
        """Close what is open."""
        with self._lock:
            if self._open is not None:
                self._open.close()
                self._open = None
