"""What readers asked and did not get: clusters of questions, the section nearest to each, and cases made of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.knowledge.embed import Encoder
from eval.cases import Case, Expect
from eval.drafts import ABSTAIN, ANSWER, DRAFT

NEAR = 0.45  # cosine distance up to which two questions ask about one thing: the MiniLM distance of most paraphrases


@dataclass(frozen=True, slots=True)
class Nearest:
    """The sentence of the guides nearest to a question."""

    guide: str
    section: str
    sentence: str
    cosine: float


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions about one thing, most typical first; `unanswered` and `disliked` count them."""

    questions: tuple[str, ...]
    unanswered: int
    disliked: int
    nearest: Nearest | None


def wanting(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The stored votes that show a gap: the guide did not answer, or the reader did not like the answer."""
    return [row for row in rows if row["kind"] == "abstain" or row["vote"] == "down"]


def find_gaps(
    rows: Sequence[dict[str, Any]], encoder: Encoder, nearest: Callable[[str], Nearest | None], near: float = NEAR
) -> list[Gap]:
    """Clusters of the rows' questions, the largest first; average linkage over cosine distance."""
    if not rows:
        return []
    vectors = encoder.encode([row["question"] for row in rows])
    labels = [0]
    if len(rows) > 1:
        from sklearn.cluster import AgglomerativeClustering

        cluster = AgglomerativeClustering(None, metric="cosine", linkage="average", distance_threshold=near)
        labels = cluster.fit_predict(vectors).tolist()
    groups: dict[int, list[int]] = defaultdict(list)
    for n, label in enumerate(labels):
        groups[label].append(n)
    gaps = []
    for members in groups.values():
        middle = np.mean(vectors[members], axis=0)
        typical = sorted(members, key=lambda n: -float(vectors[n] @ middle))
        questions = tuple(dict.fromkeys(rows[n]["question"] for n in typical))
        gaps.append(
            Gap(
                questions,
                sum(rows[n]["kind"] == "abstain" for n in members),
                sum(rows[n]["vote"] == "down" for n in members),
                nearest(questions[0]),
            )
        )
    return sorted(gaps, key=lambda gap: (-gap.unanswered - gap.disliked, gap.questions))


def cases_of(rows: Sequence[dict[str, Any]], nearest: Callable[[str], Nearest | None]) -> list[Case]:
    """A draft case a question and history: an abstention stays one until the guide answers, a disliked answer needs its gold."""
    cases: dict[tuple[Any, ...], Case] = {}
    for row in rows:
        history = tuple((asked, said) for asked, said in row["history"])
        abstained = row["kind"] == "abstain"
        found = nearest(row["question"])
        expect: Expect = ABSTAIN if abstained else ANSWER
        case = Case(
            id=f"reader-{row['id']:05}",
            text=row["question"],
            expect=expect,
            history=history,
            section=found.section if found else None,
            nearest=found.sentence if found and abstained else None,
            tags=(DRAFT, "reader", *([row["reason"]] if row["reason"] else [])),
        )
        cases.setdefault((row["question"].casefold(), history), case)
    return list(cases.values())
