"""What was learned or embedded once, kept as plain arrays under a hash of what it stands on."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Arrays = dict[str, NDArray[Any]]
Embed = Callable[[list[str]], Vectors]
_PIECE = 256  # texts embedded at a time while learning


def kept(cache_dir: Path | None, name: str, train: Callable[[], Arrays]) -> Arrays:
    """The arrays kept as `cache_dir/NAME.npz`, or what `train` returns, kept there from then on."""
    path = cache_dir / f"{name}.npz" if cache_dir else None
    if path and path.is_file():
        with np.load(path, allow_pickle=False) as stored:
            return {key: stored[key] for key in stored.files}
    arrays = train()
    if path:
        _write(path, arrays)
    return arrays


def _write(path: Path, arrays: Arrays) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part.npz")  # two servers may start at once
    with part.open("wb") as file:
        np.savez(file, **dict(arrays))  # type: ignore[arg-type]
    part.replace(path)


def _probe(embed: Embed) -> bytes:
    """What tells one embedding model from another."""
    return np.round(embed(["knee"]), 3).tobytes()


def remembering(embed: Embed, cache_dir: Path | None) -> Embed:
    """`embed` with the vectors kept on disk: a changed word or guide trains anew without embedding anew.

    For examples only, never for what readers write.
    """
    if cache_dir is None:
        return embed
    path = cache_dir / f"examples-{hashlib.sha256(_probe(embed)).hexdigest()[:20]}.npz"
    known: dict[str, Vectors] = {}
    if path.is_file():
        with np.load(path, allow_pickle=False) as stored:
            known = dict(zip(stored["texts"].tolist(), stored["vectors"], strict=True))

    def recalled(texts: list[str]) -> Vectors:
        if not texts:
            return embed(texts)
        keys = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32] for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            known.update(zip(missing, _together(embed, list(missing.values())), strict=True))
            _write(path, {"texts": np.array(list(known)), "vectors": np.stack(list(known.values()))})
        return np.stack([known[key] for key in keys])

    return recalled


def _together(embed: Embed, texts: list[str]) -> Vectors:
    """The vectors of many texts, (n, 384), embedded on every core: nobody is being answered while heads learn."""
    # like lengths together, since a batch costs its longest text times its size
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    pieces = [order[first : first + _PIECE] for first in range(0, len(order), _PIECE)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = np.concatenate(list(pool.map(lambda piece: embed([texts[i] for i in piece]), pieces)))
    vectors = np.empty_like(found)
    vectors[order] = found
    return vectors
