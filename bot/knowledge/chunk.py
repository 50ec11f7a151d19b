"""From a guide to its passages.

A passage never crosses a section and never splits a FAQ pair. Its text is the guide's own characters.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.knowledge.blocks import Block, Span, blocks, trim
from bot.knowledge.sentences import leaf_sentences
from bot.types import Guide, Passage, Section, Sentence

# Part of what the index is keyed by: raise it whenever the same guide would give other passages.
CHUNKER_VERSION = "1"
# all-MiniLM-L6-v2 reads 256 word pieces and cuts off the rest; the heading path goes before the text, and medical
# words fall into more word pieces than cl100k_base tokens.
MAX_TOKENS = 180
# A passage below this is joined to a neighbour, which may then exceed the maximum by as much.
MIN_TOKENS = 30

_WORDS = re.compile(r"\S+\s*")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch that is packed whole, its sentences and its size in tokens."""

    start: int
    end: int
    sentences: tuple[Span, ...]
    tokens: int


def passages(
    guide: Guide, count: Callable[[str], int], max_tokens: int = MAX_TOKENS, min_tokens: int = MIN_TOKENS
) -> list[Passage]:
    """The passages of a guide in order, at most about `max_tokens` each by `count`.

    Blocks are packed up to the limit; one that exceeds it is split between its items or rows, then at sentence ends;
    a sentence stays whole up to twice the limit. What is below `min_tokens` joins a neighbour in its
    section, if there is one with room for it.
    """
    if max_tokens < 1:
        raise ValueError("max_tokens must be at least 1")
    repeats: Counter[str] = Counter()
    found: list[Passage] = []
    for section in guide.sections:
        for passage in _section_passages(guide, section, count, max_tokens, min_tokens):
            repeats[passage.id] += 1
            nth = repeats[passage.id]
            found.append(_renamed(passage, f"{passage.id}-{nth}") if nth > 1 else passage)
    return found


def _section_passages(
    guide: Guide, section: Section, count: Callable[[str], int], max_tokens: int, min_tokens: int
) -> Iterator[Passage]:
    text = guide.text
    found = blocks(text, section.start, section.end)
    if not found:
        return
    if section.is_faq:
        sentences = tuple(span for block in found for span in _sentences(text, block, guide.language))
        start = _question_start(text, section.start)
        yield _passage(guide, section, start, section.end, sentences, count(text[start : section.end]))
        return
    pieces = [_Piece(b.start, b.end, _sentences(text, b, guide.language), count(text[b.start : b.end])) for b in found]
    packer = _Packer(text, count, max_tokens, min_tokens)
    for group in packer.pack(pieces, found):
        start, end = group[0].start, group[-1].end
        tokens = group[0].tokens if len(group) == 1 else count(text[start:end])
        yield _passage(guide, section, start, end, [span for piece in group for span in piece.sentences], tokens)


