"""Run the answering suites through the whole path and print what was right.

    python -m eval.run [SUITE…] [--split dev|test] [--mode composed|extractive] [--limit N] [--out FILE] [--misses]

Shares with Wilson 95 % intervals. `--misses` prints what went wrong, on the development split only.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.app import build
from bot.types import Answer
from bot.wire import answer_object
from eval.cases import Case, load_cases
from eval.intervals import wilson
from eval.score import Score, score

SUITES = ("faq", "follow_ups", "unanswerable", "false_premises")
Row = tuple[Case, Answer, Score]


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suites", nargs="*", default=SUITES, metavar="SUITE")
    parser.add_argument("--split", choices=("dev", "test"), default="dev")
    parser.add_argument("--mode", choices=("composed", "extractive"), default="composed")
    parser.add_argument("--limit", type=int, help="so many cases a suite, drawn with a fixed seed")
    parser.add_argument("--out", type=Path, help="write every answer to this JSON Lines file")
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args()
    bot = build(extractive=options.mode == "extractive")
    try:
        for suite in options.suites:
            cases = load_cases(suite, options.split)
            if options.limit and options.limit < len(cases):
                cases = random.Random(0).sample(cases, options.limit)
            rows = [(case, answer, score(case, answer)) for case in cases for answer in [bot.answer(case.question())]]
            _print(suite, options.split, rows)
            if options.misses and options.split == "dev":
                _misses(rows)
            if options.out:
                _write(options.out, rows)
    finally:
        bot.close()


def _print(suite: str, split: str, rows: Sequence[Row]) -> None:
    print(f"\n{suite}/{split}: {len(rows)} cases")
    columns: dict[str, Callable[[Score], bool | None]] = {
        "right in all": lambda s: s.right,
        "kind": lambda s: s.kind,
        "key facts": lambda s: s.facts,
        "nothing wrong said": lambda s: s.clean,
        "cited the sentence": lambda s: s.cited,
        "FAQ word for word": lambda s: s.verbatim,
    }
    for name, pick in columns.items():
        values = [value for _, _, s in rows if (value := pick(s)) is not None]
        if values:
            low, high = wilson(sum(values), len(values))
            print(f"  {name:20} {sum(values) / len(values):6.1%}  [{low:.1%}, {high:.1%}]  of {len(values)}")
    times = sorted(answer.timings_ms["total"] for _, answer, _ in rows)
    print(f"  time ms              p50 {statistics.median(times):.0f}  p95 {times[int(0.95 * (len(times) - 1))]:.0f}")


def _misses(rows: Sequence[Row]) -> None:
    for case, answer, found in rows:
        if not found.right:
            print(
                f"  - {case.id} {case.text!r}\n      {answer.kind}/{answer.category}/{answer.mode}: {answer.text[:300]!r}"
            )
            print(f"      {found}  gold {case.gold[:1]}")


def _write(path: Path, rows: Sequence[Row]) -> None:
    with path.open("a", encoding="utf-8") as out:
        for case, answer, found in rows:
            row = {"id": case.id, "text": case.text, "right": found.right, **answer_object(answer)}
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
