"""Words and stretches of letters as hashed features: what an embedding of whole sentences blurs (names, doses, typos).

The hashing trick of Weinberger et al. (ICML 2009): no dictionary to keep, and a fixed width.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

BUCKETS: Final = 1 << 17
LETTERS: Final = (2, 3, 4, 5)  # letters in a stretch, word ends counting as blanks
_WORD = re.compile(r"\w+")


def buckets(views: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Where the n-grams of some views of a message fall and how much each weighs; every view has unit length.

    Counts are damped by a logarithm. Two n-grams that share a bucket add up.
    """
    places: list[int] = []
    weights: list[float] = []
    for number, view in enumerate(views):
        for kind, grams in (("w", _words(view)), ("l", _letters(view))):
            counts = Counter(crc32(f"{number}{kind}{gram}".encode()) % BUCKETS for gram in grams)
            if counts:
                damped = 1.0 + np.log(np.fromiter(counts.values(), dtype=np.float64))
                places += counts
                weights += (damped / np.sqrt((damped**2).sum())).tolist()
    return np.array(places, dtype=np.int64), np.array(weights, dtype=np.float64)


def _words(text: str) -> Iterator[str]:
    words = _WORD.findall(text.lower())
    yield from words
    yield from (f"{one} {other}" for one, other in pairwise(words))


def _letters(text: str) -> Iterator[str]:
    for word in _WORD.findall(text.lower()):
        padded = f" {word} "
        for n in LETTERS:
            yield from (padded[i : i + n] for i in range(max(1, len(padded) - n + 1)))
