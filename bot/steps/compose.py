"""Compose an answer from numbered evidence, sentence by sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

from bot.knowledge.sentences import split_sentences
from bot.llm.protocol import Completions
from bot.steps.evidence import Evidence
from bot.types import Turn

MAX_TOKENS = 160  # about four sentences
_LEADING = re.compile(r"(?:\[\d[\d,\s]*\][.\s]*)+")
_REPLYING = re.compile(r"^(?:yes|no)[,:.]\s+", re.IGNORECASE)
_MARKER = re.compile(r"\s*\[(\d{1,2}(?:\s*,\s*\d{1,2})*)\]")


@dataclass(frozen=True, slots=True)
class Draft:
    """A composed sentence before it is checked: its words without markers, and the evidence it cites."""

    text: str
    cited: tuple[Evidence, ...]


@cache
def prompt(name: str) -> str:
    """The text of `prompts/NAME.txt`."""
    return files("bot.steps").joinpath("prompts", f"{name}.txt").read_text(encoding="utf-8").strip()


def numbered(evidence: Sequence[Evidence]) -> str:
    """Evidence as the model reads it: one numbered sentence a line."""
    return "\n".join(f"[{n}] {item.text}" for n, item in enumerate(evidence, start=1))


def compose(question: str, evidence: Sequence[Evidence], llm: Completions) -> Generator[Draft, None, None]:
    """Yield drafted sentences as the model writes them. Raises LLMError; closing the iterator stops the model."""
    # what repeats comes first: the model keeps what it computed for a shared beginning
    turn = Turn("user", f"Sentences:\n{numbered(evidence)}\nQuestion: {question}\nAnswer:")
    written = ""
    with closing(llm.stream(prompt("compose"), [turn], max_tokens=MAX_TOKENS)) as pieces:
        for piece in pieces:
            written += piece
            starts = _starts(written)
            for start, end in pairwise(starts):
                yield draft(written[start:end], evidence)
            written = written[starts[-1] :]
    if written.strip():
        yield draft(written, evidence)


def draft(sentence: str, evidence: Sequence[Evidence]) -> Draft:
    """Read a composed sentence's markers; numbers that name no evidence are dropped.

    So is a yes or no it opens with: that is said of the question, which no judge of the sentence reads.
    """
    numbers = [int(n) for group in _MARKER.findall(sentence) for n in group.split(",")]
    cited = tuple(dict.fromkeys(evidence[n - 1] for n in numbers if 1 <= n <= len(evidence)))
    text = _REPLYING.sub("", " ".join(_MARKER.sub("", sentence).split()))
    return Draft(text[:1].upper() + text[1:], cited)


def _starts(text: str) -> list[int]:
    """Where each sentence of an unfinished text begins, the last of which may still be growing.

    "… weeks. [1] It …" splits before the marker, which belongs to the sentence it follows, so only what begins
    with something else than a marker begins a sentence.
    """
    found = [0]
    for start, end in split_sentences(text):
        marker = _LEADING.match(text, start, end)
        start = marker.end() if marker else start
        if start < end and text[start] != "[" and text[found[0] : start].strip() and start > found[-1]:
            found.append(start)
    return found


def judge(llm: Completions) -> Callable[[str, str], float]:
    """The model as a judge of support: (evidence, claim) → probability that the evidence states the claim."""

    def ask(evidence: str, claim: str) -> float:
        return llm.p_yes(prompt("judge"), [Turn("user", f"Text: {evidence}\nClaim: {claim}\nAnswer:")])

    return ask
