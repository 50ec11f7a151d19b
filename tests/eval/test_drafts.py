from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from bot.knowledge.load import load_guide
from eval.cases import load_cases
from eval.drafts import draft
from eval.gaps import Nearest, cases_of, find_gaps, wanting
from eval.jsonl import write_cases
from tests.hashing import HashingEmbeddings

GUIDE = """---
id: shoulder
title: "Shoulder Pain: A Guide"
---
# Shoulder Pain: A Guide

## Causes

Overuse is *common*. Sleeping on it may hurt.

## FAQ

### Is surgery needed?

Rarely. Most people get better without.

## Empty
"""


def test_a_new_guide_gets_a_suite(tmp_path: Path) -> None:
    path = tmp_path / "shoulder.md"
    path.write_text(GUIDE, encoding="utf-8")
    guide = load_guide(path)
    cases = draft(guide)
    for case in cases:
        assert all(gold in guide.text for gold in case.gold)
        assert "draft" in case.tags
    texts = {case.text: case for case in cases}
    faq = texts["Is surgery needed?"]
    assert (faq.gold, faq.gold_mode) == (("Rarely.", "Most people get better without."), "all")
    assert texts["What does the guide say about Causes?"].gold == ("Overuse is *common*.", "Sleeping on it may hurt.")
    misses = [case for case in cases if case.expect.kind == "abstain"]
    assert any("cost" in case.text for case in misses)
    assert not any("surgery" in case.text for case in misses)  # the guide speaks of it
    write_cases(tmp_path / "shoulder" / "dev.jsonl", cases)
    assert load_cases("shoulder", "dev", root=tmp_path) == cases


def row(id: int, question: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "question": question, "kind": "abstain", "vote": "up", "history": [], "reason": None, **more}


ROWS = [
    row(1, "what brace should I buy"),
    row(2, "which brace should I buy"),
    row(3, "how long does it take", kind="answer", vote="down", reason="unclear", history=[["hi", "hello"]]),
    row(4, "is it good", kind="answer"),
]


def nearest(question: str) -> Nearest:
    return Nearest("guide", "Section", f"about: {question}", 0.5)


def test_gaps_are_clusters_of_what_was_not_answered() -> None:
    rows = wanting(ROWS)
    assert [r["id"] for r in rows] == [1, 2, 3]
    gaps = find_gaps(rows, HashingEmbeddings(), nearest)
    assert [(set(gap.questions), gap.unanswered, gap.disliked) for gap in gaps] == [
        ({"what brace should I buy", "which brace should I buy"}, 2, 0),
        ({"how long does it take"}, 0, 1),
    ]
    assert gaps[0].nearest == nearest(gaps[0].questions[0])
    assert find_gaps([], HashingEmbeddings(), nearest) == []
    assert len(find_gaps(rows[:1], HashingEmbeddings(), nearest)) == 1


def test_questions_become_cases(tmp_path: Path) -> None:
    cases = cases_of([*wanting(ROWS), row(9, "What brace should I buy")], nearest)
    assert [case.id for case in cases] == ["reader-00001", "reader-00002", "reader-00003"]
    assert cases[0].expect.kind == "abstain"
    assert cases[0].nearest == "about: what brace should I buy"
    assert cases[2].expect.kind == "answer"
    assert cases[2].history == (("hi", "hello"),)
    assert cases[2].tags == ("draft", "reader", "unclear")
    write_cases(tmp_path / "s" / "dev.jsonl", cases)
    assert load_cases("s", "dev", root=tmp_path) == cases


def test_the_hash_puts_like_questions_together() -> None:
    a, b, c = HashingEmbeddings().encode([r["question"] for r in ROWS[:3]])
    assert float(np.dot(a, b)) > 0.6 > float(np.dot(a, c))
