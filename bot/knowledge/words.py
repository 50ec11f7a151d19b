"""Lexical search: BM25 (bm25s) with English stemming over passages or sentences."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

METHOD = "lucene"  # Lucene's BM25, k1 = 1.5, b = 0.75: bm25s' defaults


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


def tokens(texts: Sequence[str]) -> list[list[str]]:
    """Lower-cased, stop-worded, stemmed words of each text."""
    import bm25s

    logging.getLogger("bm25s").setLevel(logging.WARNING)  # importing it sets DEBUG
    words: list[list[str]] = bm25s.tokenize(
        list(texts), stopwords="en", stemmer=_stemmer(), return_ids=False, show_progress=False
    )
    return words


class WordIndex:
    """BM25 over texts, each known by its id; a text sharing no word with the query is never returned."""

    def __init__(self, bm25: Any, ids: Sequence[str]) -> None:
        self._bm25 = bm25
        self._ids = list(ids)

    @classmethod
    def build(cls, ids: Sequence[str], texts: Sequence[str]) -> WordIndex:
        """Index `texts` under `ids` (same length)."""
        import bm25s

        bm25 = bm25s.BM25(method=METHOD)
        if ids:
            bm25.index(tokens(texts), show_progress=False)
        return cls(bm25, ids)

    def search(self, query: str, k: int) -> list[tuple[str, float]]:
        """The best `k` texts for `query` as (id, BM25 score), best first."""
        words = tokens([query])[0]
        if not self._ids or not words:
            return []
        scores = np.asarray(self._bm25.get_scores(words))
        k = min(k, len(self._ids))
        top = np.argpartition(-scores, k - 1)[:k]
        top = top[np.argsort(-scores[top], kind="stable")]
        return [(self._ids[i], float(scores[i])) for i in top if scores[i] > 0]

    def save(self, folder: Path) -> None:
        """Write the index into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "ids.json").write_text(json.dumps(self._ids), encoding="utf-8")
        if self._ids:
            self._bm25.save(str(folder), show_progress=False)

    @classmethod
    def load(cls, folder: Path) -> WordIndex:
        """Read what `save` wrote."""
        import bm25s

        ids = json.loads((folder / "ids.json").read_text(encoding="utf-8"))
        return cls(bm25s.BM25.load(str(folder), mmap=True) if ids else bm25s.BM25(method=METHOD), ids)
