"""What was wrong with a result, in words; "" when nothing was."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from eval.metrics.false_alarm import concerns as wants_no_alarm
from eval.metrics.under_triage import RANK
from eval.reply import PairResult, Result
from eval.score import alarmed, right_kind, score


def problem(result: Result | PairResult) -> str:
    """The first things that were wrong, for people."""
    if isinstance(result, PairResult):
        return _pair_problem(result)
    case, reply = result.case, result.reply
    if reply.failed:
        return f"there was no reply: {reply.error}"
    if wants_no_alarm(result) and alarmed(reply):
        return "a false alarm"
    if not right_kind(case, reply):
        return f"it should be {name(*wanted(result))}, and is {name(got(result))}"
    if case.expect.level and RANK[reply.level] < RANK[case.expect.level]:
        return f"help should be sought {name(case.expect.level)}, and the reply says {name(reply.level or 'error')}"
    wrong = "" if case.expect.kind is None else score(case, reply).why
    unsupported = [verdict.text for verdict in result.grades.support if verdict.supported is False]
    if unsupported and reply.kind == "answer":
        wrong = "; ".join(filter(None, [wrong, f"the guide does not support: “{unsupported[0]}”"]))
    return wrong


def wanted(result: Result) -> tuple[str, ...]:
    """The categories a case expects, or the kind where it names none."""
    return result.case.expect.categories or (str(result.case.expect.kind),)


def got(result: Result) -> str:
    """The category of the reply, or the kind read from its text."""
    return result.reply.category or result.reply.kind


def name(*of: str) -> str:
    """What categories, kinds and levels are called, from `outcome.yaml`."""
    return " or ".join(_names().get(one, one) for one in of)


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return names


def _pair_problem(result: PairResult) -> str:
    if result.verdict.supported is None or result.verdict.supported == result.pair.supported:
        return ""
    if result.pair.supported:
        return f"a true sentence would be dropped: {result.verdict.reason}"
    return f"an altered sentence ({result.pair.kind}) would be shown"
