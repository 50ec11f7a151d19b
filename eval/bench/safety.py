"""How safety decides over its suites: recall and false alarms by category with Wilson intervals, levels, and time.

    python -m eval.bench.safety --split test [--rules-only] [--failures] [--json OUT]

The guard is the one `medialis` wires: the corpus is ingested, and its guides' own questions are among the heads' examples.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import bot  # noqa: F401 - its privacy variables come before any other import
from bot.safety.guard import Guard
from bot.types import Question
from eval.bench.safety_cases import SUITES, Outcome, Share, cases, summary
from eval.intervals import wilson

__all__ = ["main", "run", "shipped", "wilson"]
LOCALE = "GB"


@contextmanager
def shipped() -> Iterator[Guard]:
    """The guard as `medialis serve` wires it, over a fresh index of the corpus."""
    from eval.bench.setup import fresh_bot

    with fresh_bot(locale=LOCALE) as wired:
        yield wired.path.guard


def run(guard: Guard, split: str, root: Path = SUITES) -> list[Outcome]:
    """Decide every case; the first decision, which warms caches, is not timed."""
    guard.check(Question("a warm-up that is in no suite"))
    return [_decide(guard, case) for case in cases(split, root)]


def _decide(guard: Guard, case: Any) -> Outcome:
    """A message's decision; as in a chat, those about the reader's earlier turns were taken when they came."""
    history = case.question.history
    for n, turn in enumerate(history):
        if turn.role == "user":
            guard.check(replace(case.question, text=turn.text, history=history[:n]))
    started, burnt = time.perf_counter(), time.process_time()
    verdict = guard.check(case.question)
    wall, cpu = time.perf_counter() - started, time.process_time() - burnt
    return Outcome(case, verdict, wall * 1e3, cpu * 1e3)


def quantiles(times: Sequence[float]) -> tuple[float, float]:
    """The median and the 95th percentile."""
    ordered = sorted(times)
    return ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]


def main(arguments: Sequence[str] | None = None, *, guard: Guard | None = None, root: Path = SUITES) -> int:
    """Print the report; the exit code is 0 whatever it says: `eval` gates, this measures."""
    parser = argparse.ArgumentParser(prog="eval.bench.safety", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--split", default="dev", choices=("dev", "test"))
    parser.add_argument("--rules-only", action="store_true", help="without the classifier")
    parser.add_argument("--failures", action="store_true", help="print what went wrong, case by case (dev only)")
    parser.add_argument("--json", type=Path, default=None)
    options = parser.parse_args(arguments)
    if options.rules_only:
        guard = Guard.load(locale=LOCALE, reader=None, max_chars=2000)
    with nullcontext(guard) if guard else shipped() as decides:
        outcomes = run(decides, options.split, root)
    if not outcomes:
        parser.error(f"no {options.split} cases in {root}")
    report = summary(outcomes)
    for line in report:
        print(line)
    wall, cpu = (quantiles([getattr(o, name) for o in outcomes]) for name in ("ms", "cpu_ms"))
    print(f"\ndecision, {len(outcomes)} cases: wall p50 {wall[0]:.1f} p95 {wall[1]:.1f} ms; ", end="")
    print(f"CPU p50 {cpu[0]:.1f} p95 {cpu[1]:.1f} ms")
    if options.split == "dev":
        _confusions(outcomes)
        if options.failures:
            _failures(outcomes)
    if options.json:
        _write(options.json, options.split, report, wall, cpu)
    return 0


def _confusions(outcomes: Sequence[Outcome]) -> None:
    table = Counter((o.case.suite, o.verdict.category) for o in outcomes)
    print("\nsuite → decided")
    for (suite, got), count in sorted(table.items(), key=lambda item: (item[0][0], -item[1])):
        print(f"  {suite:<20}{got:<14}{count:>5}")


def _failures(outcomes: Sequence[Outcome]) -> None:
    for o in outcomes:
        if not o.right or o.under_triage:
            rules = ", ".join(f"{f.rule} ({f.reason})" for f in o.verdict.findings[:3])
            wanted = "|".join(dict.fromkeys(o.case.categories))
            turns = "".join(f"«{turn.text}» " for turn in o.case.question.history if turn.role == "user")
            print(f"  {o.case.id} [{wanted} {o.case.level}] → {o.verdict.category} {o.verdict.level}: ", end="")
            print(f"{turns}{o.case.question.text} :: {rules}")


def _write(
    path: Path, split: str, report: Sequence[Share], wall: tuple[float, float], cpu: tuple[float, float]
) -> None:
    measures = [line.record() for line in report]
    path.write_text(
        json.dumps({"split": split, "measures": measures, "wall_ms": wall, "cpu_ms": cpu}, indent=1), "utf-8"
    )


if __name__ == "__main__":
    raise SystemExit(main())
