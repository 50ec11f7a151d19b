"""Where the gold sentences of a case stand: shared by the measures of citing and finding."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from bot.knowledge.markup import plain
from eval.cases import Case
from eval.reply import Result

_plain = lru_cache(maxsize=4096)(plain)


def holds_gold(case: Case, text: str) -> bool:
    """Whether a gold sentence stands in `text`, marks and line breaks apart."""
    return any(_plain(sentence) in _plain(text) for sentence in case.gold)


def gold_found(case: Case, texts: Sequence[str]) -> float:
    """The share of gold sentences that stand in one of `texts`, 0 to 1; with mode "any" one makes it 1."""
    found = [any(_plain(sentence) in _plain(text) for text in texts) for sentence in case.gold]
    return float(any(found)) if case.gold_mode == "any" else sum(found) / len(found)


def relevance(result: Result) -> list[bool]:
    """Which of the retrieved passages, best first, hold a gold sentence."""
    return [holds_gold(result.case, text) for text in result.reply.retrieved or ()]


def retrieves(result: Result) -> bool:
    """Whether the case has gold and the system shows what it retrieves (failed replies count: they found nothing)."""
    return bool(result.case.gold) and (result.reply.retrieved is not None or result.reply.failed)
