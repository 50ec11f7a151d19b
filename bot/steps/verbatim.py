"""An author-written FAQ answer that matches comes back as written: no model, no rewording."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bot.knowledge.embed import Encoder, Vectors
from bot.steps.evidence import Evidence
from bot.types import Passage, SentenceHit


class FaqMatcher:
    """Matches a question against the FAQ questions of the guides by the cosine of their embeddings."""

    def __init__(self, faqs: Sequence[Passage], encoder: Encoder, threshold: float) -> None:
        self._faqs = [faq for faq in faqs if faq.faq_question and faq.sentences]
        self._vectors = encoder.encode([faq.faq_question or "" for faq in self._faqs])
        self._threshold = threshold

    def match(self, vector: Vectors) -> Evidence | None:
        """The answer of the FAQ pair that asks what `vector` (384,) asks, if there is one."""
        if not self._faqs:
            return None
        cosines = self._vectors @ vector
        best = int(np.argmax(cosines))
        if cosines[best] < self._threshold:
            return None
        faq, cosine = self._faqs[best], float(cosines[best])
        return Evidence.of(SentenceHit(faq.sentences[0], faq, 1, cosine, cosine))
