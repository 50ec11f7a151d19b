"""A small guide for the tests of the steps."""

from __future__ import annotations

from collections.abc import Sequence

from bot.types import Passage, Sentence, SentenceHit


def passage(
    id_: str, texts: Sequence[str], asked: Sequence[Sequence[str]] = (), guide: str = "g", faq: str | None = None
) -> Passage:
    """A passage whose sentences stand one after the other."""
    start, sentences = 0, []
    for n, text in enumerate(texts):
        questions = tuple(asked[n]) if n < len(asked) else ()
        sentences.append(Sentence(id_, start, start + len(text), text, questions))
        start += len(text) + 1
    return Passage(id_, guide, ("Knee care",), " ".join(texts), 0, start - 1, 10, tuple(sentences), faq)


def hits(*passages: Passage, cosine: float = 0.6, asked: float = -1.0) -> list[SentenceHit]:
    """Every sentence of the passages as retrieved, in order."""
    found = [(sentence, one) for one in passages for sentence in one.sentences]
    return [
        SentenceHit(sentence, one, rank, cosine - 0.01 * rank, 1 / (5 + rank), asked)
        for rank, (sentence, one) in enumerate(found, start=1)
    ]
