"""Runs through inspect-ai, with a scripted system instead of a model."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.errors import InputError, LLMUnavailable, MedialisError
from eval.cases import Case
from eval.compare import compare
from eval.grade import Grader
from eval.judge import Judge
from eval.plan import Job
from eval.reply import PairResult, Reply, Result
from eval.report.junit import junit
from eval.report.page import page
from eval.runs import Run, execute, finish, job_about, list_runs, load_run, open_folder
from eval.summary import as_json, summarise
from eval.thresholds import Gate
from tests.eval.results import ABSTAIN, ScriptedSystem, answered, case, pair, reply
from tests.hashing import HashingEmbeddings

pytestmark = pytest.mark.filterwarnings("ignore")  # inspect-ai's own

ASKED = (case("a", "one?"), case("b", "<b>two?</b>", history=(("hi", "hello"),)), case("c", "three?", expect=ABSTAIN))
JOBS = [Job("faq", "FAQ", ASKED, compose=True), Job("support_pairs", "Pairs", pairs=(pair().pair,))]
GATES = [Gate("right", "why not", min=1, least=1), Gate("failed", "all must answer", max=0)]


def say(case: Case) -> Reply:
    if case.id == "b":
        raise LLMUnavailable("the model is not there")
    return answered("It helps. [1]", retrieved=("It helps.",), timings_ms={"total": 5.0, "first_sentence": 3.0})


def carry_out(
    root: Path, system: ScriptedSystem, *, jobs: Any = JOBS, tick: Any = lambda name: None, **more: Any
) -> Run:
    about = {"system": "scripted", "system_id": "scripted", "split": "dev", "plain": False, "jobs": job_about(jobs)}
    folder, _ = open_folder(root, about)
    grader = Grader(Judge.none(), HashingEmbeddings(), len, lambda claim: [])
    return execute(folder, jobs, system, grader, tick, about=about, **more)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    done = carry_out(tmp_path_factory.mktemp("eval") / "runs", ScriptedSystem(say))
    finish(done)
    return done


def test_every_case_has_its_result(run: Run) -> None:
    replies = {r.case.id: r for r in run.results if isinstance(r, Result)}
    assert set(replies) == {"a", "b", "c"}
    assert replies["a"].reply.text == "It helps. [1]"
    assert replies["b"].case.history == (("hi", "hello"),)
    assert (replies["b"].reply.kind, replies["b"].reply.error) == ("error", "the model is not there")
    (checked,) = [r for r in run.results if isinstance(r, PairResult)]
    assert checked.verdict.supported is None  # there is no judge


def test_a_run_can_be_read_again(run: Run) -> None:
    for name in ("last", run.name):
        again = load_run(run.folder.parent, name)
        assert sorted(map(repr, again.results)) == sorted(map(repr, run.results))
    with pytest.raises(InputError, match=run.name):
        load_run(run.folder.parent, "never")


def test_the_figures_gates_and_reports(run: Run) -> None:
    summary = summarise(run, GATES)
    right = summary.figure("right")
    assert right is not None
    assert right.value == pytest.approx(1 / 3)
    assert right.failed == 1
    assert [checked.gate.metric for checked in summary.broken] == ["right", "failed"]
    assert as_json(summary)["passed"] is False
    document = junit(summary, run).decode()
    assert document.count("<failure") == 2
    assert document.count("<error") == 1
    html = page(summary, run)
    assert "2 of 2 limits are not met" in html
    assert "&lt;b&gt;two?&lt;/b&gt;" in html
    assert "there was no reply: the model is not there" in html


def test_the_page_needs_nothing_else(run: Run) -> None:
    html = page(summarise(run, GATES), run)
    assert "<script" not in html
    assert "http" not in html.replace("http-equiv", "").replace("http://www.w3.org", "")
    assert "default-src 'none'" in html


def test_a_run_that_was_cancelled_is_not_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import inspect_ai

    real = inspect_ai.eval_set

    def cancelled(*given: Any, **more: Any) -> Any:
        finished, logs = real(*given, **more)
        for log in logs[:1]:
            log.status = "cancelled"  # as Ctrl-C leaves it
        return finished, logs

    monkeypatch.setattr(inspect_ai, "eval_set", cancelled)
    with pytest.raises(MedialisError, match="the same command continues it"):
        carry_out(tmp_path, ScriptedSystem(say))
    (folder,) = list_runs(tmp_path)
    assert not (folder / "finished").exists()


MANY = [Job("faq", "FAQ", tuple(case(str(n)) for n in range(25)), compose=True)]
KILLED_AFTER = 23
KILLED = f"""
import itertools, os, signal, sys
from pathlib import Path
from tests.eval import test_runs as t
count = itertools.count(1)
def tick(name):
    if next(count) == {KILLED_AFTER}:
        os.kill(os.getpid(), signal.SIGKILL)
t.carry_out(Path(sys.argv[1]), t.ScriptedSystem(lambda case: t.answered()), jobs=t.MANY, tick=tick)
"""


def test_a_killed_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    system = ScriptedSystem(lambda case: answered())
    run = carry_out(tmp_path, system, jobs=MANY)
    assert len(run.results) == 25
    assert 0 < len(system.asked) <= 5  # logs are written every 20 cases
    assert len(list_runs(tmp_path)) == 1


def test_other_cases_are_another_run(tmp_path: Path) -> None:
    about = {"system_id": "x", "split": "dev"}
    folder, continued = open_folder(tmp_path, about)
    assert not continued
    assert open_folder(tmp_path, about) == (folder, True)
    assert job_about(JOBS) != job_about([Job("faq", "FAQ", ASKED), JOBS[1]])


def test_repeats_are_kept_apart_and_compared(tmp_path: Path) -> None:
    replies = iter([answered(), reply("refuse", "diagnosis"), answered()])
    run = carry_out(
        tmp_path / "runs", ScriptedSystem(lambda case: next(replies)), jobs=[Job("faq", "FAQ", (ASKED[0],))], repeat=3
    )
    assert sorted(result.epoch for result in run.results) == [1, 2, 3]
    assert summarise(run, GATES).unstable == ("a",)


def test_what_changed(run: Run) -> None:
    later = [
        Result(r.suite, r.case, answered("Other words. [1]")) if isinstance(r, Result) and r.case.id != "c" else r
        for r in run.results
    ]
    found = compare(run.results, later)
    assert [(change.id, change.kind) for change in found.changes] == [("b", "better"), ("a", "other words")]
    assert (found.shared, found.only_one) == (4, 0)
    back = compare(later, run.results[:-1])
    assert back.changes[0].kind == "worse"
    assert back.only_one == 1
    html = page(summarise(run, GATES), run, found, "before")
    assert "What changed since before" in html
