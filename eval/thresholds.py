"""What a run must reach, from `thresholds.toml`, and what it did not."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bot.errors import InputError
from eval.metrics import BY_NAME
from eval.metrics.base import estimate
from eval.reply import PairResult, Result

FILE = Path(__file__).with_name("thresholds.toml")
LEAST = 20
FAILED = "failed"  # replies that never came: a count, not a measure


@dataclass(frozen=True, slots=True)
class Gate:
    """A limit for one measure, of one suite or of all."""

    metric: str
    why: str
    min: float | None = None
    max: float | None = None
    suite: str | None = None
    least: int = LEAST

    @property
    def limit(self) -> str:
        """The limit in words."""
        low = f"at least {self.figure(self.min)}" if self.min is not None else ""
        high = f"at most {self.figure(self.max)}" if self.max is not None else ""
        return " and ".join(filter(None, (low, high))) + (f" in {self.suite}" if self.suite else "")

    def figure(self, value: float) -> str:
        """A value of the measure for people."""
        share = self.metric != FAILED and BY_NAME[self.metric].unit == "share"
        return f"{100 * value:.4g} %" if share else f"{value:g}"


@dataclass(frozen=True, slots=True)
class Checked:
    """A gate and what the run reached; `value` NaN when nothing could be scored."""

    gate: Gate
    value: float
    n: int
    verdict: Literal["passed", "failed", "too few"]

    @property
    def reason(self) -> str:
        """One line for people."""
        figure = (
            "could not be scored" if math.isnan(self.value) else f"{self.gate.figure(self.value)} of {self.n} cases"
        )
        title = "Questions without any reply" if self.gate.metric == FAILED else BY_NAME[self.gate.metric].title
        return f"{title} ({self.gate.metric}): {figure}, should be {self.gate.limit}. {self.gate.why}"


def load_gates(path: Path = FILE) -> list[Gate]:
    """The gates of a file. Raises InputError naming what is wrong."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
    gates = [_gate(entry, path) for entry in table.get("gate", [])]
    if not gates or table.keys() - {"gate"}:
        raise InputError(f"{path}: must hold [[gate]] entries and nothing else")
    return gates


def check(gates: Sequence[Gate], results: Sequence[Result | PairResult]) -> list[Checked]:
    """Every gate that the results concern."""
    found = []
    for gate in gates:
        concerned = [result for result in results if gate.suite in (None, result.suite)]
        if gate.metric == FAILED:
            value, n = float(sum(isinstance(r, Result) and r.reply.failed for r in concerned)), len(concerned)
        else:
            figure = estimate(BY_NAME[gate.metric], concerned)
            if figure is None:
                continue
            value, n = figure.value, figure.n
        if n:
            found.append(Checked(gate, value, n, _verdict(gate, value, n)))
        elif gate.metric != FAILED and not math.isfinite(value):
            found.append(Checked(gate, value, n, "failed"))
    return found


def _verdict(gate: Gate, value: float, n: int) -> Literal["passed", "failed", "too few"]:
    if gate.metric != FAILED and n < gate.least:
        return "too few"
    low = gate.min is not None and not value >= gate.min
    high = gate.max is not None and not value <= gate.max
    return "failed" if low or high else "passed"


def _gate(entry: dict[str, Any], path: Path) -> Gate:
    try:
        gate = Gate(**entry)
    except TypeError as error:
        raise InputError(f"{path}: {entry.get('metric', 'a gate')}: {str(error).split(') ')[-1]}") from error
    if gate.metric not in BY_NAME and gate.metric != FAILED:
        raise InputError(f"{path}: there is no measure '{gate.metric}'")
    if gate.min is None and gate.max is None:
        raise InputError(f"{path}: {gate.metric} has neither min nor max")
    return gate
