"""Carry out a run, or continue it, with a bar a suite: what `run` and `table` share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from bot.settings import Settings
from eval.cases import Split
from eval.commands.setup import SystemName, under_test
from eval.plan import Job, Mode
from eval.runs import Run, execute, job_about, open_folder, runs_dir
from eval.systems.protocol import System
from eval.tick import Tick


def carry_out(
    settings: Settings,
    jobs: Sequence[Job],
    *,
    system: SystemName,
    mode: Mode,
    split: Split,
    repeat: int = 1,
    fresh: bool = False,
    reuse: bool = False,
) -> Run:
    """Run the jobs, leaving out what an unfinished run of the same has done; `reuse` takes a finished one as well.

    Raises MedialisError.
    """
    from bot.commands.output import stderr

    with under_test(settings, system, mode) as (tested, grader):
        about = _about(tested, jobs, system=system, mode=mode, split=split, repeat=repeat)
        folder, continued = open_folder(runs_dir(settings.data_dir), about, fresh=fresh, reuse=reuse)
        stderr().print(f"{'continuing' if continued else 'running'} {folder.name}", markup=False)
        with _bars(jobs, repeat) as tick:
            return execute(folder, jobs, tested, grader, tick, repeat=repeat, about=about)


def _about(tested: System, jobs: Sequence[Job], *, system: str, **options: Any) -> dict[str, Any]:
    """What a run is told apart by, and what its report records."""
    from eval.judge import judge_model
    from eval.provenance import code_hash, machine

    return {
        "system": tested.name,
        "system_id": system,
        **options,
        **tested.about(),
        "judge": judge_model() if options["mode"] == "composed" else "none needed",
        "plain": system != "medialis",
        "code": code_hash(),
        "jobs": job_about(jobs),
        "sizes": {job.name: job.of for job in jobs},
        **machine(),
    }


@contextmanager
def _bars(jobs: Sequence[Job], repeat: int) -> Iterator[Tick]:
    """A bar a suite on stderr, moved by each case."""
    from bot.commands.output import progress_bar

    sizes = {job.name: job.size * repeat for job in jobs}
    done = dict.fromkeys(sizes, 0)
    with progress_bar({name: name.replace("_", " ") for name in sizes}) as report:

        def tick(name: str) -> None:
            done[name] += 1
            report(name, done[name], sizes[name])

        yield tick
