"""What a reply that is only text amounts to: an answer, an abstention, a refusal or a referral to urgent help."""

from __future__ import annotations

import re
import time
from collections.abc import Generator
from contextlib import closing
from functools import cache
from importlib.resources import files

import yaml

from bot.knowledge.sentences import split_sentences
from bot.types import Kind, Level

Rule = tuple[Kind, Level | None, re.Pattern[str]]


def read(text: str) -> tuple[Kind, Level | None]:
    """The kind of a reply and, for urgent help, its level: the first rule of `plain.yaml` that fits; else an answer."""
    straight = " ".join(text.replace("’", "'").split())
    for kind, level, pattern in _rules():
        if pattern.search(straight):
            return kind, level
    return "answer", None


@cache
def _rules() -> tuple[Rule, ...]:
    table = yaml.safe_load(files("eval.systems").joinpath("plain.yaml").read_text(encoding="utf-8"))
    rules: list[tuple[Kind, Level | None, str]] = [
        ("escalate", level, p) for level, ps in table["escalate"].items() for p in ps
    ]
    rules += [("abstain", None, p) for p in table["abstain"]]
    rules += [("refuse", None, p) for p in table["refuse"]]
    return tuple((kind, level, re.compile(pattern, re.IGNORECASE)) for kind, level, pattern in rules)


def collect(pieces: Generator[str, None, None], began: float) -> tuple[str, dict[str, float]]:
    """The whole of a streamed text, with "first_sentence" and "total" in ms since `began` (perf_counter)."""
    text, first = "", 0.0
    with closing(pieces):
        for piece in pieces:
            text += piece
            if not first and len(split_sentences(text.strip())) > 1:
                first = _since(began)
    total = _since(began)
    return text.strip(), {"first_sentence": first or total, "total": total}


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000
