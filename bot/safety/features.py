"""What the heads see of a message: its embedding, that of what it asserts, and the signs the rules read in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.safety.machine import Sample
from bot.safety.triage import Reading

Vectors = NDArray[np.float32]
Embed = Callable[[list[str]], Vectors]
ASSERTED: Final = 0.4  # what a sign weighs beside the unit-length embeddings,
EMBEDDINGS: Final = (slice(0, 384), slice(384, 768))  # of the message, and of what it asserts
SILENT: Final = 0.24  # and one that is denied, past, supposed or asked about; both by cross-validation on the examples


class Features:
    """Turns readings into samples; `terms` are the columns after the two embeddings of 384."""

    def __init__(self, terms: Sequence[str]) -> None:
        self._column = {term: 768 + number for number, term in enumerate(terms)}

    def samples(self, readings: Sequence[Reading], embed: Embed, first: Vectors | None = None) -> list[Sample]:
        """A sample of each reading; `first` is the embedding of the first one's text if known, (384,)."""
        known = {readings[0].text: first} if first is not None and readings else {}
        wanted = {text for reading in readings for text in (reading.text, reading.asserted) if text}
        if missing := sorted(wanted - known.keys()):
            known |= dict(zip(missing, embed(missing), strict=True))
        return [self._sample(reading, known) for reading in readings]

    def _sample(self, reading: Reading, known: dict[str, Vectors]) -> Sample:
        dense = np.zeros(768 + len(self._column), dtype=np.float32)
        asserted = reading.asserted
        if reading.text:
            dense[:384] = known[reading.text]
        if asserted:
            dense[384:768] = known[asserted]
        for sign in sorted(reading.signs, key=lambda sign: sign.silent is None):
            if sign.term in self._column:
                dense[self._column[sign.term]] = SILENT if sign.silent else ASSERTED
        return Sample(dense, (reading.text.lower(), asserted.lower()))
