"""Find the passages for a query, and the sentences inside them.

Dense (Chroma) and lexical (BM25) rankings are fused by reciprocal rank (Cormack, Clarke and Büttcher, SIGIR 2009,
k = 60): their scores are not comparable, their ranks are.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Sequence

import numpy as np

from bot.knowledge.embed import Encoder, Vectors
from bot.knowledge.index import LiveIndex
from bot.knowledge.markup import plain
from bot.knowledge.words import WordIndex
from bot.types import Hit, Passage, SentenceHit

RRF_K = 60
POOL = 50  # candidates taken from each ranking
CACHED_PASSAGES = 4096  # whose sentence vectors are kept: about 10 kB each


class Retriever:
    """Searches the live index; thread-safe."""

    def __init__(self, index: LiveIndex, encoder: Encoder) -> None:
        self._index = index
        self._encoder = encoder
        self._sentence_vectors: OrderedDict[str, Vectors] = OrderedDict()

    def passages(self, query: str, k: int = 5, vector: Vectors | None = None) -> list[Hit]:
        """The best `k` passages for `query`; `vector` is its embedding when the caller has it, shape (384,)."""
        generation = self._index.get()
        if vector is None:
            vector = self._encoder.encode([query])[0]
        pool = max(POOL, 2 * k)
        dense = generation.vectors.nearest(vector, pool)
        words = generation.words.search(query, pool)
        fused = reciprocal_rank([[id_ for id_, _ in dense], [id_ for id_, _ in words]])
        best = sorted(fused, key=lambda id_: -fused[id_])[: k + 5]
        found = generation.catalog.passages(best)  # a shared vector store may hold passages of another generation
        cosine = dict(dense)
        kept = [id_ for id_ in best if id_ in found][:k]
        return [
            Hit(found[id_], rank, cosine.get(id_, float("nan")), fused[id_]) for rank, id_ in enumerate(kept, start=1)
        ]

    def sentences(
        self, query: str, hits: Sequence[Hit], k: int = 5, vector: Vectors | None = None
    ) -> list[SentenceHit]:
        """The best `k` sentences of the passages in `hits` for `query`, best first."""
        candidates = [(sentence, hit) for hit in hits for sentence in hit.passage.sentences]
        if not candidates:
            return []
        if vector is None:
            vector = self._encoder.encode([query])[0]
        vectors = np.concatenate([self._vectors(hit.passage) for hit in hits if hit.passage.sentences])
        cosines = vectors @ vector
        ids = [str(i) for i in range(len(candidates))]
        words = WordIndex.build(ids, [context(hit.passage, plain(sentence.text)) for sentence, hit in candidates])
        dense = [ids[i] for i in np.argsort(-cosines, kind="stable")]
        lexical = [id_ for id_, _ in words.search(query, len(ids))]
        passage = [ids[i] for i, _ in sorted(enumerate(candidates), key=lambda item: item[1][1].rank)]
        fused = reciprocal_rank([dense, lexical, passage])
        order = sorted(range(len(ids)), key=lambda i: -fused[ids[i]])[:k]
        return [
            SentenceHit(candidates[i][0], candidates[i][1].passage, rank, float(cosines[i]), fused[ids[i]])
            for rank, i in enumerate(order, start=1)
        ]

    def _vectors(self, passage: Passage) -> Vectors:
        """The sentence embeddings of a passage: (sentences, 384)."""
        found = self._sentence_vectors.get(passage.id)
        if found is None:
            found = self._encoder.encode([context(passage, plain(sentence.text)) for sentence in passage.sentences])
            self._sentence_vectors[passage.id] = found
            while len(self._sentence_vectors) > CACHED_PASSAGES:
                self._sentence_vectors.popitem(last=False)
        return found


def context(passage: Passage, sentence: str) -> str:
    """A sentence with the heading it stands under: "It may take months" alone says nothing about what."""
    return f"{passage.section}: {sentence}" if passage.section else sentence


def reciprocal_rank(rankings: Sequence[Sequence[str]], k: int = RRF_K) -> dict[str, float]:
    """Fuse rankings of ids: each id's score is the sum over rankings of 1 / (k + rank), rank from 1."""
    fused: defaultdict[str, float] = defaultdict(float)
    for ranking in rankings:
        for rank, id_ in enumerate(ranking, start=1):
            fused[id_] += 1.0 / (k + rank)
    return dict(fused)
