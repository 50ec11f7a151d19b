"""Step 4: turn a follow-up and its history into a query that stands alone.

Only the reader's own earlier questions are used. A message that names what it is about is left as it is: pasting
history into such a query makes retrieval worse (measured: `python -m eval.bench.retrieval --suite follow_ups`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from bot.knowledge.embed import Encoder, Vectors
from bot.types import Question

_LEANS = re.compile(
    r"\b(it|its|it's|that|this|they|them|those|these|he|she|one|ones|there|then|so|else|instead)\b"
    r"|^\s*(and|but|or|also|what about|how about|why|how long|how often|how come|which|really|for how|even|is that)\b",
    re.IGNORECASE,
)
_SHORT = 6  # words: a message this short seldom names its subject
_CARRY = 0.4  # how much of the earlier question's vector a leaning one takes on


@dataclass(frozen=True, slots=True)
class Query:
    """What to search for: words for BM25, and a vector (384,) for the dense index."""

    text: str
    vector: Vectors


def contextualise(question: Question, encoder: Encoder, vector: Vectors | None = None) -> Query:
    """The standalone query for `question`; `vector` is its own embedding when the caller has it."""
    own = encoder.encode([question.text])[0] if vector is None else vector
    earlier = [turn.text for turn in question.history if turn.role == "user"]
    if not earlier or not leans(question.text):
        return Query(question.text, own)
    text = f"{earlier[-1]} {question.text}"
    blended = (1 - _CARRY) * own + _CARRY * encoder.encode([earlier[-1]])[0]
    return Query(text, (blended / np.linalg.norm(blended)).astype(np.float32))


def leans(text: str) -> bool:
    """Whether a message needs what was said before to be understood."""
    return bool(_LEANS.search(text)) or len(text.split()) <= _SHORT


_ASKS = re.compile(
    r"[?？؟]|\b(what|why|how|when|where|which|who|any|other|else|tell|explain|more|and|but|really)\b", re.IGNORECASE
)
_TO_THE_BOT = re.compile(r"\b(you|your|yours|thanks?|bye|hello|hi)\b", re.IGNORECASE)


def follows_up(question: Question) -> bool:
    """Whether a message that seems to be about nothing may ask about what was said before.

    "Any others?" alone is small talk; after an answer it is a question. What is said to the bot itself is not.
    """
    text = question.text
    earlier = any(turn.role == "user" for turn in question.history)
    return earlier and leans(text) and bool(_ASKS.search(text)) and not _TO_THE_BOT.search(text)
