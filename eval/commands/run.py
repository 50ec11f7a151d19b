"""`medialis eval [SUITE…]`: run, print, write the page, and end with 1 below a limit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, cast

import typer

from eval.cases import Split
from eval.commands.setup import SystemName
from eval.plan import Mode

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
    thresholds: Annotated[Path | None, typer.Option(help="Another file of limits.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Do not continue an unfinished run.")] = False,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the JUnit XML here as well.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Run suites against medialis or another system. An unfinished run is continued by the same command."""
    from bot.commands.output import print_json, stderr, stdout
    from eval.catalogue import choose
    from eval.commands.setup import settings_for, suite_roots, under_test
    from eval.compare import compare
    from eval.plan import plan
    from eval.report.table import print_comparison, print_summary
    from eval.report.write import write_reports
    from eval.runs import execute, load_run, open_folder, runs_dir
    from eval.summary import as_json, summarise
    from eval.thresholds import FILE, load_gates

    settings = settings_for(model, cast(SystemName, system), base_url)
    chosen_split: Split = split or ("dev" if quick else "test")
    chosen_mode: Mode = "extractive" if settings.llm == "none" else mode
    gates = load_gates(thresholds or FILE)
    jobs = plan(
        choose(suites or [], chosen_split, suite_roots(settings)), chosen_split, chosen_mode, limit=limit, quick=quick
    )
    root = runs_dir(settings.data_dir)
    before = load_run(root, against) if against else None
    with under_test(settings, cast(SystemName, system), chosen_mode) as (tested, grader):
        about = run_about(tested, jobs, system=system, split=chosen_split, mode=chosen_mode, repeat=repeat, quick=quick)
        folder, continued = open_folder(root, about, fresh=fresh)
        stderr().print(f"{'continuing' if continued else 'running'} {folder.name}", markup=False)
        with ticking(jobs, repeat) as tick:
            done = execute(folder, jobs, tested, grader, tick, repeat=repeat, about=about)
    summary = summarise(done, gates)
    comparison = compare(before.results, done.results) if before else None
    written = write_reports(summary, done, comparison, before.name if before else None, junit)
    if json:
        print_json(as_json(summary))
    else:
        print_summary(summary, stdout())
        if comparison and before:
            print_comparison(comparison, before.name, stdout())
        stdout().print(f"report: {written}", markup=False, soft_wrap=True)
    if not summary.passed:
        stderr().print(f"error: {len(summary.broken)} limits are not met", markup=False)
        raise typer.Exit(1)


def run_about(tested: Any, jobs: Any, **options: Any) -> dict[str, Any]:
    """What a run is told apart by, and what its report records."""
    from eval.judge import judge_model
    from eval.provenance import code_hash, machine
    from eval.runs import job_about

    name = options.pop("system")
    return {
        "system": tested.name,
        "system_id": name,
        **options,
        **tested.about(),
        "judge": judge_model(),
        "plain": name != "medialis",
        "code": code_hash(),
        "jobs": job_about(jobs),
        **machine(),
    }


def ticking(jobs: Any, repeat: int) -> Any:
    """A bar a suite on stderr, moved by each case."""
    from contextlib import contextmanager

    from bot.commands.output import progress_bar

    @contextmanager
    def bars() -> Any:
        sizes = {job.name: job.size * repeat for job in jobs}
        done = dict.fromkeys(sizes, 0)
        with progress_bar({name: name.replace("_", " ") for name in sizes}) as report:

            def tick(name: str) -> None:
                done[name] += 1
                report(name, done[name], sizes[name])

            yield tick

    return bars()
