"""Heads on a message: is anybody in danger (one for English, one for other languages), and what is being asked.

Trained from `policy/examples/` at first load, kept as plain arrays under a hash of examples, policy and embedding,
so that neither new words nor a new model ever meets old weights.
"""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np

from bot.safety import machine
from bot.safety.examples import ALARM, FOREIGN, ROUTER, labelled
from bot.safety.features import ASSERTED, EMBEDDINGS, SILENT, Embed, Features, Vectors
from bot.safety.machine import Arrays, Machine, Task
from bot.safety.policy import fingerprint
from bot.safety.triage import Reading

Scores = Mapping[str, float]
Read = Callable[[str], Reading]
ENGLISH = "en"  # what the embedding reads; other languages have an alarm head of their own and are routed by rules
_PIECE = 256  # texts embedded at a time while learning
_REMEMBERED = 512  # decisions kept by digest, so that a conversation's earlier turns are not embedded again


def load_machine(
    embed: Embed, read: Read, features: Features, cache_dir: Path | None, answerable: Sequence[str] = ()
) -> Machine:
    """The heads trained on `policy/examples/`, from the cache if the same ones were trained before.

    `answerable` are questions the guides answer, learned as harmless: what readers rightly ask of these guides is what a
    refusal must not catch.
    """
    shown = {head: labelled(head, answerable) for head in (ALARM, FOREIGN, ROUTER)}
    settings = (machine.DIRECTIONS, machine.GAMMA, machine.WORDS, machine.RIDGE, ASSERTED, SILENT, shown)
    digest = hashlib.sha256(repr(settings).encode() + fingerprint().encode() + _probe(embed))

    def train() -> Arrays:
        texts = list(dict.fromkeys(text for group in shown.values() for text in group[0]))
        row = {text: number for number, text in enumerate(texts)}
        samples = features.samples([read(text) for text in texts], remembering(embed, cache_dir))
        tasks = {head: Task([row[text] for text in group[0]], group[1], group[2]) for head, group in shown.items()}
        return machine.train(samples, tasks, EMBEDDINGS).arrays()

    return Machine.of(kept(cache_dir, f"heads-{digest.hexdigest()[:20]}", train))


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


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the heads say: `alarm` by the one for the language. Scores about -1 (surely not) to 1 (surely) for every class."""

    alarm: Scores
    router: Scores


class Classifier:
    """Both heads over one set of features; remembers scores by the digest of a text, never the text. Thread-safe."""

    def __init__(self, embed: Embed, features: Features, heads: Machine) -> None:
        self._embed, self._features, self._heads = embed, features, heads
        self._known: OrderedDict[bytes, Opinion] = OrderedDict()
        self._lock = Lock()

    @classmethod
    def load(
        cls, embed: Embed, read: Read, terms: Sequence[str], cache_dir: Path | None, answerable: Sequence[str] = ()
    ) -> Classifier:
        """Train both heads, or read them from `cache_dir`; `read` reads a message's signs, `terms` names them."""
        features = Features(sorted(terms))
        return cls(embed, features, load_machine(embed, read, features, cache_dir, answerable))

    def opinions(self, readings: Sequence[Reading], first: Vectors | None = None) -> list[Opinion]:
        """What both heads say of each; `first` is the embedding of the first one's text if known, (384,)."""
        keys = [hashlib.blake2b(r.text.encode("utf-8", "surrogatepass"), digest_size=16).digest() for r in readings]
        with self._lock:
            found = {key: self._known[key] for key in keys if key in self._known}
        missing = {key: reading for key, reading in zip(keys, readings, strict=True) if key not in found}
        if missing:
            fresh = first if keys[0] in missing else None
            samples = self._features.samples(list(missing.values()), self._embed, fresh)
            scored = zip(missing.items(), self._heads.score(samples), strict=True)
            found |= {
                key: Opinion(by_head[ALARM if reading.language == ENGLISH else FOREIGN], by_head[ROUTER])
                for (key, reading), by_head in scored
            }
        with self._lock:
            self._known.update(found)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return [found[key] for key in keys]
