"""A run as one HTML page that needs nothing else: no script, no font, no picture from elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined

from eval.catalogue import describe
from eval.compare import Comparison
from eval.metrics import BY_NAME, METRICS
from eval.outcome import got, name, problem, wanted
from eval.reply import PairResult, Result
from eval.report import svg
from eval.report.table import figure, interval
from eval.runs import Run
from eval.score import right_kind
from eval.summary import Summary

GROUPS = {
    "answers": "The answers",
    "abstaining": "Knowing when not to answer",
    "safety": "Safety",
    "grounding": "The check every composed sentence must pass",
    "finding": "Finding the passage",
    "speed": "Speed and length",
}


def page(summary: Summary, run: Run, comparison: Comparison | None = None, against: str | None = None) -> str:
    """The page as text."""
    limits = {checked.gate.metric: checked for checked in summary.checked if checked.gate.suite is None}
    template = _environment().from_string(files("eval.report").joinpath("page.html").read_text(encoding="utf-8"))
    replies = [result for result in run.results if isinstance(result, Result)]
    wrong = [(result, problem(result)) for result in run.results if problem(result)]
    return template.render(
        summary=summary,
        limits=limits,
        groups=[(title, _rows(summary, group)) for group, title in GROUPS.items()],
        confusion=confusion(replies),
        latency=svg.histogram([ms for r in replies if (ms := r.reply.timings_ms.get("total"))]),
        gate=gate_calibration(replies),
        judge=judge_calibration(run.results),
        wrong=[(describe(suite.name)[0], [w for w in wrong if w[0].suite == suite.name]) for suite in summary.suites],
        unscored=[r for r in replies if any(v.supported is None for v in r.grades.support)],
        definitions=[metric for metric in METRICS if summary.figure(metric.name)],
        comparison=comparison,
        against=against,
        total=len(run.results),
        fine=len(run.results) - len(wrong),
    )


def confusion(results: Sequence[Result]) -> tuple[list[str], list[tuple[str, list[tuple[int, bool]]]]]:
    """Columns (what came), and rows (what should have): counts, and whether the cell is right. Right where any of several was."""
    counts: Counter[tuple[str, str]] = Counter()
    for result in results:
        came = got(result)
        due = came if right_kind(result.case, result.reply) else wanted(result)[0]
        counts[due, came] += 1
    columns = sorted({came for _, came in counts}, key=lambda one: (_ORDER.get(one, 99), one))
    rows = sorted({due for due, _ in counts}, key=lambda one: (_ORDER.get(one, 99), one))
    return columns, [(row, [(counts[row, column], row == column) for column in columns]) for row in rows]


def gate_calibration(results: Sequence[Result]) -> list[tuple[float, bool]]:
    """The gate's estimate and whether the guide does answer, of every case that says so."""
    return [(r.reply.gate, r.case.expect.kind == "answer") for r in results if r.reply.gate is not None]


def judge_calibration(results: Sequence[Result | PairResult]) -> list[tuple[float, bool]]:
    """The judge's probability and whether the claim is supported, of every pair it was asked about."""
    pairs = [r for r in results if isinstance(r, PairResult)]
    return [(r.verdict.probability, r.pair.supported) for r in pairs if r.verdict.probability is not None]


_ORDER = {
    name: n
    for n, name in enumerate(
        (
            "answer", "unsupported", "abstain", "out_of_scope", "diagnosis", "medication", "injection", "harm",
            "refuse", "urgent", "emergency", "escalate", "crisis", "chit_chat", "chat", "error",
        )
    )
}  # fmt: skip


def _rows(summary: Summary, group: str) -> list[dict[str, Any]]:
    rows = []
    for one in summary.estimates:
        metric = BY_NAME[one.metric]
        if metric.group == group:
            gate = next((c for c in summary.checked if c.gate.metric == one.metric and c.gate.suite is None), None)
            ok = gate is None or gate.verdict != "failed"
            marks = [at for at in (gate.gate.min, gate.gate.max) if at is not None] if gate else []
            bar = svg.interval_bar(one.value, one.low, one.high, ok=ok, limits=marks) if metric.unit == "share" else ""
            rows.append(
                {
                    "metric": metric,
                    "estimate": one,
                    "bar": bar,
                    "gate": gate,
                    "ok": ok,
                    "figure": figure(one),
                    "interval": interval(one),
                }
            )
    return rows


def _environment() -> Environment:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.globals.update(
        calibration=svg.calibration,
        calibration_error=svg.calibration_error,
        wanted=wanted,
        name=name,
        got=got,
        describe=describe,
    )
    environment.tests["pair"] = lambda result: isinstance(result, PairResult)
    return environment