@dataclass(frozen=True, slots=True)
class _Packer:
    """Groups pieces into passages."""

    text: str
    count: Callable[[str], int]
    max_tokens: int
    min_tokens: int

    def pack(self, pieces: Sequence[_Piece], found: Sequence[Block]) -> list[list[_Piece]]:
        """Consecutive groups, none above the limit unless a single sentence is."""
        groups: list[list[_Piece]] = []
        for piece, block in zip(pieces, found, strict=True):
            parts = [piece] if piece.tokens <= self.max_tokens else self._split(piece, block)
            for part in parts:
                if groups and _size(groups[-1]) + part.tokens <= self.max_tokens:
                    groups[-1].append(part)
                else:
                    groups.append([part])
        return self._merge(groups)

    def _merge(self, groups: list[list[_Piece]]) -> list[list[_Piece]]:
        """Join what is too small to stand alone to the smaller neighbour, the next one after a colon."""
        room = self.max_tokens + self.min_tokens
        i = 0
        while i < len(groups):
            size = _size(groups[i])
            near = [j for j in (i - 1, i + 1) if 0 <= j < len(groups) and _size(groups[j]) + size <= room]
            if size >= self.min_tokens or not near:
                i += 1
                continue
            leads_in = self.text[: groups[i][-1].end].endswith(":")
            j = i + 1 if leads_in and i + 1 in near else min(near, key=lambda j: _size(groups[j]))
            low = min(i, j)
            groups[low : low + 2] = [groups[low] + groups[low + 1]]
            i = low
        return groups

    def _split(self, piece: _Piece, block: Block) -> list[_Piece]:
        """Parts of an oversized block: its items or rows, or its sentences."""
        if len(block.leaves) < 2:
            return self._by_sentence(piece)
        starts = [block.start, *(self._line_start(leaf[0], block.start) for leaf in block.leaves[1:])]
        parts: list[_Piece] = []
        for start, stop in pairwise([*starts, block.end]):
            begin, end = trim(self.text, start, stop)
            inside = tuple(span for span in piece.sentences if begin <= span[0] < end)
            part = _Piece(begin, end, inside, self.count(self.text[begin:end]))
            parts.extend([part] if part.tokens <= self.max_tokens else self._by_sentence(part))
        return [part for part in parts if part.start < part.end]

    def _line_start(self, at: int, floor: int) -> int:
        return max(self.text.rfind("\n", floor, at) + 1, floor)

    def _by_sentence(self, piece: _Piece) -> list[_Piece]:
        """One part a sentence; marks between two sentences go with the earlier."""
        if not piece.sentences:
            return [piece]
        starts = [piece.start, *(start for start, _ in piece.sentences[1:]), piece.end]
        parts: list[_Piece] = []
        for sentence, (start, stop) in zip(piece.sentences, pairwise(starts), strict=True):
            begin, end = trim(self.text, start, stop)
            part = _Piece(begin, end, (sentence,), self.count(self.text[begin:end]))
            parts.extend([part] if part.tokens <= 2 * self.max_tokens else self._by_word(part))
        return parts

    def _by_word(self, piece: _Piece) -> list[_Piece]:
        """Parts of a sentence too long to be one, cut at whitespace; each is then its own sentence."""
        parts: list[_Piece] = []
        begin, total = piece.start, 0
        for word in _WORDS.finditer(self.text, piece.start, piece.end):
            tokens = self.count(word[0])
            if total and total + tokens > self.max_tokens:
                parts.append(self._words(begin, word.start()))
                begin, total = word.start(), 0
            total += tokens
        return [*parts, self._words(begin, piece.end)]

    def _words(self, start: int, stop: int) -> _Piece:
        start, end = trim(self.text, start, stop)
        return _Piece(start, end, ((start, end),), self.count(self.text[start:end]))


def _size(group: Sequence[_Piece]) -> int:
    return sum(piece.tokens for piece in group)


def _sentences(text: str, block: Block, language: str) -> tuple[Span, ...]:
    return tuple(span for leaf in block.leaves for span in leaf_sentences(text, leaf, language))


def _question_start(text: str, body: int) -> int:
    """Where the heading above a FAQ answer starts, after its `#` marks: the last line before the body.

    An underline is not the heading but the line above it is.
    """
    end = len(text[:body].rstrip())
    start = text.rfind("\n", 0, end) + 1
    if not text[start:end].strip("=-~ \t"):
        end = len(text[:start].rstrip())
        start = text.rfind("\n", 0, end) + 1
    return start + len(text[start:end]) - len(text[start:end].lstrip("# \t"))


def _passage(guide: Guide, section: Section, start: int, end: int, sentences: Sequence[Span], tokens: int) -> Passage:
    text = guide.text[start:end]
    content = "\x1e".join(("\x1f".join(section.heading_path), text))
    name = f"{guide.id}:{hashlib.sha256(content.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
    return Passage(
        id=name,
        guide_id=guide.id,
        heading_path=section.heading_path,
        text=text,
        start=start,
        end=end,
        n_tokens=tokens,
        sentences=tuple(Sentence(name, a, b, guide.text[a:b]) for a, b in sentences),
        faq_question=section.heading_path[-1] if section.is_faq else None,
    )


def _renamed(passage: Passage, name: str) -> Passage:
    sentences = tuple(replace(sentence, passage_id=name) for sentence in passage.sentences)
    return replace(passage, id=name, sentences=sentences)
