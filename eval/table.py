"""The table of systems side by side, and its place in the documents."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import InputError
from eval.metrics import BY_NAME
from eval.metrics.base import Estimate
from eval.report.table import figure, interval

BEGIN, END = "<!-- begin: medialis eval table -->", "<!-- end: medialis eval table -->"


@dataclass(frozen=True, slots=True)
class Layout:
    """What `table.toml` says: columns (title, system, mode, model), measures, and how many cases of which suites."""

    columns: tuple[dict[str, str], ...]
    measures: tuple[str, ...]
    cases: dict[str, int]


def layout() -> Layout:
    """The table as `table.toml` wants it."""
    read: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return Layout(tuple(read["columns"]), tuple(read["measures"]), read["cases"])


def markdown(titles: Sequence[str], columns: Sequence[Sequence[Estimate]], measures: Sequence[str], note: str) -> str:
    """The table in Markdown: a measure a row, a system a column, the interval beside each figure."""
    rows = [f"| | {' | '.join(titles)} |", f"|---|{'---|' * len(titles)}"]
    for name in measures:
        cells = [next((one for one in column if one.metric == name), None) for column in columns]
        if any(cells):
            metric = BY_NAME[name]
            less = "" if metric.higher_is_better or metric.unit != "share" else " (less is better)"
            rows.append(f"| {metric.title}{less} | {' | '.join(_cell(cell) for cell in cells)} |")
    return "\n".join([*rows, "", note])


def put(path: Path, table: str) -> None:
    """Write `table` between the markers of a document. Raises InputError when they are not there."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise InputError(f"{path}: has no place for the table", hint=f"it goes between {BEGIN} and {END}")
    path.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")


def _cell(estimate: Estimate | None) -> str:
    if estimate is None:
        return "–"
    unscored = f", {estimate.unscored} unscored" if estimate.unscored else ""
    return f"{figure(estimate)} <sub>{interval(estimate)} of {estimate.n}{unscored}</sub>"
