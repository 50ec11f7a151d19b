"""Results as tests want them, and a system that says what a test tells it to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bot.types import Category, Kind
from eval.cases import Case, Expect, SupportPair
from eval.reply import Grades, PairResult, Reply, Result, Verdict

ANSWER, ABSTAIN = Expect("answer", ("answer",)), Expect("abstain", ("unsupported",))
EMERGENCY = Expect(None, ("emergency", "urgent"), "emergency_now")


def case(id: str = "a", text: str = "why?", expect: Expect = ANSWER, **more: Any) -> Case:
    return Case(id, text, expect, **more)


def answered(text: str = "It helps. [1]", **more: Any) -> Reply:
    return Reply(**{"kind": "answer", "text": text, "category": "answer", **more})


def reply(kind: Kind, category: Category | None = None, **more: Any) -> Reply:
    return Reply(kind, more.pop("text", "so it is"), category, **more)


def result(case_: Case | None = None, reply_: Reply | None = None, suite: str = "faq", **more: Any) -> Result:
    return Result(suite, case_ or case(), reply_ or answered(), more.pop("grades", Grades()), **more)


def supported(*verdicts: bool | None) -> Grades:
    return Grades(tuple(Verdict(f"sentence {n}", verdict, "") for n, verdict in enumerate(verdicts)))


def pair(
    id: str = "p", is_supported: bool = True, verdict: bool | None = True, probability: float | None = None
) -> PairResult:
    kind = "supported" if is_supported else "number"
    made = SupportPair(id, ("It helps.",), "It helps a lot.", is_supported, kind)  # type: ignore[arg-type]
    return PairResult("support_pairs", made, Verdict(made.claim, verdict, "", probability))


class ScriptedSystem:
    """A System: `say` gives the reply, or raises; `asked` keeps the cases in their order."""

    name = "scripted"

    def __init__(self, say: Callable[[Case], Reply], passages: Sequence[str] | None = ()) -> None:
        self._say = say
        self._passages = passages
        self.asked: list[tuple[str, bool]] = []

    def reply(self, case: Case, *, compose: bool = True) -> Reply:
        self.asked.append((case.id, compose))
        return self._say(case)

    def passages(self) -> Sequence[str] | None:
        return self._passages

    def about(self) -> dict[str, str]:
        return {"model": "none"}

    def close(self) -> None:
        self.asked.clear()
