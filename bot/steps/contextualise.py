"""Step 4: turn a follow-up and its history into a query that stands alone.

A message that names what it is about is left as it is: pasting history into such a query makes retrieval worse
(measured: `python -m eval.bench.retrieval --suite follow_ups`). One that leans on what came before takes on the earlier
question it is nearest to. What the bot said is unverified: it shows where in the guide the talk was, and what "the
second one" points at, and is never evidence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from bot.knowledge.embed import Encoder, Vectors
from bot.knowledge.query import Query
from bot.knowledge.sentences import split_sentences
from bot.steps.wording import stems
from bot.types import Question

_LEANS = re.compile(
    r"\b(it|its|it's|that|this|they|them|those|these|he|she|one|ones|there|then|so|else|instead)\b"
    r"|^\s*(and|but|or|also|what about|how about|why|how long|how often|how come|which|really|for how|even|is that)\b",
    re.IGNORECASE,
)
_POINTS = re.compile(r"\b(it|its|this|that|these|those|them|here)\b", re.IGNORECASE)
_ASKS = re.compile(
    r"[?？؟]|\b(what|why|how|when|where|which|who|any|other|else|tell|explain|name|give|list|more|and|but|really)\b"
    r"|^\s*(is|are|was|do|does|did|can|could|will|would|should|may|has|have)\b",
    re.IGNORECASE,
)
_CORRECTS = re.compile(r"\b(i meant?|actually|wrong|mistyped|typo|not)\b", re.IGNORECASE)
_TO_THE_BOT = re.compile(r"\b(you|your|yours|thanks?|bye|hello|hi)\b", re.IGNORECASE)
_NTH = re.compile(
    r"\b(?:(?P<n1>first|1st|former)|(?P<n2>second|2nd|other)|(?P<n3>third|3rd)|(?P<last>last|latter))\b", re.IGNORECASE
)
_RETURNS = re.compile(
    r"\b(back to|again|return(?:ing)? to|earlier|before|first (?:question|thing|point))\b", re.IGNORECASE
)
_MARKER = re.compile(r"\s*\[\d+\]")
_ITEMS = re.compile(r",\s*(?:and\s+|or\s+)?|\s+(?:and|or)\s+")

_SHORT = 8  # words: a message this short seldom names its subject
_CARRY = 0.4  # how much of the earlier question's vector a leaning one takes on
_LATEST = 0.25  # cosine by which an older question must be nearer to be meant, or may be further in "back to …"
_LOOKED_BACK = 4  # earlier questions it may lean on


def contextualise(question: Question, encoder: Encoder, vector: Vectors | None = None) -> Query:
    """The standalone query for `question`; `vector` is its own embedding when the caller has it."""
    alone = Query.alone(question.text, encoder, vector)
    earlier = [turn.text for turn in question.history if turn.role == "user" and stems(turn.text)]
    if not earlier or not leans(question.text):
        return alone
    own, last = alone.own, encoder.encode([earlier[-1]])[0]
    said = next((turn.text for turn in reversed(question.history) if turn.role == "assistant"), "")
    if item := _pointed_at(question.text, said):
        meant, said = item, ""
    else:
        latest = -_LATEST if _RETURNS.search(question.text) else _LATEST
        meant = _meant(own, earlier[-_LOOKED_BACK:], latest, encoder)
    blended = (1 - _CARRY) * own + _CARRY * encoder.encode([meant])[0]
    blended = (blended / np.linalg.norm(blended)).astype(np.float32)
    return Query(f"{meant} {question.text}", blended, question.text, own, said, last)


def leans(text: str) -> bool:
    """Whether a message needs what was said before to be understood."""
    return bool(_LEANS.search(text)) or len(text.split()) <= _SHORT


def follows_up(question: Question) -> bool:
    """Whether a message that seems to be about nothing may ask about what was said before.

    "Any others?" alone is small talk; after an answer it is a question.
    """
    text = question.text
    earlier = any(turn.role == "user" for turn in question.history)
    asks = bool(_ASKS.search(text) or _CORRECTS.search(text) or _NTH.search(text))
    return earlier and leans(text) and asks


def speaks_to_the_bot(text: str) -> bool:
    """Whether a message greets, thanks or addresses the bot: small talk, if nothing else is in it."""
    return bool(_TO_THE_BOT.search(text))


def points_at_subject(text: str) -> bool:
    """Whether a message speaks of "it" or "this": with no other subject named, that is what the guide is about."""
    return bool(_POINTS.search(text))


def _meant(own: Vectors, earlier: Sequence[str], latest: float, encoder: Encoder) -> str:
    """The earlier question a leaning message takes up: the nearest, the last of them with `latest` added to its cosine."""
    near = encoder.encode(list(earlier)) @ own
    near[-1] += latest
    best = int(np.argmax(near))
    return earlier[best]


def _pointed_at(text: str, said: str) -> str | None:
    """What "the second one" is in what the bot said: its second sentence, or the second item of its only one."""
    found = _NTH.search(text)
    if not found or len(text.split()) > _SHORT or not said:
        return None
    plain = _MARKER.sub("", said)
    parts = [plain[start:end] for start, end in split_sentences(plain)]
    if len(parts) == 1:
        parts = _ITEMS.split(parts[0])
    name = found.lastgroup or ""
    place = len(parts) - 1 if name == "last" else int(name[1:]) - 1
    return parts[place].strip() if 1 < len(parts) > place else None
