"""How a question is read: as what it asks of a guide, in the light of what was said before it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from bot.knowledge.query import Aim
from bot.types import Question

READER: Final = "reader"  # the name of the adapter that ships beside this file
Aims = Callable[[str, str], Aim]  # a message and what came before it to where its answer lies
REPLY: Final = 160  # characters of the last reply that are read
_MARKER = re.compile(r"\s*\[\d+\]")


def beside(question: Question) -> str:
    """What came before a message: the reader's last two questions and the beginning of the last reply; "" for a first one."""
    asked = [turn.text for turn in question.history if turn.role == "user"][-2:]
    if not asked:
        return ""
    said = next((turn.text for turn in reversed(question.history) if turn.role == "assistant"), "")
    return f"{' / '.join(asked)} > {_MARKER.sub('', said)[:REPLY]}"
