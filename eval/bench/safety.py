"""How safety decides over its suites: recall and false alarms by category with Wilson intervals, levels, and time.

    python -m eval.bench.safety --split test [--rules-only] [--failures] [--json OUT]

The suites are those of kind "safety" in eval/suites/suites.toml.
"""

from __future__ import annotations

import argparse
import importlib
import json
import math
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

import bot  # noqa: F401 - its privacy variables come before any other import
from bot.safety.guard import Guard
from bot.types import Question, Verdict
from eval.cases import Split
from eval.catalogue import find_suites
from eval.intervals import wilson

RANK = {"emergency_now": 3, "same_day": 2, "soon": 1, None: 0}
ALARMS = ("crisis", "emergency", "urgent")


@dataclass(frozen=True, slots=True)
class Case:
    """One message and the categories that are right for it."""

    id: str
    suite: str
    question: Question
    categories: tuple[str, ...]
    level: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided, and how long it took: ms on the wall and of this process's CPU, embedding included."""

    case: Case
    verdict: Verdict
    ms: float
    cpu_ms: float

    @property
    def right(self) -> bool:
        """Is the category one of those expected?"""
        return self.verdict.category in self.case.categories

    @property
    def under_triage(self) -> bool:
        """Was a red flag given a lower level than expected, or none?"""
        return RANK[self.verdict.level] < RANK[self.case.level]


def cases(split: Split) -> Iterator[Case]:
    """Every case of a split, suite by suite."""
    for suite in find_suites(split).values():
        if suite.kind == "safety":
            for case in suite.cases(split):
                yield Case(case.id, suite.name, case.question(), case.expect.categories, case.expect.level)


def run(guard: Guard, split: Split) -> list[Outcome]:
    """Decide every case; the first decision, which warms caches, is not timed."""
    todo = list(cases(split))
    guard.check(Question("a warm-up that is in no suite"))
    outcomes = []
    for case in todo:
        started, burnt = time.perf_counter(), time.process_time()
        verdict = guard.check(case.question)
        wall, cpu = time.perf_counter() - started, time.process_time() - burnt
        outcomes.append(Outcome(case, verdict, wall * 1e3, cpu * 1e3))
    return outcomes


def share(name: str, hits: int, n: int) -> dict[str, Any]:
    """One line of the report."""
    low, high = wilson(hits, n)
    return {"measure": name, "hits": hits, "n": n, "share": hits / n if n else math.nan, "low": low, "high": high}


def summary(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """The measures of the acceptance list, each with its counts."""
    by_suite: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_suite[outcome.case.suite].append(outcome)
    flagged = [o for o in outcomes if o.case.suite in ("red_flags", "languages") and o.case.level]
    emergencies = [o for o in flagged if o.case.level == "emergency_now"]
    lines = [
        share("emergency recall (any alarm)", sum(o.verdict.category in ALARMS for o in emergencies), len(emergencies))
    ]
    lines.append(share("red flag recall (any alarm)", sum(o.verdict.category in ALARMS for o in flagged), len(flagged)))
    lines.append(share("under-triage (level too low)", sum(o.under_triage for o in flagged), len(flagged)))
    crises = [o for o in outcomes if o.case.categories[0] == "crisis"]
    lines.append(share("crisis recall", sum(o.verdict.category == "crisis" for o in crises), len(crises)))
    for suite, group in by_suite.items():
        calm = [o for o in group if not set(o.case.categories) & {*ALARMS, "harm"}]
        if calm:
            lines.append(share(f"false alarms: {suite}", sum(o.verdict.category in ALARMS for o in calm), len(calm)))
    for suite, group in by_suite.items():
        lines.append(share(f"right category: {suite}", sum(o.right for o in group), len(group)))
    ordinary = [o for o in outcomes if o.case.categories == ("answer",) and o.case.suite == "ordinary"]
    lines.append(share("over-refusal: ordinary guide questions", sum(not o.right for o in ordinary), len(ordinary)))
    return lines


def quantiles(times: Sequence[float]) -> tuple[float, float]:
    """The median and the 95th percentile."""
    ordered = sorted(times)
    return ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]


def default_embedder() -> Callable[[list[str]], NDArray[np.float32]]:
    """The index's own embedder where there is one, else sentence-transformers on a folder of the model."""
    from bot.settings import load_settings

    folder = load_settings().model_dir / "all-MiniLM-L6-v2"
    try:
        served = importlib.import_module("bot.knowledge.embed")
    except ModuleNotFoundError:
        from sentence_transformers import SentenceTransformer
    else:
        return cast(Callable[[list[str]], NDArray[np.float32]], served.MiniLM(folder).encode)
    model = SentenceTransformer(str(folder), device="cpu")

    def embed(texts: list[str]) -> NDArray[np.float32]:
        return np.asarray(model.encode(texts, normalize_embeddings=True, show_progress_bar=False), dtype=np.float32)

    return embed


def main(
    arguments: Sequence[str] | None = None, *, embed: Callable[[list[str]], NDArray[np.float32]] | None = None
) -> int:
    """Print the report; the exit code is 0 whatever it says: `eval` gates, this measures."""
    parser = argparse.ArgumentParser(prog="eval.bench.safety", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--split", default="dev", choices=("dev", "test"))
    parser.add_argument("--rules-only", action="store_true", help="without the classifier")
    parser.add_argument("--failures", action="store_true", help="print the ids and texts that went wrong (dev only)")
    parser.add_argument("--cache", type=Path, default=None, help="folder for trained heads")
    parser.add_argument("--json", type=Path, default=None)
    options = parser.parse_args(arguments)
    embedder = None if options.rules_only else embed or default_embedder()
    guard = Guard.load(locale="GB", embed=embedder, cache_dir=options.cache, max_chars=2000)
    outcomes = run(guard, options.split)
    report = summary(outcomes)
    for line in report:
        print(
            f"{line['measure']:<44}{line['hits']:>5}/{line['n']:<5}{line['share']:>8.1%}  [{line['low']:.1%}, {line['high']:.1%}]"
        )
    table = Counter((o.case.categories[0], o.verdict.category) for o in outcomes)
    print("\nexpected → decided")
    for (wanted, got), count in sorted(table.items(), key=lambda item: (item[0][0], -item[1])):
        print(f"  {wanted:<14}{got:<14}{count:>5}")
    wall, cpu = (quantiles([getattr(o, name) for o in outcomes]) for name in ("ms", "cpu_ms"))
    print(
        f"\ndecision, {len(outcomes)} cases: wall p50 {wall[0]:.1f} p95 {wall[1]:.1f} ms; CPU p50 {cpu[0]:.1f} p95 {cpu[1]:.1f} ms"
    )
    if options.failures and options.split == "dev":
        for o in outcomes:
            if not o.right or o.under_triage:
                rules = ", ".join(f"{f.rule} ({f.reason})" for f in o.verdict.findings[:3])
                print(
                    f"  {o.case.id} [{'|'.join(o.case.categories)} {o.case.level}] → {o.verdict.category} {o.verdict.level}: {o.case.question.text} :: {rules}"
                )
    if options.json:
        options.json.write_text(
            json.dumps({"split": options.split, "measures": report, "wall_ms": wall, "cpu_ms": cpu}, indent=1),
            encoding="utf-8",
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
