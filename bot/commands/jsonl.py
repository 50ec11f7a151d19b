"""JSON Lines in and out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bot.errors import InputError


def read_lines(path: Path) -> list[str]:
    """The non-empty lines of a UTF-8 file. Raises InputError naming the file."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise InputError(f"{path}: there is no such file") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8 text") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    return [line for line in text.split("\n") if line.strip()]


def parse_line(line: str, required: tuple[str, ...]) -> dict[str, Any]:
    """One line as an object with the fields `required`. Raises InputError saying what is wrong."""
    try:
        row = json.loads(line)
    except ValueError as error:
        raise InputError("not JSON") from error
    if not isinstance(row, dict):
        raise InputError("not a JSON object")
    missing = [name for name in required if name not in row]
    if missing:
        raise InputError(f"the field {missing[0]!r} is missing")
    if "text" in required and not isinstance(row["text"], str):
        raise InputError("the field 'text' is not a string")
    return row


def read_jsonl(path: Path, required: tuple[str, ...]) -> list[dict[str, Any]]:
    """Every line of `path` as an object. Raises InputError naming file and line."""
    rows = []
    for number, line in enumerate(read_lines(path), start=1):
        try:
            rows.append(parse_line(line, required))
        except InputError as error:
            raise InputError(f"{path}, line {number}: {error}") from error
    return rows


def write_jsonl(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write one object a line, each as soon as it is there. Raises InputError naming the file."""
    try:
        with path.open("w", encoding="utf-8") as out:
            for row in rows:
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
                out.flush()
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from error
