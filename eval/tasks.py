"""The suites as inspect-ai tasks: a suite a task, a case a sample, the system under test the solver, the measures its scores."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from inspect_ai import Task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ChatMessage, ChatMessageAssistant, ChatMessageUser, ModelOutput
from inspect_ai.scorer import Score, Scorer, Target, mean, scorer
from inspect_ai.solver import Generate, Solver, TaskState, solver

from bot.errors import MedialisError
from eval.cases import Case, SupportPair
from eval.grade import Grader
from eval.metrics import METRICS
from eval.outcome import problem
from eval.plan import Job
from eval.reply import Grades, PairResult, Reply, Result, Verdict, dump, load
from eval.systems.protocol import System
from eval.tick import Tick

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """What solvers and scorers work with; not arguments of theirs, which inspect-ai writes down to tell tasks apart."""

    system: System
    grader: Grader
    tick: Tick


PARTS: ContextVar[Parts] = ContextVar("PARTS")


def build_task(job: Job, about: dict[str, Any]) -> Task:
    """The task of a job, to be run with PARTS set; `about` is kept with the log."""
    if job.pairs:
        samples = [_pair_sample(pair) for pair in job.pairs]
        work, score = check_pairs(job.name), pair_scores(job.name)
    else:
        samples = [_case_sample(case) for case in job.cases]
        work, score = ask(job.name, compose=job.compose), case_scores(job.name)
    return Task(dataset=MemoryDataset(samples, name=job.name), solver=work, scorer=score, name=job.name, metadata=about)


def _case_sample(case: Case) -> Sample:
    messages: list[ChatMessage] = []
    for turn in case.question().history:
        maker = ChatMessageUser if turn.role == "user" else ChatMessageAssistant
        messages.append(maker(content=turn.text))
    expect = case.expect
    target = case.gold or (" or ".join([expect.kind or "", *expect.categories]).removeprefix(" or "),)
    metadata = {"case": dump(case)}
    return Sample(
        input=[*messages, ChatMessageUser(content=case.text)], target=list(target), id=case.id, metadata=metadata
    )


def _pair_sample(pair: SupportPair) -> Sample:
    target = "supported" if pair.supported else f"altered: {pair.kind}"
    return Sample(
        input=f"{' '.join(pair.context)}\n→ {pair.claim}", target=target, id=pair.id, metadata={"pair": dump(pair)}
    )


@solver
def ask(suite: str, *, compose: bool) -> Solver:
    """Put the case to the system; whatever goes wrong becomes a failed reply, which no measure forgets."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        import anyio.to_thread

        parts, case = PARTS.get(), load(Case, state.metadata["case"])
        reply = await anyio.to_thread.run_sync(lambda: reply_or_failure(parts.system, case, compose=compose))
        state.metadata["reply"] = dump(reply)
        state.output = ModelOutput.from_content(reply.model or parts.system.name, reply.text or reply.error or "")
        state.messages.append(state.output.message)
        parts.tick(suite)
        return state

    return solve


def reply_or_failure(system: System, case: Case, *, compose: bool) -> Reply:
    """The system's reply, or one of kind "error" that says why there is none."""
    began = time.perf_counter()
    try:
        return system.reply(case, compose=compose)
    except Exception as error:
        log.debug("case %s failed", case.id, exc_info=True)
        reason = str(error) if isinstance(error, MedialisError) else type(error).__name__
        return Reply("error", error=reason, timings_ms={"total": (time.perf_counter() - began) * 1000})


@scorer(metrics={"*": [mean()]})
def case_scores(suite: str) -> Scorer:
    """Every measure's value of a case; the verdicts on its sentences beside them."""

    async def grade(state: TaskState, target: Target) -> Score:
        import anyio.to_thread

        case, reply = load(Case, state.metadata["case"]), load(Reply, state.metadata["reply"])
        parts = PARTS.get()
        grades = await anyio.to_thread.run_sync(lambda: parts.grader.grade(case, reply, parts.system.passages()))
        result = Result(suite, case, reply, grades)
        return Score(
            value={**values(result)},
            answer=reply.kind if reply.category is None else f"{reply.kind}/{reply.category}",
            explanation="; ".join(f"{v.text}: {v.reason}" for v in grades.support) or None,
            metadata={"grades": dump(grades)},
        )

    return grade


@solver
def check_pairs(suite: str) -> Solver:
    """Hold a labelled claim against its context."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        import anyio.to_thread

        parts, pair = PARTS.get(), load(SupportPair, state.metadata["pair"])
        verdict = await anyio.to_thread.run_sync(lambda: parts.grader.pair(pair))
        state.metadata["verdict"] = dump(verdict)
        said = {True: "supported", False: "not supported", None: "unscored"}[verdict.supported]
        state.output = ModelOutput.from_content("support check", f"{said}: {verdict.reason}")
        parts.tick(suite)
        return state

    return solve


@scorer(metrics={"*": [mean()]})
def pair_scores(suite: str) -> Scorer:
    """Every measure's value of a pair."""

    async def grade(state: TaskState, target: Target) -> Score:
        pair, verdict = load(SupportPair, state.metadata["pair"]), load(Verdict, state.metadata["verdict"])
        return Score(value={**values(PairResult(suite, pair, verdict))}, explanation=verdict.reason)

    return grade


def values(result: Result | PairResult) -> dict[str, float]:
    """For inspect-ai's viewer: whether nothing was wrong, then each measure's value; NaN, which it leaves out, for the rest."""
    found = {metric.name: metric.of(result) for metric in METRICS}
    return {"fine": float(not problem(result))} | {k: math.nan if v is None else v for k, v in found.items()}


def results(samples: Sequence[Any], suite: str) -> list[Result | PairResult]:
    """The results in a log's samples; a sample that inspect itself could not finish is a failed reply."""
    found: list[Result | PairResult] = []
    for sample in samples:
        about = sample.metadata
        if "pair" in about:
            pair = load(SupportPair, about["pair"])
            verdict = load(Verdict, about["verdict"]) if "verdict" in about else Verdict(pair.claim, None, "unscored")
            found.append(PairResult(suite, pair, verdict, sample.epoch))
            continue
        reply = load(Reply, about["reply"]) if "reply" in about else Reply("error", error="the run stopped here")
        score = (sample.scores or {}).get("case_scores")
        grades = load(Grades, score.metadata["grades"]) if score and score.metadata else Grades()
        found.append(Result(suite, load(Case, about["case"]), reply, grades, sample.epoch))
    return found
