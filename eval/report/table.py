"""A run in the terminal."""

from __future__ import annotations

import math

from rich.console import Console
from rich.table import Table

from eval.compare import Comparison
from eval.metrics import BY_NAME
from eval.metrics.base import Estimate
from eval.summary import Summary

CHANGES = 15  # listed in the terminal; the page has them all


def figure(estimate: Estimate) -> str:
    """The value as people read it."""
    return number(estimate.value, BY_NAME[estimate.metric].unit)


def interval(estimate: Estimate) -> str:
    """Its 95 % interval."""
    unit = BY_NAME[estimate.metric].unit
    return "–" if math.isnan(estimate.value) else f"{number(estimate.low, unit)} – {number(estimate.high, unit)}"


def number(value: float, unit: str) -> str:
    """A share in per cent, milliseconds, or a plain figure."""
    if math.isnan(value):
        return "unscored"
    if unit == "ms":
        return f"{value:.0f} ms" if value < 1000 else f"{value / 1000:.1f} s"
    return f"{value:.1%}" if unit == "share" else f"{value:.0f}"


def print_summary(summary: Summary, console: Console) -> None:
    """The measures, the suites, the gates."""
    broken = {checked.gate.metric for checked in summary.broken}
    table = Table("measure", "", "95 % interval", "of", "unscored", "failed", box=None, pad_edge=False)
    for one in summary.estimates:
        metric = BY_NAME[one.metric]
        style = "red" if one.metric in broken else None
        rest = (str(one.unscored or ""), str(one.failed or ""))
        table.add_row(metric.title, figure(one), interval(one), str(one.n), *rest, style=style)
    console.print(table)
    suites = Table("\nsuite", "\ncases", "\nof", "\nfine", "\nunscored", "\nfailed", box=None, pad_edge=False)
    for suite in summary.suites:
        share = f"{suite.fine} ({suite.fine / max(1, suite.cases):.0%})"
        size = str(summary.about.get("sizes", {}).get(suite.name, ""))
        suites.add_row(suite.name, str(suite.cases), size, share, str(suite.unscored or ""), str(suite.failed or ""))
    console.print(suites)
    if summary.unstable:
        console.print(f"\nnot the same in every repeat: {', '.join(summary.unstable)}")
    console.print()
    for checked in summary.checked:
        if checked.verdict == "failed":
            console.print(f"BELOW THE LIMIT: {checked.reason}", style="red", markup=False)
        elif checked.verdict == "too few":
            console.print(f"not checked, too few cases: {checked.gate.metric} ({checked.n})", style="dim", markup=False)
    passed = sum(checked.verdict == "passed" for checked in summary.checked)
    console.print(f"{passed} of {len(summary.checked)} limits are met")


def print_comparison(comparison: Comparison, name: str, console: Console) -> None:
    """What changed since another run."""
    console.print(f"\nagainst {name}, over the {comparison.shared} cases both have:", markup=False)
    table = Table("measure", "before", "now", "", box=None, pad_edge=False)
    for before, after in comparison.figures:
        metric = BY_NAME[after.metric]
        if figure(before) != figure(after):
            up = after.value > before.value
            word = "better" if up == metric.higher_is_better else "worse"
            table.add_row(metric.title, figure(before), figure(after), word)
    console.print(table)
    for change in comparison.changes[:CHANGES]:
        console.print(f"{change.kind}: {change.id} “{change.text}”  {change.why}", markup=False)
    if len(comparison.changes) > CHANGES:
        console.print(f"… and {len(comparison.changes) - CHANGES} more; the page lists them all")
    if not comparison.changes:
        console.print("no case changed")
