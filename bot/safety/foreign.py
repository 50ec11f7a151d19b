"""Is anybody in danger, in languages other than English: of which MiniLM knows little, and stretches of letters tell much.

Logistic regression on the TF-IDF of character n-grams within words, learned from `policy/examples/foreign/` in some seconds
when it is first needed and kept as plain arrays. On messages of a hand that wrote no example its AUROC was .965; the
encoder's own head, taught the same, found half of the crises.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np

from bot.kept import Arrays, kept
from bot.safety.examples import FOREIGN, labelled

NGRAMS: Final = (1, 5)  # letters
COMMON: Final = 2  # examples an n-gram must be in
PENALTY: Final = 10.0  # the inverse of the regularisation; 30 and 100 did alike


class ForeignHead:
    """Tells the classes of `policy/examples/foreign/`; kept in `cache_dir`, or only in memory. Thread-safe once learned."""

    def __init__(self, cache_dir: Path | None) -> None:
        self._cache_dir = cache_dir

    def probabilities(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """How likely each class is, for every text."""
        vectorizer, arrays = self._learned
        logits = vectorizer.transform(texts) @ arrays["weights"].T + arrays["bias"]
        likely = np.exp(logits - logits.max(axis=1, keepdims=True))
        likely /= likely.sum(axis=1, keepdims=True)
        return [dict(zip(map(str, arrays["classes"]), map(float, row), strict=True)) for row in likely]

    @cached_property
    def _learned(self) -> tuple[Any, Arrays]:
        texts, labels, _ = labelled(FOREIGN, ())
        digest = hashlib.sha256(repr((NGRAMS, COMMON, PENALTY, texts, labels)).encode()).hexdigest()[:20]
        arrays = kept(self._cache_dir, f"foreign-{digest}", lambda: _learn(texts, labels))
        vectorizer = _vectorizer(vocabulary=arrays["ngrams"].tolist())
        vectorizer.idf_ = arrays["idf"]
        return vectorizer, arrays


def _vectorizer(**given: Any) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(analyzer="char_wb", ngram_range=NGRAMS, sublinear_tf=True, **given)


def _learn(texts: Sequence[str], labels: Sequence[str]) -> Arrays:
    from sklearn.linear_model import LogisticRegression

    vectorizer = _vectorizer(min_df=COMMON)
    counted = vectorizer.fit_transform(texts)
    model = LogisticRegression(C=PENALTY, max_iter=500, class_weight="balanced").fit(counted, labels)
    return {
        "classes": np.array(model.classes_.tolist()),
        "weights": np.asarray(model.coef_, dtype=np.float32),
        "bias": np.asarray(model.intercept_, dtype=np.float32),
        "ngrams": vectorizer.get_feature_names_out().astype(str),
        "idf": np.asarray(vectorizer.idf_),
    }
