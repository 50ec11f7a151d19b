"""How well the evidence gate tells what the guide answers from what it does not.

    python -m eval.bench.gate [--split dev|test] [--misses] [--fit] [--guides FOLDER]

Over faq, false_premises, follow_ups and unanswerable: retrieval, FAQ match and gate as they ship; safety and the model
are left out. Abstention is the positive class: precision, recall and F1, then by suite and tag with Wilson intervals.
--fit weighs the features anew on the development split, and on the guides that nothing else was taught on, which have no
editor's questions; chooses the threshold on the former, and writes `bot/steps/gate_weights.yaml`.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from bot.app import Bot
from bot.knowledge.embed import Vectors
from bot.knowledge.query import Query
from bot.knowledge.retrieve import Found
from bot.steps import gate as gate_module
from bot.steps.gate import Weights
from eval.bench.setup import fresh_bot
from eval.cases import Case, Split
from eval.guides import GUIDES, labelled_guides, suite_cases
from eval.intervals import wilson

SUITES = ("faq", "false_premises", "follow_ups", "unanswerable")
KEEP = 0.9875  # of the answerable development cases must pass the threshold that --fit chooses
Asked = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case, its score (1 when a FAQ answer matched), whether it was answered, and the time the gate took."""

    suite: str
    case: Case
    score: float
    answered: bool
    ms: float

    @property
    def answerable(self) -> bool:
        """Does the guide answer it?"""
        return self.case.expect.kind == "answer"


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", choices=("dev", "test"), default="dev")
    parser.add_argument("--misses", action="store_true", help="list what was decided wrongly (development split only)")
    parser.add_argument("--fit", action="store_true", help="weigh the features anew first")
    parser.add_argument("--guides", type=Path, help="a folder of other guides, each a folder with its SPLIT.jsonl")
    options = parser.parse_args()
    if options.fit:
        fit()
    if options.guides:
        others(options.split, options.guides)
        return
    with fresh_bot() as bot:
        outcomes = run(bot, suite_cases(SUITES, options.split))
    report(outcomes)
    if options.split == "dev":
        others("dev", GUIDES)
    if options.misses and options.split == "dev":
        for o in sorted(outcomes, key=lambda o: o.score):
            if o.answered != o.answerable:
                print(f"  {o.score:.2f} {'answered' if o.answered else 'abstained'} {o.case.id} {o.case.text!r}")


def others(split: Split, root: Path) -> None:
    """Print the tables of the guides under `root` that nothing was taught on, and of all together."""
    together: list[Outcome] = []
    for folder, cases in labelled_guides(split, root):
        with fresh_bot(folder) as bot:
            outcomes = run(bot, [(folder.name, case) for case in cases])
        print(f"\n{folder.name}, a guide that nothing was taught on")
        report(outcomes)
        together += outcomes
    print("\nthese guides together")
    report(together)


def run(bot: Bot, cases: Sequence[tuple[str, Case]]) -> list[Outcome]:
    """Decide every case."""
    path = bot.path
    outcomes = []
    for suite, case, found, vectors, query in _retrieved(bot, cases):
        began = time.perf_counter()
        decision = path.gate.decide(query.text, found.sentences, None, vectors)
        ms = (time.perf_counter() - began) * 1e3
        faq = path.faq.match(vectors[0]) or path.faq.match(query.vector)
        score = 1.0 if faq else decision.score
        outcomes.append(Outcome(suite, case, score, faq is not None or decision.answerable, ms))
    return outcomes


