"""`medialis batch`: many questions from a file, resumable."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.commands.ask import Extractive
from bot.commands.history import read_history
from bot.commands.jsonl import parse_line, read_lines
from bot.commands.output import progress_bar, stderr
from bot.errors import InputError, MedialisError
from bot.settings import Settings, load_settings
from bot.types import Question


def batch(
    source: Annotated[Path, typer.Argument(metavar="IN.jsonl", help='{"id","text","history"} a line.')],
    target: Annotated[Path, typer.Argument(metavar="OUT.jsonl", help="Answers, a line each; kept and continued.")],
    extractive: Extractive = False,
) -> None:
    """Answer every line of IN.jsonl; lines already answered in OUT.jsonl are skipped, a bad line does not stop it."""
    from bot.app import build

    settings = load_settings()
    lines = read_lines(source)
    done = _answered(target)
    bot = build(settings, extractive=extractive)
    failed = 0
    try:
        with target.open("a", encoding="utf-8") as out, progress_bar({"answer": "answering"}) as progress:
            for number, line in enumerate(lines, start=1):
                row_id, result = _one(bot, settings, line, number, done)
                if result is not None:
                    failed += result["kind"] == "error"
                    out.write(json.dumps(result, ensure_ascii=False) + "\n")
                    out.flush()
                    done.add(row_id)
                progress("answer", number, len(lines))
    except OSError as error:
        raise InputError(f"{target}: cannot be written: {error.strerror}") from error
    finally:
        bot.close()
    if failed:
        stderr().print(f"error: {failed} of {len(lines)} lines could not be answered; {target} says why")
        raise typer.Exit(1)


def _one(bot: Any, settings: Settings, line: str, number: int, done: set[str]) -> tuple[str, dict[str, Any] | None]:
    """The answer object of one line; None when it was answered before."""
    from bot.wire import answer_object

    row_id: Any = f"line {number}"
    try:
        row = parse_line(line, ("id", "text"))
        row_id = row["id"]
        if _key(row_id) in done:
            return _key(row_id), None
        question = Question(row["text"], read_history(row.get("history")), settings.locale)
        return _key(row_id), {"id": row_id, **answer_object(bot.answer(question))}
    except MedialisError as error:
        if _key(row_id) in done:
            return _key(row_id), None
        failure = {"id": row_id, "response": str(error), "kind": "error", "category": "invalid"}
        return _key(row_id), failure


def _key(row_id: Any) -> str:
    return json.dumps(row_id)


def _answered(target: Path) -> set[str]:
    """The ids answered in `target`; a last line that a kill cut short is dropped from the file, errors are tried again."""
    if not target.exists():
        return set()
    kept: dict[str, str] = {}
    for line in read_lines(target):
        try:
            row = parse_line(line, ("id",))
        except InputError:
            continue
        if row.get("kind") != "error":
            kept[_key(row["id"])] = line
    partial = target.with_name(target.name + ".partial")
    try:
        partial.write_text("".join(line + "\n" for line in kept.values()), encoding="utf-8")
        partial.replace(target)
    except OSError as error:
        raise InputError(f"{target}: cannot be written: {error.strerror}") from error
    return set(kept)
