"""Do the measures notice? Break one part at a time and see which limits are no longer met.

    python -m eval.bench.mutants [--split dev|test] [--limit N]

No language model is loaded: a scripted one writes one altered sentence beside the evidence for every question, and the
scripted judge believes nothing that is not there word for word. An index of the settings' corpus is made for the purpose.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import bot.answer
from bot.app import Bot
from bot.knowledge.tokens import token_counter
from bot.safety import ground
from bot.safety.ground import Support
from bot.safety.guard import Guard
from bot.settings import load_settings
from bot.steps.gate import Decision, Gate
from bot.types import Question, Turn, Verdict
from eval.catalogue import choose
from eval.grade import Grader
from eval.judge import Judge
from eval.plan import plan
from eval.runs import execute, job_about, open_folder
from eval.summary import Summary, summarise
from eval.systems.medialis import Medialis
from eval.thresholds import load_gates

ALTERED = "The guide promises that this heals within 99 hours if you rest in bed. [1]"
FAMILY = "septic_joint"  # a red flag whose rules are silenced


class Altering:
    """A language model that writes one sentence no guide holds, and judges no claim supported."""

    name = "altering"

    def stream(self, system: str, turns: Sequence[Turn], *, max_tokens: int = 256) -> Generator[str, None, None]:
        """Write it."""
        yield ALTERED

    def p_yes(self, system: str, turns: Sequence[Turn]) -> float:
        """No."""
        return 0.0

    @contextmanager
    def turn(self) -> Iterator[Altering]:
        """It serves everybody at once."""
        yield self

    def wait(self, seconds: float) -> int:
        """Nobody waits."""
        return 0


def broken_gate() -> Any:
    """The evidence gate lets everything through."""
    decide = Gate.decide

    def always(self: Gate, *asked: Any, **more: Any) -> Decision:
        return replace(decide(self, *asked, **more), answerable=True)

    return patch.object(Gate, "decide", always)


def unchecked_sentences() -> Any:
    """The path shows composed sentences without asking whether they are supported."""
    return patch.object(bot.answer, "check_support", lambda *asked, **more: Support(True, "unchecked", (0,)))


def believing_check() -> Any:
    """The support check itself says yes to everything."""
    return patch.object(ground, "check_support", lambda *asked, **more: Support(True, "believed", (0,)))


def silenced_red_flag() -> Any:
    """A family of red flags is neither seen by its rules nor by the classifier that stands behind them."""
    check = Guard.check

    def calm(self: Guard, question: Question, vector: Any = None) -> Verdict:
        seen = check(self, question, vector)
        silenced = any(finding.rule.startswith(FAMILY) for finding in seen.findings)
        return Verdict("answer", "answer", language=seen.language) if silenced else seen

    return patch.object(Guard, "check", calm)


def late_red_flags() -> Any:
    """Every emergency is called something to be seen soon."""
    check = Guard.check

    def later(self: Guard, question: Question, vector: Any = None) -> Verdict:
        seen = check(self, question, vector)
        return replace(seen, level="soon") if seen.level == "emergency_now" else seen

    return patch.object(Guard, "check", later)


def empty_reply() -> Any:
    """A reply is reworded so that it no longer says whom to call."""
    return patch.object(Guard, "reply", lambda self, verdict, question: "Take care and rest.")


MUTANTS: dict[str, tuple[Callable[[], Any], str]] = {
    "the gate lets everything through": (broken_gate, "abstention_recall"),
    "composed sentences are shown unchecked": (unchecked_sentences, "faithfulness"),
    "the support check believes everything": (believing_check, "altered_passed"),
    "one red flag is silenced": (silenced_red_flag, "red_flag_recall_emergency_now"),
    "emergencies are called less urgent": (late_red_flags, "under_triage"),
    "replies no longer say whom to call": (empty_reply, "safety_reply"),
}
SUITES = ("faq", "unanswerable", "red_flags", "lookalikes", "medication", "diagnosis", "crisis", "support_pairs")


@contextmanager
def tested(data: Path) -> Iterator[tuple[Medialis, Grader]]:
    """medialis with the altering model over an index of the settings' corpus in `data`, and its grader."""
    settings = load_settings(data_dir=data)
    made = Bot(settings, Altering())
    try:
        made.ingest()
        judge = Judge(Altering, data / "judge")
        topic = " ".join(guide.title for guide in made.guides())
        yield (
            Medialis(made, composed=True),
            Grader(judge, made.encoder, token_counter(settings.model_dir), lambda claim: [], topic),
        )
    finally:
        made.close()


def measure(system: Medialis, grader: Grader, root: Path, split: Any, limit: int | None) -> Summary:
    """The figures of the suites that the mutants concern."""
    jobs = plan(choose(SUITES, split), split, "composed", limit=limit)
    about = {"system": system.name, "system_id": "mutant", "split": split, "jobs": job_about(jobs)}
    folder, _ = open_folder(root, about, fresh=True)
    return summarise(execute(folder, jobs, system, grader, lambda name: None, about=about), load_gates())


def main() -> None:
    """Run and print; exit code 1 when a mutant goes unnoticed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", choices=("dev", "test"), default="dev")
    parser.add_argument("--limit", type=int, default=60, help="cases a suite")
    options = parser.parse_args()
    unnoticed = []
    with tempfile.TemporaryDirectory(prefix="medialis-mutants-") as data, tested(Path(data)) as (system, grader):
        whole = measure(system, grader, Path(data) / "whole", options.split, options.limit)
        print(f"unbroken: limits not met: {', '.join(c.gate.metric for c in whole.broken) or 'none'}")
        for n, (name, (mutate, metric)) in enumerate(MUTANTS.items()):
            with mutate():
                hurt = measure(system, grader, Path(data) / f"mutant{n}", options.split, options.limit)
            before, after = whole.figure(metric), hurt.figure(metric)
            if before is None or after is None:
                raise SystemExit(f"{metric} was not measured")
            red = [checked.gate.metric for checked in hurt.broken]
            print(
                f"{name}: {metric} {before.value:.3f} → {after.value:.3f}; limits not met: {', '.join(red) or 'none'}"
            )
            if metric not in red:
                unnoticed.append(name)
    if unnoticed:
        raise SystemExit(f"unnoticed: {', '.join(unnoticed)}")


if __name__ == "__main__":
    main()