def report(outcomes: Sequence[Outcome]) -> None:
    """Print the table."""
    from sklearn.metrics import roc_auc_score

    missing, present = [[o for o in outcomes if o.answerable is yes] for yes in (False, True)]
    right = sum(not o.answered for o in missing)
    wrong = sum(not o.answered for o in present)
    precision, recall = right / max(1, right + wrong), right / max(1, len(missing))
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    auroc = roc_auc_score([o.answerable for o in outcomes], [o.score for o in outcomes])
    print(f"abstention: precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}  AUROC of the score {auroc:.3f}")
    line("unanswerable abstained", right, len(missing))
    line("answerable kept", len(present) - wrong, len(present))
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for o in outcomes:
        groups[f"{o.suite} ({'kept' if o.answerable else 'abstained'})"].append(o)
    for name, group in groups.items():
        line(name, sum(o.answered == o.answerable for o in group), len(group))
    tags: dict[str, list[Outcome]] = defaultdict(list)
    for o in outcomes:
        for tag in o.case.tags:
            tags[f"  {tag}"].append(o)
    for name, group in sorted(tags.items()):
        line(name, sum(o.answered == o.answerable for o in group), len(group))
    times = np.array([o.ms for o in outcomes])
    print(f"gate, ms: p50 {np.percentile(times, 50):.1f}, p95 {np.percentile(times, 95):.1f}, max {times.max():.1f}")


def line(name: str, hits: int, n: int) -> None:
    """One proportion with its interval."""
    low, high = wilson(hits, n)
    print(f"{name:<34}{hits:>4}/{n:<4}{hits / max(1, n):>7.1%}  [{low:.1%}, {high:.1%}]")


def fit() -> None:
    """Weigh the features on the development cases, choose the threshold, and write both."""
    from sklearn.linear_model import LogisticRegression

    rows: list[dict[str, float]] = []
    labels: list[bool] = []
    shelf: list[tuple[Path | None, list[Case]]] = [(None, [case for _, case in suite_cases(SUITES, "dev")])]
    for folder, cases in [*shelf, *labelled_guides("dev")]:
        with fresh_bot(folder) as bot:
            for _, case, found, vectors, query in _retrieved(bot, [("", case) for case in cases]):
                rows.append(bot.path.gate.features(query.text, found.sentences, vectors)[0])
                labels.append(case.expect.kind == "answer")
    names = list(rows[0])
    values = np.array([[row[name] for name in names] for row in rows])
    centre, spread = values.mean(axis=0), values.std(axis=0)
    model = LogisticRegression(C=1.0, class_weight="balanced", max_iter=3000)
    model.fit((values - centre) / spread, labels)
    slopes = model.coef_[0] / spread
    bias = float(model.intercept_[0] - slopes @ centre)
    found_weights = Weights(dict(zip(names, map(float, slopes), strict=True)), bias, 0.5)
    with fresh_bot() as bot:
        _use(bot, found_weights)
        scores = [o.score for o in run(bot, suite_cases(SUITES, "dev")) if o.answerable]
    found_weights = replace(found_weights, threshold=float(np.quantile(scores, 1 - KEEP)))
    _write(found_weights)
    print(f"standardised weights: {dict(zip(names, model.coef_[0].round(2), strict=True))}; {found_weights}")


def _retrieved(bot: Bot, cases: Sequence[tuple[str, Case]]) -> Iterator[tuple[str, Case, Found, Vectors, Query]]:
    """Every case with what retrieval finds for it, and the vectors of the message and of its query."""
    for suite, case in cases:
        query = bot.path.query(case.question())
        yield suite, case, bot.retriever.search(query, 4, 8), np.stack([query.own, query.vector]), query


def _use(bot: Bot, weights: Weights) -> None:
    """Let the bot's gate decide with `weights`."""
    bot.path.gate._weights = weights


def _write(weights: Weights) -> None:
    """Write the weights where the gate reads them."""
    path = Path(gate_module.__file__).with_name("gate_weights.yaml")
    content = {
        "features": {name: round(value, 4) for name, value in weights.features.items()},
        "bias": round(weights.bias, 4),
        "threshold": round(weights.threshold, 4),
    }
    head = "# Written by `python -m eval.bench.gate --fit`; see there what it is fitted on.\n"
    path.write_text(head + yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    gate_module.shipped_weights.cache_clear()


if __name__ == "__main__":
    main()
