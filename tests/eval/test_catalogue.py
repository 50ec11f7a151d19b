from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import InputError
from eval.cases import SUITES_DIR, Split
from eval.catalogue import choose, find_suites, stratified
from eval.jsonl import write_cases
from eval.plan import QUICK_CASES, QUICK_COMPOSED, plan
from tests.eval.results import case


def test_every_suite_that_ships_is_described() -> None:
    for split in get_args(Split):
        for name, suite in find_suites(split).items():
            assert suite.title != name
    assert next(iter(find_suites("dev"))) == "faq"


def test_every_case_that_ships_can_be_read() -> None:
    for split in get_args(Split):
        for suite in find_suites(split).values():
            assert suite.pairs(split) if suite.kind == "pairs" else suite.cases(split)


def test_an_editors_own_suite_comes_last_and_replaces_one_of_its_name(tmp_path: Path) -> None:
    for name in ("shoulder", "faq"):
        write_cases(tmp_path / name / "dev.jsonl", [case()])
    suites = choose([], "dev", [tmp_path, SUITES_DIR])
    assert suites[-1].name == "shoulder"
    assert suites[-1].kind == "answering"
    assert suites[0].root == tmp_path
    with pytest.raises(InputError, match="no suite 'elbow'"):
        choose(["elbow"], "dev")
    with pytest.raises(InputError, match="already"):
        write_cases(tmp_path / "faq" / "dev.jsonl", [])


@given(st.lists(st.integers(0, 4), min_size=1, max_size=60), st.integers(1, 60))
def test_a_sample_is_even_in_order_and_always_the_same(strata: list[int], limit: int) -> None:
    items = list(enumerate(strata))
    drawn = stratified(items, limit, lambda item: item[1])
    assert drawn == sorted(drawn)
    assert len(drawn) == min(limit, len(items))
    assert drawn == stratified(items, limit, lambda item: item[1])
    for stratum, size in Counter(strata).items():
        share = limit * size / len(items)
        count = sum(one[1] == stratum for one in drawn)
        assert limit >= len(items) or share - 2 < count < share + 2


def test_a_quick_run_quotes_and_composes_a_few() -> None:
    jobs = plan(choose(["faq", "red_flags", "support_pairs"], "dev"), "dev", "composed", quick=True)
    assert [(job.name, job.compose) for job in jobs] == [
        ("faq", False),
        ("red_flags", False),
        ("support_pairs", False),
        ("composed", True),
    ]
    assert max(job.size for job in jobs) <= QUICK_CASES
    assert jobs[-1].size == QUICK_COMPOSED


def test_safety_is_run_without_the_model() -> None:
    jobs = plan(choose(["faq", "red_flags"], "dev"), "dev", "composed", limit=5)
    assert [(job.name, job.size, job.compose) for job in jobs] == [("faq", 5, True), ("red_flags", 5, False)]
