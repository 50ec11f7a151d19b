"""Cases as JSON lines an editor can read: only the fields that say something."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bot.errors import InputError
from eval.cases import Case
from eval.reply import dump


def case_object(case: Case) -> dict[str, Any]:
    """The case as `eval.cases.parse_case` reads it."""
    fields = dump(case)
    expect = fields.pop("expect")
    categories = expect.pop("categories")
    expect["category"] = categories[0] if len(categories) == 1 else categories
    kept = {name: value for name, value in fields.items() if value not in (None, [], "any")}
    return {
        "id": kept.pop("id"),
        "text": kept.pop("text"),
        **({"history": kept.pop("history")} if "history" in kept else {}),
        "expect": {name: value for name, value in expect.items() if value not in (None, [])},
        **kept,
    }


def lines(cases: Iterable[Case]) -> str:
    """One line a case."""
    return "".join(json.dumps(case_object(case), ensure_ascii=False) + "\n" for case in cases)


def write_cases(path: Path, cases: Iterable[Case], *, overwrite: bool = False) -> None:
    """Write a suite's file with its folder. Raises InputError when it is there already, or cannot be written."""
    if path.exists() and not overwrite:
        raise InputError(f"{path} is there already", hint="--force writes over it")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(lines(cases), encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from error
