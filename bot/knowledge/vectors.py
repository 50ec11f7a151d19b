"""The vector store: Chroma, in a folder of its own or on a server, behind langchain.

This file is the only one that knows langchain-chroma returns *distances* (cosine distance = 1 - cosine), and the
seam where Chroma's errors become ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from langchain_core.embeddings import Embeddings

from bot.errors import IndexUnavailable
from bot.knowledge.embed import Vectors

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

COLLECTION = "medialis"
BATCH = 256


def asked_id(passage_id: str, sentence: int, question: str) -> str:
    """The vector id of a question that sentence number `sentence` of a passage answers."""
    return f"{passage_id}?{sentence}.{sha256(question.encode()).hexdigest()[:12]}"


def passage_of(vector_id: str) -> str:
    """The passage a vector belongs to."""
    return vector_id.partition("?")[0]


def sentence_of(vector_id: str) -> int | None:
    """The number of the sentence a question's vector belongs to; None for a passage's own."""
    number = vector_id.partition("?")[2].partition(".")[0]
    return int(number) if number else None


@contextmanager
def _mapped(where: str) -> Iterator[None]:
    """Chroma raises its own tree, httpx's, sqlite's and bare ValueErrors: one seam for all."""
    try:
        yield
    except Exception as error:
        raise IndexUnavailable(f"the vector store {where} cannot be used: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:160]


class VectorStore:
    """Vectors of passages, and of the questions they answer, by vector id. Raises IndexUnavailable when Chroma cannot be opened or reached."""

    def __init__(self, place: Path | str, encoder: Embeddings | None, collection: str = COLLECTION) -> None:
        self._where = str(place) if isinstance(place, str) else f"in {place}"
        with _mapped(self._where):
            from langchain_chroma import Chroma

            self._client = _client(place)
            self._chroma = Chroma(
                collection_name=collection,
                embedding_function=encoder,
                client=self._client,
                collection_configuration={"hnsw": {"space": "cosine"}},
            )

    def add(self, ids: Sequence[str], texts: Sequence[str]) -> Iterator[int]:
        """Embed and store `texts` under `ids`, yielding how many each batch added."""
        # like lengths together: a batch costs its longest text times its size
        order = sorted(range(len(ids)), key=lambda i: len(texts[i]))
        for first in range(0, len(order), BATCH):
            rows = order[first : first + BATCH]
            with _mapped(self._where):
                self._chroma.add_texts([texts[i] for i in rows], ids=[ids[i] for i in rows])
            yield len(rows)

    def remove(self, ids: Sequence[str]) -> None:
        """Forget the vectors `ids`; unknown ones are no error."""
        for first in range(0, len(ids), BATCH):
            with _mapped(self._where):
                self._chroma.delete(ids=list(ids[first : first + BATCH]))

    def ids(self) -> set[str]:
        """Every vector id stored."""
        with _mapped(self._where):
            return set(self._chroma.get(include=[])["ids"])

    def nearest(self, vector: Vectors, k: int) -> list[tuple[str, float]]:
        """The `k` vectors nearest to `vector` (shape (384,)), as (id, cosine), best first."""
        with _mapped(self._where):
            found = self._chroma.similarity_search_by_vector_with_relevance_scores(vector.tolist(), k=k)
        return [(document.id or "", 1.0 - distance) for document, distance in found]

    def close(self) -> None:
        """Release the files, so that they may be copied or deleted."""
        self._client.close()  # type: ignore[attr-defined]


def _client(place: Path | str) -> ClientAPI:
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    if isinstance(place, Path):
        place.mkdir(parents=True, exist_ok=True)
        return chromadb.PersistentClient(path=str(place), settings=settings)
    url = urlsplit(place)
    return chromadb.HttpClient(
        host=url.hostname or place,
        port=url.port or (443 if url.scheme == "https" else 8000),
        ssl=url.scheme == "https",
        settings=settings,
    )
