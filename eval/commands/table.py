"""`medialis eval table`: the systems side by side, written into the documents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from eval.commands.setup import SystemName
from eval.plan import Mode


def table(
    split: Annotated[Literal["dev", "test"], typer.Option(help="Which half.")] = "test",
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many cases a suite, to try it out.")] = None,
    into: Annotated[
        list[Path] | None, typer.Option(help="A document with the table's markers; may be repeated.")
    ] = None,
) -> None:
    """Run medialis composing, with the small model, quoting, and the naive chain on the same cases (about an hour)."""
    from datetime import UTC, datetime

    from bot.commands.output import stdout
    from eval.catalogue import choose
    from eval.commands.carry_out import carry_out
    from eval.commands.setup import settings_for, suite_roots
    from eval.plan import plan
    from eval.runs import finish
    from eval.summary import estimates
    from eval.table import layout, markdown, put

    wanted = layout()
    columns, cases = [], 0
    for column in wanted.columns:
        settings = settings_for(column.get("model"), "medialis", None)
        suites = choose(list(wanted.cases), split, suite_roots(settings)[-1:])
        mode: Mode = "extractive" if column["mode"] == "extractive" else "composed"
        jobs = [
            job
            for suite in suites
            for job in plan(
                [suite], split, mode, limit=min(wanted.cases[suite.name], limit or wanted.cases[suite.name])
            )
        ]
        system: SystemName = "naive" if column["system"] == "naive" else "medialis"
        run = carry_out(settings, jobs, system=system, mode=mode, split=split, reuse=True)
        finish(run)
        columns.append(estimates(run.results))
        cases = len(run.results)
    note = (
        f"{cases} cases of the {split} split, evenly drawn, the same for every column; 95 % intervals. "
        f"Measured {datetime.now(UTC):%Y-%m-%d} on two shared cores by `medialis eval table`."
    )
    text = markdown([column["title"] for column in wanted.columns], columns, wanted.measures, note)
    for path in into or []:
        put(path, text)
    stdout().print(text, markup=False, soft_wrap=True)
