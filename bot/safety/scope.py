"""Which parts of a sentence assert something here and now, and which deny, remember, suppose or merely ask.

The idea of cue, pseudo-cue and scope is NegEx's (Chapman et al., J Biomed Inform 2001) and ConText's (Harkema et al.,
2009). Ready-made libraries read "I can't put weight on it" as a denial, so inability is part of the *sign* here
and never a cue. The cues are data: `policy/scope.yaml` and `policy/languages/*.yaml`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.safety.lexicon import Lexicon
from bot.safety.text import Sentence

Reason = Literal["denied", "past", "supposed", "asked"]
NOWHERE = (-1, -1)  # the cue of an idiom: no sign can contain it
SHORT = 3  # tokens from a cue to a clause end so near that the clause after it is the one supposed
WINDOW = 12  # tokens a denial reaches at most; clause ends usually stop it earlier


@dataclass(frozen=True, slots=True)
class Block:
    """Tokens `start:end` do not assert, because of the cue at `cue`."""

    reason: Reason
    start: int
    end: int
    cue: tuple[int, int]


class Scoper:
    """Finds the blocks of a sentence from one language's cues."""

    def __init__(self, cues: Mapping[str, Sequence[str]], bodies: frozenset[str]) -> None:
        self._cues = Lexicon({name: phrases for name, phrases in cues.items() if phrases and not name.startswith("_")})
        self._single = {name[1:]: frozenset(phrases) for name, phrases in cues.items() if name.startswith("_")}
        self._bodies = bodies
        self.vocabulary = self._cues.vocabulary

    def blocks(self, sentence: Sentence) -> list[Block]:
        """Every block of the sentence; an occurrence that overlaps one, and does not contain its cue, asserts nothing."""
        starts = self._clause_starts(sentence)
        ends = [next((s for s in starts if s > i), len(sentence.tokens)) for i in range(len(sentence.tokens))]
        begins = [max(s for s in starts if s <= i) for i in range(len(sentence.tokens))]
        found = [
            Block("denied", cue[1], min(ends[cue[1] - 1], cue[1] + WINDOW), cue)
            for cue in self._clear("deny", sentence)
        ]
        for cue in self._find("deny_after", sentence):
            found.append(Block("denied", max(begins[cue[0]], cue[0] - WINDOW), cue[0], cue))
        for cue in self._find("past", sentence):
            clause = self._remembered(cue, starts, begins, ends)
            if not any(_overlap(clause, now) for now in self._find("present", sentence)):
                found.append(Block("past", *clause, cue))
        found += [Block("past", begins[cue[0]], ends[cue[0]], cue) for cue in self._find("usual", sentence)]
        found += [Block("supposed", *cue, NOWHERE) for cue in self._find("idiom", sentence)]
        for cue in self._clear("suppose", sentence):
            found.append(Block("supposed", cue[0], self._supposed_until(cue[1] - 1, ends, sentence), cue))
        found += self._questions(sentence, starts, ends)
        return found

    def clauses(self, sentence: Sentence) -> list[int]:
        """The clause number of every token."""
        starts = self._clause_starts(sentence)
        return [sum(1 for s in starts if s <= i) for i in range(len(sentence.tokens))]

    def _find(self, name: str, sentence: Sentence) -> list[tuple[int, int]]:
        return list(self._cues.find(name, sentence)) if name in self._cues else []

    def _clear(self, name: str, sentence: Sentence) -> list[tuple[int, int]]:
        """Cues that are not part of a look-alike ("no idea", "as if")."""
        pseudo = self._find(f"{name}_not", sentence)
        return [cue for cue in self._find(name, sentence) if not any(_overlap(cue, other) for other in pseudo)]

    def _clause_starts(self, sentence: Sentence) -> list[int]:
        tokens = [token.word for token in sentence.tokens]
        breakers, starters = self._single.get("breakers", frozenset()), self._single.get("starters", frozenset())
        joins, subjects = self._single.get("joins", frozenset()), self._single.get("subjects", frozenset())
        leads = self._single.get("leads", frozenset())
        starts = {0}
        for i in range(1, len(tokens)):
            fresh = tokens[i] in starters or tokens[i] in self._bodies
            joined = (sentence.tokens[i].comma or tokens[i - 1] in joins) and fresh
            bare = tokens[i] in subjects and tokens[i - 1] not in leads and tokens[i - 1] not in breakers
            if tokens[i] in breakers or joined or bare or self._names_subject(tokens, i):
                starts.add(i)
        return sorted(starts)

    def _names_subject(self, tokens: list[str], i: int) -> bool:
        """ "… my left calf is": a possessive, a body part and a verb open a clause even without a comma."""
        if tokens[i] not in self._single.get("owners", frozenset()) or tokens[i - 1] in self._single.get("leads", ()):
            return False
        verbs = self._single.get("verbs", frozenset())
        return any(
            tokens[j] in self._bodies and tokens[j + 1] in verbs for j in range(i + 1, min(i + 4, len(tokens) - 1))
        )

    def _remembered(
        self, cue: tuple[int, int], starts: list[int], begins: list[int], ends: list[int]
    ) -> tuple[int, int]:
        """The clause a time belongs to; one that stands alone ("ten years ago | I broke it") takes its neighbour in."""
        first, last = begins[cue[0]], ends[cue[1] - 1]
        if last - first > cue[1] - cue[0]:
            return first, last
        if first == 0:
            return first, ends[last] if last < len(ends) else last
        return max(start for start in starts if start < first), last

    def _supposed_until(self, last: int, ends: list[int], sentence: Sentence) -> int:
        """ "if it swells and I get a fever, …": a supposition runs on over "and", not over a comma or "but"."""
        joins = self._single.get("joins", frozenset())
        end = ends[last]
        while end < len(ends) and sentence.tokens[end - 1].word in joins and not sentence.tokens[end].comma:
            end = ends[end]
        if (
            end <= last + SHORT and end < len(ends) and not sentence.tokens[end].comma
        ):  # "if | I have …", "if one day | my …"
            end = ends[end]
        return end

    def _questions(self, sentence: Sentence, starts: list[int], ends: list[int]) -> list[Block]:
        """Questions about the thing as such: no clause-mate says whose knee it is."""
        found = []
        openers = self._single.get("openers", frozenset())
        anchors = self._find("anchor", sentence)
        general = self._clear("general", sentence)
        for start in starts:
            clause = (start, ends[start])
            cue = next((g for g in general if _overlap(g, clause)), None)
            opened = sentence.tokens[start].word in openers and self._opens(sentence, start)
            if cue is None and opened and not any(_overlap(anchor, clause) for anchor in anchors):
                cue = (start, start + 1)
            if cue is not None:
                found.append(Block("asked", start, clause[1], cue))
        return found

    def _opens(self, sentence: Sentence, start: int) -> bool:
        """ "… and is burning up" opens no question; "is it …", or "…, what is …" does."""
        if start == 0 or sentence.tokens[start].word in self._single.get("asking", frozenset()):
            return True
        joins = self._single.get("joins", frozenset())
        return sentence.question and sentence.tokens[start - 1].word not in joins


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def blocked(span: tuple[int, int], blocks: Sequence[Block]) -> Reason | None:
    """Why an occurrence asserts nothing, or None if it does assert."""
    for block in blocks:
        inside = span[0] <= block.cue[0] and block.cue[1] <= span[1]
        if not inside and _overlap(span, (block.start, block.end)):
            return block.reason
    return None
