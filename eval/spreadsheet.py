"""Cases as a spreadsheet and back: one row a case, one line a list entry, alternatives parted by " | ".

A cell that would not come back as it was is written as JSON instead. An apostrophe stands before what a spreadsheet would
take for a formula, and is taken off again.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from bot.errors import InputError
from eval.cases import Case, parse_case
from eval.jsonl import case_object

LISTS = ("gold", "must_not", "tags")
ONE_OF = " | "
COLUMNS = (
    "id", "text", "history", "kind", "category", "level", "gold", "gold_mode", "key_facts", "must_not", "section", "tags",
    "standalone", "premise", "nearest", "locale",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
_SPEAKER = {"reader": 0, "bot": 1}


def to_csv(cases: Sequence[Case]) -> str:
    """The cases as CSV with a header; line ends within cells are "\\n"."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for case in cases:
        fields = case_object(case)
        fields |= fields.pop("expect")
        writer.writerow({name: _guarded(_cell(name, fields[name])) for name in COLUMNS if name in fields})
    return out.getvalue()


def from_csv(text: str) -> list[Case]:
    """The cases of a CSV; comma or semicolon between the cells. Raises InputError naming the row."""
    text = text.removeprefix("\ufeff")
    header = text.split("\n", 1)[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if header.count(";") > header.count(",") else ",")
    unknown = sorted({*(reader.fieldnames or ())} - {*COLUMNS})
    if unknown or "text" not in (reader.fieldnames or ()):
        raise InputError(f"the first row must name columns of these: {', '.join(COLUMNS)}; not {', '.join(unknown)}")
    cases: list[Case] = []
    try:
        for row in reader:
            if any(value for value in row.values()):
                cases.append(_case(row))
    except (ValueError, csv.Error) as error:
        raise InputError(f"line {reader.line_num}: {error}") from error
    ids = [case.id for case in cases]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise InputError(f"the id '{twice[0]}' occurs twice")
    return cases


def _case(row: dict[str, Any]) -> Case:
    if None in row:
        raise ValueError("more cells than columns")
    cells = {name: _unguarded(value) for name, value in row.items() if value}
    fields: dict[str, Any] = {name: _value(name, cell) for name, cell in cells.items()}
    expect = {name: fields.pop(name) for name in ("kind", "category", "level") if name in fields}
    return parse_case({**fields, "expect": expect})


def _cell(name: str, value: Any) -> str:
    simple = _simple(name, value)
    try:
        same = _value(name, simple) == value
    except ValueError:
        same = False
    return simple if same else json.dumps(value, ensure_ascii=False)


def _simple(name: str, value: Any) -> str:
    if name == "history":
        return "\n".join(f"{who}: {turn[n]}" for turn in value for who, n in _SPEAKER.items())
    if name == "key_facts":
        return "\n".join(ONE_OF.join(group) for group in value)
    if name == "category" and isinstance(value, list):
        return ONE_OF.join(value)
    return "\n".join(value) if name in LISTS else str(value)


def _value(name: str, cell: str) -> Any:
    """A cell as the field it stands for. Raises ValueError."""
    if cell[:1] in ("[", '"') and name not in ("id", "text", "section", "standalone", "premise", "nearest", "locale"):
        return json.loads(cell)
    rows = [line for line in cell.replace("\r\n", "\n").split("\n") if line.strip()]
    if name == "history":
        return _turns(rows)
    if name == "key_facts":
        return [line.split(ONE_OF) for line in rows]
    if name == "category":
        return cell.split(ONE_OF) if ONE_OF in cell else cell
    return rows if name in LISTS else cell


def _turns(rows: Sequence[str]) -> list[list[str]]:
    turns: list[list[str]] = []
    for line in rows:
        who, said, text = line.partition(": ")
        if not said or who not in _SPEAKER:
            raise ValueError(f"'history' has a line that begins with neither {' nor '.join(_SPEAKER)}: {line[:40]!r}")
        if _SPEAKER[who] == 0:
            turns.append([text])
        elif not turns or len(turns[-1]) != 1:
            raise ValueError("'history' has a line of the bot without one of the reader before it")
        else:
            turns[-1].append(text)
    return turns


def _guarded(cell: str) -> str:
    return "'" + cell if cell.startswith(_FORMULA) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_FORMULA) else cell
