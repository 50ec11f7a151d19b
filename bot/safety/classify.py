"""What a message is taken for: is anybody in danger, and what is asked.

English is read by two MiniLMs, each taught by `policy/examples/` from another beginning (`eval/tune/safety.py`), whose opinions are
averaged: their mistakes differ, and false alarms at the same misses fall by half. Both ship. Danger in other languages is
told by `foreign.py`.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.safety.examples import ALARM, ROUTER
from bot.safety.foreign import ForeignHead
from bot.safety.triage import Reading

READERS: Final = ("reader-0", "reader-1")  # the names of the adapters that ship beside this file
ENGLISH: Final = "en"
WHOLE: Final = 600  # characters surely read to the end; the readers stop at 256 word pieces
_REMEMBERED: Final = 512  # opinions kept by digest, so that a conversation's earlier turns are not read again

Vectors = NDArray[np.float32]
Scores = Mapping[str, float]
Heads = Callable[[Sequence[str]], Mapping[str, Sequence[Scores]]]  # texts to the logits of every class, by head


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the heads say of a message: probabilities of every class, 0 to 1, and the odds of danger.

    `danger` is the logarithm of how much likelier any danger is than none, 0 when both are alike. `whole` says that the
    message was read to its end: what was not read must silence no rule.
    """

    danger: float
    alarm: Scores
    router: Scores
    whole: bool = True


class Classifier:
    """The readers' averaged opinions, and the head for other languages; remembers opinions by the digest of a text, never the text. Thread-safe."""

    def __init__(self, readers: Sequence[Heads], foreign: ForeignHead) -> None:
        self._readers, self._foreign = readers, foreign
        self._known: OrderedDict[bytes, Opinion] = OrderedDict()
        self._lock = Lock()

    def opinions(self, readings: Sequence[Reading]) -> list[Opinion]:
        """What the heads say of each."""
        keys = [_digest(reading) for reading in readings]
        with self._lock:
            found = {key: self._known[key] for key in keys if key in self._known}
        missing = {key: reading for key, reading in zip(keys, readings, strict=True) if key not in found}
        if missing:
            found |= zip(missing, self._read(list(missing.values())), strict=True)
        with self._lock:
            self._known.update(found)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return [found[key] for key in keys]

    def _read(self, readings: Sequence[Reading]) -> list[Opinion]:
        texts = [reading.text for reading in readings]
        logits = [reader(texts) for reader in self._readers]
        opinions = []
        for n, reading in enumerate(readings):
            alarm, router = (_averaged([each[head][n] for each in logits]) for head in (ALARM, ROUTER))
            if reading.language != ENGLISH:
                alarm = self._foreign.probabilities([reading.text])[0]
            none = min(max(alarm["none"], 1e-9), 1 - 1e-9)
            whole = len(reading.text) <= WHOLE
            opinions.append(Opinion(float(np.log((1 - none) / none)), alarm, router, whole))
        return opinions


def _averaged(logits: Sequence[Scores]) -> Scores:
    """Probabilities from the mean of the log-probabilities."""
    names = list(logits[0])
    values = np.array([[each[name] for name in names] for each in logits])
    mean = (values - np.logaddexp.reduce(values, axis=1, keepdims=True)).mean(axis=0)
    return dict(zip(names, map(float, np.exp(mean - np.logaddexp.reduce(mean))), strict=True))


def _digest(reading: Reading) -> bytes:
    text = f"{reading.language} {reading.text}"
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
