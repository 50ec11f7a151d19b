"""An author-written FAQ answer that matches comes back as written: no model, no rewording.

Look-alikes are the difficulty: "does stretching help?" is not "does stretching alone fix it?", and their embeddings
are as near as paraphrases are. So where an editor wrote down how readers ask for an answer, a classifier learns what sets
those questions apart from those asked of every other sentence; elsewhere only a very near question matches.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.kept import Embed
from bot.knowledge.embed import Vectors
from bot.steps.evidence import Evidence
from bot.steps.told import Told, general_examples
from bot.types import Passage, SentenceHit

ENOUGH = 4  # ways of asking from which a classifier can learn
SURE = 0.2  # its score from which it is believed: python -m eval.bench.faq
GAMMA = 1.0
OTHERS = 1500  # questions for other sentences it learns against


class FaqMatcher:
    """Matches a question against the FAQ questions of the guides, and against `others`, asked of other sentences.

    `threshold` is the cosine from which a FAQ question with few ways of asking matches.
    """

    def __init__(self, faqs: Sequence[Passage], embed: Embed, threshold: float, others: Sequence[str] = ()) -> None:
        self._faqs = [faq for faq in faqs if faq.faq_question and faq.sentences]
        asked = [[faq.faq_question or "", *(q for s in faq.sentences for q in s.asked)] for faq in self._faqs]
        self._owner = np.array([n for n, questions in enumerate(asked) for _ in questions], dtype=int)
        self._vectors = embed([question for questions in asked for question in questions])
        self._threshold = threshold
        self._learned = self._learn(embed, others)

    def match(self, vector: Vectors) -> Evidence | None:
        """The answer of the FAQ pair that asks what `vector` (384,) asks, if there is one."""
        if not self._faqs:
            return None
        cosines = self._vectors @ vector
        scores = self.scores(vector)
        best = int(np.argmax(scores))
        if scores[best] < SURE:
            return None
        faq, cosine = self._faqs[best], float(cosines[self._owner == best].max())
        return Evidence.of(SentenceHit(faq.sentences[0], faq, 1, cosine, cosine))

    def scores(self, vector: Vectors) -> NDArray[np.float64]:
        """How surely `vector` asks each FAQ question: (number of FAQ pairs,), a match from SURE on."""
        cosines = self._vectors @ vector
        near = [float(cosines[self._owner == n].max()) - self._threshold + SURE for n in range(len(self._faqs))]
        for n, learned in self._learned.items():
            near[n] = float(learned.score(vector[None])[0])
        return np.array(near)

    def _learn(self, embed: Embed, others: Sequence[str]) -> dict[int, Told]:
        """A classifier for each FAQ pair that is asked in enough ways, by its number."""
        counts = np.bincount(self._owner, minlength=len(self._faqs))
        if not others or counts.max(initial=0) < ENOUGH:
            return {}
        general = general_examples()
        untold = [question for question, told in zip(general.questions, general.told, strict=True) if not told]
        vectors = np.vstack([self._vectors, embed([*others[:OTHERS], *untold])])
        owner = np.concatenate([self._owner, np.full(len(vectors) - len(self._owner), -1)])
        return {int(n): Told.train(vectors, owner == n, GAMMA) for n in np.flatnonzero(counts >= ENOUGH)}
