"""Questions readers ask in their own words, written by an editor beside the guide sentence that answers them.

`GUIDE.questions.yaml` is a list of {sentence, asked: [question, …]}. Readers and guides use different words; a
sentence that is also found by the questions it answers is found more often (document expansion, Nogueira and Lin,
"From doc2query to docTTTTTquery", 2019). They are never shown and never evidence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from bot.errors import GuideError
from bot.knowledge.markup import plain
from bot.types import Passage

SUFFIX = ".questions.yaml"
_OPENS = re.compile(
    r"\s*(?:and |but |so |ok |please )?(?:what|why|how|when|where|which|who|whose|is|are|was|were|do|does|did|can|could|will|would"
    r"|should|may|might|must|has|have|am|what's|whats|how's|hows)\b",
    re.IGNORECASE,
)
_ENDED = re.compile(r"[.?!…:;,]\s*$")


def questions_file(guide: Path) -> Path:
    """Where a guide's questions would stand: `knee.md` has `knee.questions.yaml`."""
    return guide.with_name(guide.stem + SUFFIX)


def read_questions(path: Path) -> dict[str, tuple[str, ...]]:
    """Questions by sentence (as a reader sees it); none when there is no such file. Raises GuideError naming the file."""
    if not path.is_file():
        return {}
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8-sig")) or []
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise GuideError(f"{path}: cannot be read as YAML", path=path) from error
    if not isinstance(entries, list):
        raise GuideError(f"{path}: must be a list of sentences with the questions they answer", path=path)
    return dict(_entry(entry, number, path) for number, entry in enumerate(entries, start=1))


def _entry(entry: Any, number: int, path: Path) -> tuple[str, tuple[str, ...]]:
    asked = entry.get("asked") if isinstance(entry, dict) else None
    sentence = entry.get("sentence") if isinstance(entry, dict) else None
    if not isinstance(sentence, str) or not isinstance(asked, list) or not all(isinstance(q, str) for q in asked):
        raise GuideError(f"{path}: entry {number} must have a sentence and a list of questions", path=path)
    return plain(sentence), tuple(
        marked_as_question(" ".join(question.split())) for question in asked if question.strip()
    )


def attach(
    passages: Sequence[Passage], questions: dict[str, tuple[str, ...]]
) -> tuple[tuple[Passage, ...], tuple[str, ...]]:
    """The passages with each sentence's questions, and the sentences that stand in none of them."""
    left = dict(questions)
    out = []
    for passage in passages:
        sentences = tuple(replace(s, asked=left.pop(plain(s.text), ())) for s in passage.sentences)
        out.append(replace(passage, sentences=sentences))
    return tuple(out), tuple(left)


def marked_as_question(text: str) -> str:
    """`text` with the question mark its writer left out: to a small encoder "what is it" and "what is it?" are two questions."""
    return f"{text.rstrip()}?" if _OPENS.match(text) and not _ENDED.search(text) else text
