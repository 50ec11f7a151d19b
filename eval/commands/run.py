"""`medialis eval [SUITE…]`: run, print, write the page, and end with 1 below a limit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from eval.cases import Split
from eval.plan import COMPOSED, Mode

Model = Annotated[str | None, typer.Option("--model", help="A model of the catalogue, or the endpoint's name for one.")]


def run(
    suites: Annotated[
        list[str] | None, typer.Argument(metavar="[SUITE]…", help="Suites; all when none is named.")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="A few cases of each suite, quoted; a handful composed.")
    ] = False,
    split: Annotated[
        Literal["dev", "test"] | None, typer.Option(help="Which half [default: dev when quick, else test].")
    ] = None,
    model: Model = None,
    mode: Annotated[
        Literal["composed", "extractive"], typer.Option(help="With the language model, or quoting.")
    ] = "composed",
    system: Annotated[Literal["medialis", "naive", "openai"], typer.Option(help="What to test.")] = "medialis",
    base_url: Annotated[str | None, typer.Option(metavar="URL", help="The endpoint of --system openai.")] = None,
    against: Annotated[str | None, typer.Option(metavar="RUN", help="A run to compare with, or: last.")] = None,
    repeat: Annotated[int, typer.Option(min=1, help="How often each case is asked.")] = 1,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many cases a suite, evenly drawn.")] = None,
    compose: Annotated[
        int, typer.Option(min=0, metavar="N", help="At most so many composed answers an answering suite; 0: all.")
    ] = COMPOSED,
    thresholds: Annotated[Path | None, typer.Option(help="Another file of limits.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Do not continue an unfinished run.")] = False,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the JUnit XML here as well.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Run suites against medialis or another system. An unfinished run is continued by the same command."""
    from bot.commands.output import print_json, stderr, stdout
    from eval.catalogue import choose
    from eval.commands.carry_out import carry_out
    from eval.commands.setup import settings_for, suite_roots
    from eval.compare import compare
    from eval.plan import plan
    from eval.report.table import print_comparison, print_summary
    from eval.report.write import write_reports
    from eval.runs import finish, load_run, runs_dir
    from eval.summary import as_json, summarise
    from eval.thresholds import FILE, load_gates

    settings = settings_for(model, system, base_url)
    half: Split = split or ("dev" if quick else "test")
    how: Mode = "extractive" if settings.llm == "none" else mode
    gates = load_gates(thresholds or FILE)
    if system != "medialis":
        limit = limit or compose or None  # it answers everything with its model, questions about safety too
    jobs = plan(
        choose(suites or [], half, suite_roots(settings)), half, how, limit=limit, composed=compose or None, quick=quick
    )
    before = load_run(runs_dir(settings.data_dir), against) if against else None
    done = carry_out(settings, jobs, system=system, mode=how, split=half, repeat=repeat, fresh=fresh)
    summary = summarise(done, gates)
    comparison = compare(before.results, done.results) if before else None
    written = write_reports(summary, done, comparison, before.name if before else None, junit)
    finish(done)
    if json:
        print_json(as_json(summary))
    else:
        print_summary(summary, stdout())
        if comparison and before:
            print_comparison(comparison, before.name, stdout())
        stdout().print(f"report: {written}", markup=False, soft_wrap=True)
    if not summary.passed:
        stderr().print(f"error: limits not met: {len(summary.broken)}", markup=False)
        raise typer.Exit(1)
