"""How often the sentence that answers comes first: success@1, @2, @3 over the cases the guide answers.

    python -m eval.bench.rank [--split dev|test] [--fit]

--fit learns `bot/knowledge/rank_weights.yaml` anew from the development split, and from the guides that nothing else was
taught on, which have no editor's questions. By suite, with Wilson intervals for success@1.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from bot.app import Bot
from bot.knowledge import rank
from bot.knowledge.markup import bare
from bot.knowledge.rank import FEATURES, PLAIN, Floats, probabilities
from eval.bench.setup import fresh_bot
from eval.cases import Case, Split
from eval.guides import labelled_guides, suite_cases
from eval.intervals import wilson

SUITES = ("faq", "follow_ups", "false_premises")
BARE = 1.0  # what a case asked of another guide counts
RIDGE = 3e-3  # on standardised weights; 1e-3 to 1e-2 did alike across hands


@dataclass(frozen=True, slots=True)
class Asked:
    """A case's candidates: their features (n, len(FEATURES)), and which of them answer (n,)."""

    suite: str
    features: Floats
    answers: NDArray[np.bool_]
    counts: float = 1.0


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", choices=("dev", "test"), default="dev")
    parser.add_argument("--fit", action="store_true", help="learn the weights anew first")
    options = parser.parse_args()
    if options.fit:
        with fresh_bot() as bot:
            known = asked(bot, suite_cases(SUITES, "dev"))
        _write(fit([*known, *others("dev")]))
    with fresh_bot() as bot:
        report(asked(bot, suite_cases(SUITES, options.split)))
    if options.split == "dev":
        report(others("dev"))


def others(split: Split) -> list[Asked]:
    """The cases about other guides, each asked of its own."""
    found = []
    for folder, cases in labelled_guides(split):
        with fresh_bot(folder) as bot:
            found += asked(bot, [(folder.name, case) for case in cases], BARE)
    return found


def asked(bot: Bot, cases: Sequence[tuple[str, Case]], counts: float = 1.0) -> list[Asked]:
    """The answerable cases; those whose answer is not in the pool teach nothing, but are counted."""
    found = []
    for suite, case in cases:
        if case.gold:
            candidates = bot.retriever.candidates(bot.path.query(case.question()))
            sentences = [passage.sentences[n].text for passage, n in candidates.there]
            found.append(Asked(suite, candidates.features, _answers(case, sentences), counts))
    return found


def fit(cases: Sequence[Asked]) -> dict[str, float]:
    """The weights under which the sentences that answer are likeliest."""
    from scipy.optimize import minimize

    cases = [case for case in cases if case.answers.any()]
    spread = np.concatenate([case.features for case in cases]).std(axis=0) + 1e-9
    total = sum(case.counts for case in cases)

    def loss(weights: Floats) -> tuple[float, Floats]:
        value, slope = RIDGE * float(weights @ weights), 2 * RIDGE * weights
        for case in cases:
            features = case.features / spread
            likely = np.exp(features @ weights - (features @ weights).max())
            likely /= likely.sum()
            right = likely * case.answers
            value -= case.counts / total * float(np.log(right.sum() + 1e-12))
            slope = slope - case.counts / total * (features.T @ (right / (right.sum() + 1e-12) - likely))
        return value, slope

    # what speaks for a sentence must not speak against it because another sign says the same, only louder
    bounds = [(0.0 if name in PLAIN else None, None) for name in FEATURES]
    found = minimize(loss, np.zeros(len(FEATURES)), jac=True, method="L-BFGS-B", bounds=bounds)
    return dict(zip(FEATURES, map(float, found.x / spread), strict=True))


def report(cases: Sequence[Asked]) -> None:
    """Print the table."""
    by_suite: dict[str, list[Asked]] = defaultdict(list)
    for case in cases:
        by_suite[case.suite].append(case)
    for suite, group in by_suite.items():
        orders = [np.argsort(-probabilities(case.features), kind="stable") for case in group]
        at = [
            sum(bool(case.answers[order[:k]].any()) for case, order in zip(group, orders, strict=True))
            for k in (1, 2, 3)
        ]
        low, high = wilson(at[0], len(group))
        shares = "  ".join(f"@{k} {hits / len(group):.3f}" for k, hits in enumerate(at, start=1))
        print(f"{suite:<16}{len(group):>5} cases  {shares}  [@1 {low:.3f}, {high:.3f}]")


def _answers(case: Case, sentences: Sequence[str]) -> NDArray[np.bool_]:
    gold = [bare(sentence) for sentence in case.gold]
    return np.array([any(one in bare(text) or bare(text) in one for one in gold) for text in sentences])


def _write(weights: dict[str, float]) -> None:
    """Write the weights where the ranking reads them."""
    path = Path(rank.__file__).with_name("rank_weights.yaml")
    head = "# Written by `python -m eval.bench.rank --fit`; see there what they are fitted on.\n"
    content = {name: round(value, 3) for name, value in weights.items()}
    path.write_text(head + yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    rank.shipped_weights.cache_clear()


if __name__ == "__main__":
    main()
