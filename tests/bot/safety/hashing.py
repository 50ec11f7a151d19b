"""An embedding without a model: words hashed into 384 columns, unit length."""

from __future__ import annotations

from zlib import crc32

import numpy as np
from numpy.typing import NDArray


def hashing(texts: list[str]) -> NDArray[np.float32]:
    """(n, 384) float32; texts that share words are near."""
    vectors = np.zeros((len(texts), 384), dtype=np.float32)
    for row, text in enumerate(texts):
        for word in text.lower().split():
            vectors[row, crc32(word.strip(".,!?").encode()) % 384] += 1.0
        vectors[row, 0] += 0.1
    lengths = np.sqrt((vectors**2).sum(axis=1, keepdims=True))
    return np.asarray(vectors / lengths, dtype=np.float32)
