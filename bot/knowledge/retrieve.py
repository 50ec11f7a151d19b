"""Find the passages for a query, and the sentences inside them.

First a pool of passages from the dense and the lexical index, fused by reciprocal rank (Cormack, Clarke and Büttcher,
SIGIR 2009): their scores are not comparable, their ranks are. Then the sentences of that pool, ordered by `rank.py`, and
the passages once more by where their sentences came. What is fused and with which k was chosen on the development split:
`python -m eval.bench.retrieval`.
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
from bot.knowledge.query import Query
from bot.knowledge.rank import Floats, Signs, probabilities, reciprocal
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


Place = tuple[Passage, int]  # a passage, and the number of a sentence in it
Near = Sequence[tuple[str, float]]  # vector ids and cosines, best first


@dataclass(frozen=True, slots=True)
class Candidates:
    """The sentences (`there`) of a pool of passages, with their features (sentences, len(FEATURES)).

    `cosines`, `asked` and `odds` are (sentences,); `rankings` are passage ids, dense and lexical; `own` the passages' cosines.
    """

    pool: tuple[Passage, ...]
    there: tuple[Place, ...]
    features: Floats
    cosines: Floats
    asked: Floats
    odds: Floats
    rankings: tuple[tuple[str, ...], ...]
    own: Mapping[str, float]

    def hit(self, place: int, rank: int, score: float) -> SentenceHit:
        """The sentence at a place as a hit."""
        passage, n = self.there[place]
        cosine, asked, odds = (float(values[place]) for values in (self.cosines, self.asked, self.odds))
        return SentenceHit(passage.sentences[n], passage, rank, cosine, score, asked, odds)


class Retriever:
    """Searches the live index; thread-safe."""

    def __init__(self, index: LiveIndex, encoder: Encoder) -> None:
        self._index = index
        self._encoder = encoder
        self._lock = threading.Lock()
        self._sentence_vectors: OrderedDict[str, Vectors] = OrderedDict()

    def search(self, query: Query, k: int = 5, sentences: int = 8) -> Found:
        """The best `k` passages and `sentences` sentences."""
        looked_at = self.candidates(query, max(POOL, k))
        likely = probabilities(looked_at.features)
        order = np.argsort(-likely, kind="stable")
        ranked = [looked_at.hit(int(i), rank, float(likely[i])) for rank, i in enumerate(order, start=1)]
        by_sentences = list(dict.fromkeys(hit.passage.id for hit in ranked))
        final = reciprocal_rank([*looked_at.rankings, by_sentences, by_sentences], RERANK_K)  # they know most: twice
        best = sorted(looked_at.pool, key=lambda passage: -final.get(passage.id, 0.0))[:k]
        hits = tuple(
            Hit(p, n, looked_at.own.get(p.id, float("nan")), final.get(p.id, 0.0)) for n, p in enumerate(best, start=1)
        )
        return Found(hits, tuple(ranked[:sentences]))

    def candidates(self, query: Query, size: int = POOL) -> Candidates:
        """The pool of `size` passages nearest in meaning or words, and what is known of each sentence of the first POOL."""
        generation = self._index.get()
        nearest = generation.vectors.nearest(query.vector, max(NEAREST, 2 * size))
        dense = list(dict.fromkeys(passage_of(id_) for id_, _ in nearest))
        words = [id_ for id_, _ in generation.words.search(query.text, max(WORDS, 2 * size))]
        fused = reciprocal_rank([dense, words], POOL_K)
        # a vector store shared between generations may name passages this one does not have
        passages = generation.catalog.passages(_best(fused, size + 5))
        pool = [passages[id_] for id_ in _best(fused, len(fused)) if id_ in passages][:size]
        there = [(passage, n) for passage in pool[:POOL] for n in range(len(passage.sentences))]
        own_nearest = nearest if not query.leans else generation.vectors.nearest(query.own, NEAREST)
        ids = {passage.id for passage in pool}
        return Candidates(
            pool=tuple(pool),
            there=tuple(there),
            features=self._signs(query, pool[:POOL], there, nearest, own_nearest).matrix(leans=query.leans),
            cosines=self._cosines(pool[:POOL], query.vector),
            asked=_asked(nearest, there),
            odds=self._odds(pool[:POOL], query),
            rankings=tuple(tuple(id_ for id_ in ranking if id_ in ids) for ranking in (dense, words)),
            own={id_: cosine for id_, cosine in nearest if sentence_of(id_) is None},
        )

    def _signs(
        self, query: Query, pool: Sequence[Passage], there: Sequence[Place], nearest: Near, own_nearest: Near
    ) -> Signs:
        ids = [f"{passage.id}?{n}" for passage, n in there]
        sentences = [passage.sentences[n] for passage, n in there]
        texts = ["\n".join([context(p, s), *s.asked]) for (p, _), s in zip(there, sentences, strict=True)]
        index = WordIndex.build(ids, texts)

        def words(text: str) -> Floats:
            found = dict(index.search(text, len(ids)))
            return np.array([found.get(id_, 0.0) for id_ in ids])

        told = bare(query.said)
        silent = np.zeros(len(there))
        in_common = words(query.text)
        meaning = self._cosines(pool, query.vector)
        return Signs(
            meaning=meaning,
            own_meaning=self._cosines(pool, query.own) if query.leans else meaning,
            asked=np.maximum(_asked(nearest, there), 0.0),
            own_asked=np.maximum(_asked(own_nearest, there), 0.0),
            words=in_common,
            own_words=words(query.message) if query.leans else in_common,
            beside=beside(query.said, there),
            said=np.array([float(bare(s.text) in told) for s in sentences]) if told else silent,
            last_meaning=silent if query.last is None else self._cosines(pool, query.last),
            odds=self._odds(pool, query),
        )

    def _odds(self, pool: Sequence[Passage], query: Query) -> Floats:
        """How much likelier every sentence is to answer than that none does, logarithms; 0 where nobody looked: (sentences,)."""
        if query.aim is None:
            return np.zeros(sum(len(passage.sentences) for passage in pool))
        return self._cosines(pool, query.aim.direction) - query.aim.nowhere

    def _cosines(self, pool: Sequence[Passage], vector: Vectors) -> Floats:
        """The cosine of every sentence of the pool with a vector, (sentences,)."""
        if not any(passage.sentences for passage in pool):
            return np.zeros(0)
        vectors = np.concatenate([self._vectors(passage) for passage in pool if passage.sentences])
        return np.asarray(vectors @ vector, dtype=np.float64)

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


def beside(said: str, there: Sequence[Place]) -> Floats:
    """How near each place stands to those already `said`, in the same passage: the reciprocal of its rank, 0 without any.

    What follows comes before what stands before; what was said itself is not beside itself.
    """
    told = bare(said)
    spots = [(p.id, n) for p, n in there if told and bare(p.sentences[n].text) in told]
    steps = np.array(
        [min((abs(n - m) - 0.5 * (n > m) for id_, m in spots if id_ == p.id), default=0.0) for p, n in there]
    )
    return reciprocal(np.where(steps > 0, 1 / np.maximum(steps, 0.5), 0.0))


def reciprocal_rank(rankings: Sequence[Sequence[str]], k: int) -> dict[str, float]:
    """Fuse rankings of ids: each id's score is the sum over rankings of 1 / (k + rank), rank from 1."""
    fused: defaultdict[str, float] = defaultdict(float)
    for ranking in rankings:
        for rank, id_ in enumerate(ranking, start=1):
            fused[id_] += 1.0 / (k + rank)
    return dict(fused)


def _best(scores: Mapping[str, float], k: int) -> list[str]:
    return sorted(scores, key=lambda id_: -scores[id_])[:k]


def _asked(nearest: Near, there: Sequence[Place]) -> Floats:
    """The best cosine among each sentence's questions, -1 where none is near: (sentences,)."""
    best: dict[str, float] = {}
    for id_, cosine in nearest:
        n = sentence_of(id_)
        if n is not None:
            key = f"{passage_of(id_)}?{n}"
            best[key] = max(cosine, best.get(key, -1.0))
    return np.array([best.get(f"{passage.id}?{n}", -1.0) for passage, n in there])
