"""Whether a text is, but for a letter or two, what a suite says: else a bot would be tested on what it was given."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache

import numpy as np
from rapidfuzz import fuzz, process

from bot.safety.text import words
from eval.cases import SUITES_DIR

LONG = 5  # words; of shorter ones ("where is it") a letter more makes another question, so they must be the same
NEAR = 90.0  # per cent alike, letter by letter, beyond which two long messages count as one
MESSAGE = ("text", "standalone")  # follow-ups are compared as they read without their history, too


def alike(texts: Sequence[str], split: str, *, fields: tuple[str, ...] = MESSAGE, least: int = 1) -> list[str]:
    """Those of `texts` that are near one of a split of the suites, or, where short, the same.

    `fields` of the cases are what they are compared with. Texts under `least` words are let be: of messages, "thank you" and
    "I can't breathe" are bound to be said twice.
    """
    asked = _asked(split, fields)
    assert asked
    ours = [plain(text) for text in texts]
    long = [text for text in asked if len(text.split()) >= LONG]
    near = process.cdist(ours, long, scorer=fuzz.ratio, score_cutoff=NEAR, dtype=np.uint8).max(axis=1)
    return [
        text
        for text, said, found in zip(texts, ours, near, strict=True)
        if len(said.split()) >= least and (found or said in asked)
    ]


def plain(text: str) -> str:
    """Words only, so that case, spacing and punctuation cannot hide that two messages are one."""
    return " ".join(words(text)) or text


@cache
def _asked(split: str, fields: tuple[str, ...]) -> frozenset[str]:
    found = set()
    for path in SUITES_DIR.rglob(f"{split}.jsonl"):
        # not splitlines(): a case may hold U+2028 and its kin, which are no line ends in JSONL
        for line in filter(str.strip, path.read_text(encoding="utf-8-sig").split("\n")):
            case = json.loads(line)
            found |= {plain(case[name]) for name in fields if case.get(name)}
    return frozenset(found)
