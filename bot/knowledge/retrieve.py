"""Find the passages for a query, and the sentences inside them.

First a pool of passages from the dense and the lexical index, then the sentences of that pool. Rankings are fused by
reciprocal rank (Cormack, Clarke and Büttcher, SIGIR 2009): their scores are not comparable, their ranks are. What is
fused and with which k was chosen on the development split: `python -m eval.bench.retrieval`.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.knowledge.embed import Encoder, Vectors
from bot.knowledge.index import LiveIndex
from bot.knowledge.markup import bare, plain
from bot.knowledge.vectors import passage_of, sentence_of
from bot.knowledge.words import WordIndex
from bot.types import Hit, Passage, Sentence, SentenceHit

POOL_K = 60  # the constant of the paper, made for long rankings
RERANK_K = 5  # in a pool this small the first ranks must weigh more
NEAREST = 100  # vectors and
WORDS = 50  # passages taken from the two indexes
POOL = 8  # passages whose sentences are looked at
CACHED_PASSAGES = 4096  # whose sentence vectors are kept: about 10 kB each


@dataclass(frozen=True, slots=True)
class Found:
    """What retrieval found, best first: passages, and the sentences inside them."""

    hits: tuple[Hit, ...]
    sentences: tuple[SentenceHit, ...]


class Retriever:
    """Searches the live index; thread-safe."""

    def __init__(self, index: LiveIndex, encoder: Encoder) -> None:
        self._index = index
        self._encoder = encoder
        self._lock = threading.Lock()
        self._sentence_vectors: OrderedDict[str, Vectors] = OrderedDict()

    def search(
        self, query: str, k: int = 5, sentences: int = 8, vector: Vectors | None = None, said: str = ""
    ) -> Found:
        """The best `k` passages and `sentences` sentences; `vector` (384,) is the query's embedding if the caller has it.

        `said` is what the reader was told just before: a follow-up often asks for what stands beside it.
        """
        generation = self._index.get()
        if vector is None:
            vector = self._encoder.encode([query])[0]
        nearest = generation.vectors.nearest(vector, max(NEAREST, 2 * k))
        own = {id_: cosine for id_, cosine in nearest if sentence_of(id_) is None}
        dense = list(dict.fromkeys(passage_of(id_) for id_, _ in nearest))
        words = [id_ for id_, _ in generation.words.search(query, max(WORDS, 2 * k))]
        fused = reciprocal_rank([dense, words], POOL_K)
        # a vector store shared between generations may name passages this one does not have
        passages = generation.catalog.passages(_best(fused, max(POOL, k) + 5))
        pool = [passages[id_] for id_ in _best(fused, len(fused)) if id_ in passages][: max(POOL, k)]
        ranked = self._sentences(query, vector, pool[:POOL], dict(nearest), said)
        by_sentences = list(dict.fromkeys(hit.passage.id for hit in ranked))
        ids = {passage.id for passage in pool}
        rankings = [[id_ for id_ in ranking if id_ in ids] for ranking in (dense, words, by_sentences)]
        final = reciprocal_rank([*rankings, rankings[-1]], RERANK_K)  # the sentences know most: they count twice
        order = sorted(pool, key=lambda passage: -final[passage.id])[:k]
        hits = tuple(Hit(p, n, own.get(p.id, float("nan")), final[p.id]) for n, p in enumerate(order, start=1))
        return Found(hits, tuple(ranked[:sentences]))

    def _sentences(
        self, query: str, vector: Vectors, pool: Sequence[Passage], nearest: Mapping[str, float], said: str
    ) -> list[SentenceHit]:
        """Every sentence of the pool, best first: by meaning, by the questions it answers, by words, beside what was said."""
        candidates = [(passage, n, sentence) for passage in pool for n, sentence in enumerate(passage.sentences)]
        if not candidates:
            return []
        cosines = np.concatenate([self._vectors(passage) for passage in pool if passage.sentences]) @ vector
        asked = _asked(nearest)
        ids = [f"{passage.id}?{n}" for passage, n, _ in candidates]
        texts = ["\n".join([context(passage, sentence), *sentence.asked]) for passage, _, sentence in candidates]
        fused = reciprocal_rank(
            [
                [ids[i] for i in np.argsort(-cosines, kind="stable")],
                sorted((id_ for id_ in ids if id_ in asked), key=lambda id_: -asked[id_]),
                [id_ for id_, _ in WordIndex.build(ids, texts).search(query, len(ids))],
                _beside(said, candidates, ids),
            ],
            RERANK_K,
        )
        order = sorted(range(len(ids)), key=lambda i: -fused[ids[i]])
        return [
            SentenceHit(
                sentence=candidates[i][2],
                passage=candidates[i][0],
                rank=rank,
                cosine=float(cosines[i]),
                score=fused[ids[i]],
                asked=asked.get(ids[i], -1.0),
            )
            for rank, i in enumerate(order, start=1)
        ]

    def _vectors(self, passage: Passage) -> Vectors:
        """The sentence embeddings of a passage, (sentences, 384); made when first needed, not at ingest."""
        with self._lock:
            found = self._sentence_vectors.get(passage.id)
        if found is None:
            found = self._encoder.encode([context(passage, sentence) for sentence in passage.sentences])
            with self._lock:
                self._sentence_vectors[passage.id] = found
                while len(self._sentence_vectors) > CACHED_PASSAGES:
                    self._sentence_vectors.popitem(last=False)
        return found


def context(passage: Passage, sentence: Sentence) -> str:
    """A sentence with the heading it stands under: "It may take months" alone says nothing about what."""
    text = plain(sentence.text)
    return f"{passage.section}: {text}" if passage.section else text


def _beside(said: str, candidates: Sequence[tuple[Passage, int, Sentence]], ids: Sequence[str]) -> list[str]:
    """The sentences that stand beside those already `said`, in the same passage, nearest first; what follows comes first."""
    told = bare(said)
    there = [(p, n) for p, n, sentence in candidates if told and bare(sentence.text) in told]
    steps = [
        (min((abs(n - m) - 0.5 * (n > m) for q, m in there if q.id == p.id), default=0.0), id_)
        for (p, n, _), id_ in zip(candidates, ids, strict=True)
    ]
    return [id_ for step, id_ in sorted(steps, key=lambda s: s[0]) if step > 0]


def reciprocal_rank(rankings: Sequence[Sequence[str]], k: int) -> dict[str, float]:
    """Fuse rankings of ids: each id's score is the sum over rankings of 1 / (k + rank), rank from 1."""
    fused: defaultdict[str, float] = defaultdict(float)
    for ranking in rankings:
        for rank, id_ in enumerate(ranking, start=1):
            fused[id_] += 1.0 / (k + rank)
    return dict(fused)


def _best(scores: Mapping[str, float], k: int) -> list[str]:
    return sorted(scores, key=lambda id_: -scores[id_])[:k]


def _asked(nearest: Mapping[str, float]) -> dict[str, float]:
    """The best cosine among each sentence's questions, by "passage?sentence"."""
    best: dict[str, float] = {}
    for id_, cosine in nearest.items():
        n = sentence_of(id_)
        if n is not None:
            key = f"{passage_of(id_)}?{n}"
            best[key] = max(cosine, best.get(key, -1.0))
    return best
