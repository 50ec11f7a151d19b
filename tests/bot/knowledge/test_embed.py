"""The exported model gives the vectors of the published one."""

from __future__ import annotations

import numpy as np
import pytest

from bot.app import build


@pytest.mark.real
def test_what_is_served_are_the_vectors_of_sentence_transformers() -> None:
    from sentence_transformers import SentenceTransformer

    encoder = build().encoder
    texts = ["why does my knee ache", "Stretching should feel gentle, never sharp.", "hi", "knee " * 100]
    published = SentenceTransformer(str(encoder.model), device="cpu").encode(texts, normalize_embeddings=True)
    served = encoder.encode(texts)
    assert served.shape == (4, encoder.dimensions)
    assert np.allclose(served, published, atol=1e-4)
