"""Runs: a folder each, holding inspect-ai's logs and the reports; an unfinished one is continued where it stopped."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

from bot.errors import InputError, MedialisError
from eval.grade import Grader
from eval.plan import Job
from eval.reply import PairResult, Result, dump
from eval.systems.protocol import System
from eval.tick import Tick

ABOUT, FINISHED = "run.json", "finished"


@dataclass(frozen=True, slots=True)
class Run:
    """A run's folder, what it was run with, and its results."""

    folder: Path
    about: dict[str, Any]
    results: list[Result | PairResult]

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name


def runs_dir(data_dir: Path) -> Path:
    """Where runs are kept."""
    return data_dir / "eval" / "runs"


def open_folder(root: Path, about: dict[str, Any], *, fresh: bool = False, reuse: bool = False) -> tuple[Path, bool]:
    """The folder of an unfinished run that was about the same, or a new one; and whether it is continued.

    With `reuse` a finished run serves too.
    """
    if not fresh:
        for folder in reversed(list_runs(root)):
            if (reuse or not (folder / FINISHED).exists()) and _about(folder) == about:
                return folder, True
    now = datetime.now(UTC).strftime("%Y-%m-%d-%H%M%S")
    folder = root / f"{now}-{about['system_id']}-{about['split']}"
    try:
        folder.mkdir(parents=True, mode=0o700)
        (folder / ABOUT).write_text(json.dumps(about, indent=1, ensure_ascii=False), encoding="utf-8")
    except OSError as error:
        raise InputError(f"{folder}: cannot be made: {error.strerror}") from error
    return folder, False


def job_about(jobs: Sequence[Job]) -> dict[str, str]:
    """What each job asks, as a hash: other cases are another run."""
    from eval.provenance import digest

    return {
        job.name: digest(
            str(job.compose), *(json.dumps(dump(item), sort_keys=True) for item in (*job.cases, *job.pairs))
        )
        for job in jobs
    }


def execute(
    folder: Path,
    jobs: Sequence[Job],
    system: System,
    grader: Grader,
    tick: Tick,
    *,
    repeat: int = 1,
    about: dict[str, Any],
) -> Run:
    """Run the jobs into `folder`, leaving out what it already holds. Raises MedialisError when inspect-ai gives up."""
    # inspect-ai keeps traces in the user's data folder otherwise
    os.environ["XDG_DATA_HOME"] = str(folder.parent.parent / "inspect")
    try:
        from inspect_ai import eval_set
        from inspect_ai.log import read_eval_log
    except ImportError as error:
        raise InputError("this needs inspect-ai", hint="pip install 'medialis[eval]'") from error
    from eval.tasks import PARTS, Parts, build_task, results

    PARTS.set(Parts(system, grader, tick))
    tasks = [build_task(job, about) for job in jobs if job.size]
    said = StringIO()
    with redirect_stdout(said):  # the progress and the table are ours
        finished, logs = eval_set(
            tasks,
            log_dir=str(folder),
            model=None,
            epochs=repeat,
            display="plain",
            log_level="error",
            max_samples=1,  # one machine, one model: timings of questions that wait for each other mean nothing
            max_tasks=1,
            retry_attempts=0,
            retry_immediate=False,
            fail_on_error=False,
            log_buffer=20,
            log_realtime=False,
            log_model_api=False,
            ctl_server=False,
        )
    # a run that was interrupted is "finished" to eval_set, with tasks cancelled or never begun
    if not finished or {log.eval.task for log in logs if log.status == "success"} != {task.name for task in tasks}:
        raise MedialisError("the run stopped before its end", hint=f"the same command continues it; logs in {folder}")
    found = [r for log in logs for r in results(read_eval_log(log.location).samples or [], log.eval.task)]
    order = {job.name: n for n, job in enumerate(jobs)}
    found.sort(key=lambda result: order.get(result.suite, len(order)))
    return Run(folder, about, found)


def finish(run: Run) -> None:
    """Note that the run is done, its reports included: it is not continued, and can be compared with."""
    (run.folder / FINISHED).write_text(datetime.now(UTC).isoformat(timespec="seconds"), encoding="utf-8")


def load_run(root: Path, name: str) -> Run:
    """A finished run by its folder's name or path, or "last" for the newest. Raises InputError."""
    done = [folder for folder in list_runs(root) if (folder / FINISHED).exists()]
    folder = done[-1] if name == "last" and done else root / name
    if not (folder / ABOUT).is_file():
        known = ", ".join(folder.name for folder in done[-5:]) or "none yet"
        raise InputError(f"there is no run '{name}' in {root}", hint=f"the newest are: {known}")
    from inspect_ai.log import list_eval_logs, read_eval_log

    from eval.tasks import results

    logs = {}
    for info in sorted(list_eval_logs(str(folder)), key=lambda info: info.mtime or 0):
        header = read_eval_log(info, header_only=True)
        if header.status == "success":  # check it before any result
            logs[header.eval.task] = info
    found = [r for suite, info in logs.items() for r in results(read_eval_log(info).samples or [], suite)]
    return Run(folder, _about(folder), found)


def list_runs(root: Path) -> list[Path]:
    """Every run's folder, oldest first."""
    return sorted(path.parent for path in root.glob(f"*/{ABOUT}"))


def _about(folder: Path) -> dict[str, Any]:
    try:
        about: dict[str, Any] = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return about
