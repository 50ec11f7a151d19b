"""Whether a text is, but for a letter or two, what a suite says: else a bot would be tested on what it was given."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache

import numpy as np
from rapidfuzz import fuzz, process

from bot.safety.text import words
from eval.cases import SUITES_DIR

LONG = 5  # words; shorter ones ("thank you", "I can't breathe") are bound to be said twice
NEAR = 90.0  # per cent alike, letter by letter, beyond which two messages count as one


def alike(texts: Sequence[str], split: str) -> list[str]:
    """Those of `texts` that are near a message of a split of the suites, follow-ups also as they read without their history."""
    asked = _asked(split)
    assert asked
    near = process.cdist([plain(text) for text in texts], asked, scorer=fuzz.ratio, score_cutoff=NEAR, dtype=np.uint8)
    return [text for text, found in zip(texts, near.max(axis=1), strict=True) if found]


def plain(text: str) -> str:
    """Words only, so that case, spacing and punctuation cannot hide that two messages are one."""
    return " ".join(words(text)) or text


@cache
def _asked(split: str) -> list[str]:
    found = set()
    for path in SUITES_DIR.rglob(f"{split}.jsonl"):
        # not splitlines(): a case may hold U+2028 and its kin, which are no line ends in JSONL
        for line in filter(str.strip, path.read_text(encoding="utf-8-sig").split("\n")):
            case = json.loads(line)
            found |= {plain(case[name]) for name in ("text", "standalone") if case.get(name)}
    return sorted(text for text in found if len(text.split()) >= LONG)
