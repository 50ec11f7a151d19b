from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import InputError
from eval.reply import Reply
from eval.thresholds import Gate, check, load_gates
from tests.eval.results import ABSTAIN, answered, case, reply, result, supported


def test_the_gates_that_ship_can_be_read() -> None:
    assert {"red_flag_recall", "faithfulness", "failed"} <= {gate.metric for gate in load_gates()}


@pytest.mark.parametrize(("right", "verdict"), [(18, "passed"), (17, "failed")])
def test_a_limit(right: int, verdict: str) -> None:
    results = [
        result(case(str(n), expect=ABSTAIN), reply("abstain", "unsupported") if n < right else answered())
        for n in range(20)
    ]
    (checked,) = check([Gate("abstention_recall", "why", min=0.9)], results)
    assert (checked.verdict, checked.n) == (verdict, 20)
    assert "at least 90 %" in checked.reason


def test_too_few_cases_decide_nothing_but_a_failed_reply_does() -> None:
    gates = [Gate("right", "why", min=1), Gate("failed", "why", max=0)]
    right, failed = check(gates, [result(reply_=Reply("error", error="no"))])
    assert (right.verdict, failed.verdict) == ("too few", "failed")


def test_what_could_not_be_scored_at_all_fails_and_what_was_not_run_is_left_out() -> None:
    gates = [Gate("faithfulness", "why", min=0.9), Gate("red_flag_recall", "why", min=0.9)]
    (checked,) = check(gates, [result(grades=supported(None))])
    assert checked.verdict == "failed"
    assert "could not be scored" in checked.reason


def test_a_gate_of_one_suite() -> None:
    results = [result(case(str(n)), answered(), suite="faq" if n < 10 else "other") for n in range(20)]
    (checked,) = check([Gate("right", "why", min=1, suite="faq")], results)
    assert checked.n == 10


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[gate]]\nmetric = 'rigth'\nwhy = ''\nmin = 1", "no measure 'rigth'"),
        ("[[gate]]\nmetric = 'right'\nwhy = ''", "neither min nor max"),
        ("[[gate]]\nmetric = 'right'\nwhy = ''\nmni = 1", "mni"),
        ("", "must hold"),
        ("[[gate", "cannot be read"),
    ],
)
def test_a_bad_file_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "limits.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=reason):
        load_gates(path)
