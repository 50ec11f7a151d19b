"""Of whom and of what a claim speaks: not of the model as if it were the reader, not of something else than its evidence.

"This may involve modifying activities such as deep bending" is about what stood before it. A small model answers "may I bend
deeply?" with "Deep bending may involve modifying activities": every word is there, and the subject is another.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.safety.coverage import coverage, light
from bot.safety.cues import compiled, lower

_POINTING = re.compile(
    r"^(?:(?:it|they)\b|(?:this|that|these|those)(?=\s+(?:is|are|was|were|may|can|will|should|helps?)\b))(.+)"
)
_REPLYING = re.compile(r"^(?:yes|no)[,:]\s+")
_WORD = re.compile(r"[a-z][a-z'-]*")
_LONG = 6  # words; more before a verb than a subject has
_NAMED = 0.5  # of the content words of a claim's subject that must be the topic's or another text's


def speaks_as_reader(claim: str, evidence: Sequence[str]) -> str | None:
    """ "I" or "my", where the evidence speaks of nobody so: the reader's words, told back."""
    found = compiled("first_person").search(lower(claim))
    if found and not compiled("first_person").search(lower(" ".join(evidence))):
        return f"speaks as the reader ({found.group()})"
    return None


def replaces_subject(claim: str, evidence: Sequence[str], topic: str = "") -> str | None:
    """A subject for the "this" or "it" a text opens with that neither `topic` nor another text names."""
    said = _REPLYING.sub("", lower(claim))
    for text in evidence:
        pointing = _POINTING.match(lower(text))
        told = _first_weighty(pointing.group(1)) if pointing else None
        subject = said.partition(told)[0] if told and told in said else ""
        if 0 < len(subject.split()) <= _LONG:
            others = [other for other in (*evidence, topic) if other != text]
            if coverage(subject, others) < _NAMED:
                return f"replaces the subject ({subject.strip()})"
    return None


def _first_weighty(text: str) -> str | None:
    """The first word that is no auxiliary: what is told of the subject."""
    return next((word for word in _WORD.findall(text) if word not in light()), None)
