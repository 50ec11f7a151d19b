"""How much of a claim's content stands in its evidence: word by word, by stem, everyday synonym or embedding."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from bot.safety.vetoes import lexicon

Embed = Callable[[list[str]], NDArray[np.float32]]  # texts → (n, d) unit vectors

_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")


def content(text: str) -> list[str]:
    """The words of `text` that say something, in lower case and in order."""
    words = [word.lower().replace("’", "'") for word in _WORD.findall(text)]
    return [word for word in words if word not in _light()]


def covered(claim: str, evidence: str) -> list[tuple[str, bool]]:
    """Each content word of `claim` and whether `evidence` has its stem or an everyday synonym."""
    there = {key for word in _words(evidence) for key in _keys(word)}
    return [(word, bool(there & _keys(word))) for word in content(claim)]


def matches(claim: str, evidence: str, embed: Embed | None) -> list[tuple[str, float]]:
    """Each content word of `claim` with how well the best word of `evidence` matches it: 1 for stem or synonym,
    else the best cosine (0 without `embed`)."""
    found = covered(claim, evidence)
    missing = [word for word, there in found if not there]
    best: dict[str, float] = {}
    others = content(evidence)
    others += [f"{a} {b}" for a, b in zip(others, others[1:], strict=False)]
    if missing and embed is not None and others:
        vectors = embed(missing + others)
        cosines = vectors[: len(missing)] @ vectors[len(missing) :].T
        best = {word: float(row.max()) for word, row in zip(missing, cosines, strict=True)}
    return [(word, 1.0 if there else max(0.0, best.get(word, 0.0))) for word, there in found]


def _words(text: str) -> list[str]:
    return [word.lower().replace("’", "'") for word in _WORD.findall(text)]


@lru_cache(maxsize=8192)
def _keys(word: str) -> frozenset[str]:
    """What a word can be matched by: its stem, its parts' stems, and the synonym groups it is in."""
    parts = [word, *(part for part in word.split("-") if len(part) > 2)]
    stems = cast(list[str], _stemmer().stemWords(parts))
    groups = {f"={n}" for n, group in enumerate(_synonyms()) if group & {*parts, *stems}}
    return frozenset(stems) | groups


@cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


@cache
def _light() -> frozenset[str]:
    return frozenset(lexicon()["light"])


@cache
def _synonyms() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(group) for group in [*lexicon()["synonyms"], *lexicon()["body"].values()])


def coverage(claim: str, texts: Sequence[str]) -> float:
    """The share of `claim`'s content words that `texts` together have; 1 when it has none."""
    found = covered(claim, " ".join(texts))
    return sum(there for _, there in found) / len(found) if found else 1.0
