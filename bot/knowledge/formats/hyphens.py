"""Mends words that print broke at a line's end, and leaves compounds their hyphen.

No dictionary: the document is the evidence. "rehabilitation" elsewhere in it says that "rehabili-/tation" is one
word; "long-term", or "long" and "term", say that "long-/term" is two. Where it says nothing about a pair, the
other pairs tell whether the program that set the type breaks words at all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

SOFT_HYPHEN = "\u00ad"

# With a hyphen at the end of fewer lines than this, and no other evidence, the hyphens are compounds': in this project's
# own guide, printed without word breaks, they end one line in 119.
BREAKS_SHARE = 0.03

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BREAK = re.compile(r"([^\W\d_]+)-$")
_HYPHEN = re.compile(r"\w-$")


class Hyphens:
    """Joins the lines of one document."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._words = _vocabulary(lines)
        pairs = [pair for above, below in pairwise(lines) if (pair := _pair(above, below))]
        evidence = sum(self._evidence(*pair) for pair in pairs)
        self._breaks_words = evidence > 0 or (evidence == 0 and len(pairs) > len(lines) * BREAKS_SHARE)

    def join(self, above: str, below: str) -> str:
        """Two lines of one paragraph as one."""
        if above.endswith(SOFT_HYPHEN):
            return above[:-1] + below
        pair = _pair(above, below)
        if pair is None:
            return above + below if _HYPHEN.search(above) and _WORD.match(below) else f"{above} {below}"
        evidence = self._evidence(*pair)
        one_word = evidence > 0 or (evidence == 0 and self._breaks_words)
        return above[:-1] + below if one_word else above + below

    def _evidence(self, left: str, right: str) -> int:
        """1 for a broken word, -1 for a compound, 0 when the document does not tell."""
        if self._words[left + right]:
            return 1
        return -1 if self._words[f"{left}-{right}"] or (self._words[left] and self._words[right]) else 0


def _pair(above: str, below: str) -> tuple[str, str] | None:
    """The parts on both sides of a hyphen that may have been set to break a word, in lower case."""
    head, tail = _BREAK.search(above), _WORD.match(below)
    return (head[1].lower(), tail[0].lower()) if head and tail and tail[0][0].islower() else None


def _vocabulary(lines: Sequence[str]) -> Counter[str]:
    """The document's words in lower case, without the parts of those broken at a line's end."""
    found: Counter[str] = Counter()
    broken = False
    for line in lines:
        tail = _WORD.match(line) if broken else None
        broken = bool(_BREAK.search(line))
        whole = _BREAK.sub("", line[tail.end() :] if tail else line)
        found.update(word.lower() for word in _WORD.findall(whole))
    return found
