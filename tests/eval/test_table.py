from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import InputError
from eval.catalogue import find_suites
from eval.metrics import BY_NAME
from eval.metrics.base import Estimate
from eval.table import BEGIN, END, layout, markdown, put


def test_what_the_table_wants_exists() -> None:
    wanted = layout()
    assert set(wanted.measures) <= set(BY_NAME)
    assert set(wanted.cases) <= set(find_suites("test"))
    assert {column["system"] for column in wanted.columns} == {"medialis", "naive"}


def test_it_is_put_between_the_markers_and_nowhere_else(tmp_path: Path) -> None:
    path = tmp_path / "doc.md"
    path.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    for _ in range(2):
        put(path, "| new |")
    assert path.read_text(encoding="utf-8") == f"before\n{BEGIN}\n| new |\n{END}\nafter\n"
    path.write_text("nothing", encoding="utf-8")
    with pytest.raises(InputError, match="no place"):
        put(path, "| new |")


def test_a_measure_is_a_row_and_a_system_a_column() -> None:
    one = Estimate("right", 0.5, 0.4, 0.6, 20, unscored=3)
    rows = markdown(["ours", "naive"], [[one], []], ["right", "mrr"], "note").splitlines()
    assert rows[0] == "| | ours | naive |"
    assert rows[2] == "| Right in every respect | 50.0% <sub>40.0% – 60.0% of 20, 3 unscored</sub> | – |"
    assert rows[3:] == ["", "note"]
