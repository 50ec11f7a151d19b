"""What a message is taken for: is anybody in danger, and what is asked.

English is read by an encoder taught by `policy/examples/` (`eval/tune/safety.py`). Danger in other languages is told by `foreign.py`.
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

READER: Final = "reader"  # the name of the adapter that ships beside this file
ENCODER: Final = "all-mpnet-base-v2"  # whose layers it changes, by its name in the catalogue of models
ENGLISH: Final = "en"
WHOLE: Final = 600  # characters surely read to the end; the reader stops at 256 word pieces
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
    """The reader's opinions, and the head for other languages; remembers opinions by the digest of a text, never the text. Thread-safe."""

    def __init__(self, reader: Heads, foreign: ForeignHead) -> None:
        self._reader, self._foreign = reader, foreign
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
        logits = self._reader(texts)
        opinions = []
        for n, reading in enumerate(readings):
            alarm, router = (_probabilities(logits[head][n]) for head in (ALARM, ROUTER))
            if reading.language != ENGLISH:
                alarm = self._foreign.probabilities([reading.text])[0]
            none = min(max(alarm["none"], 1e-9), 1 - 1e-9)
            whole = len(reading.text) <= WHOLE
            opinions.append(Opinion(float(np.log((1 - none) / none)), alarm, router, whole))
        return opinions


def _probabilities(logits: Scores) -> Scores:
    values = np.array(list(logits.values()))
    return dict(zip(logits, map(float, np.exp(values - np.logaddexp.reduce(values))), strict=True))


def _digest(reading: Reading) -> bytes:
    text = f"{reading.language} {reading.text}"
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
