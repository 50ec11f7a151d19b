"""`medialis eval csv`: cases to and from a spreadsheet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

app = typer.Typer(help="Export a suite to a spreadsheet, or import one.", rich_markup_mode=None)

Half = Annotated[Literal["dev", "test"], typer.Option("--split", help="Which half.")]


@app.command("export")
def export_csv(
    suite: Annotated[str, typer.Argument(metavar="SUITE")],
    target: Annotated[Path, typer.Argument(metavar="FILE.csv")],
    split: Half = "dev",
) -> None:
    """Write a suite as CSV (UTF-8 with the mark that spreadsheets look for)."""
    from bot.commands.output import stdout
    from bot.errors import InputError
    from bot.settings import load_settings
    from eval.catalogue import choose
    from eval.commands.setup import suite_roots
    from eval.spreadsheet import to_csv

    chosen = choose([suite], split, suite_roots(load_settings()))[0]
    if chosen.kind == "pairs":
        raise InputError(f"{suite} holds pairs, not questions")
    cases = chosen.cases(split)
    try:
        target.write_text(to_csv(cases), encoding="utf-8-sig", newline="")
    except OSError as error:
        raise InputError(f"{target}: cannot be written: {error.strerror}") from error
    stdout().print(f"{target}: {len(cases)} cases", markup=False)


@app.command("import")
def import_csv(
    source: Annotated[Path, typer.Argument(metavar="FILE.csv")],
    suite: Annotated[str, typer.Argument(metavar="SUITE", help="The name it gets among your own suites.")],
    split: Half = "dev",
    force: Annotated[bool, typer.Option("--force", help="Write over a suite of that name.")] = False,
) -> None:
    """Check a CSV and make it a suite of your own (in the data folder)."""
    from bot.commands.output import stdout
    from bot.errors import InputError
    from bot.settings import load_settings
    from eval.catalogue import own_suites
    from eval.jsonl import write_cases
    from eval.spreadsheet import from_csv

    try:
        with source.open(encoding="utf-8-sig", newline="") as text:
            cases = from_csv(text.read())
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{source}: cannot be read: {error}") from error
    except InputError as error:
        raise InputError(f"{source}: {error}") from error
    target = own_suites(load_settings().data_dir) / suite / f"{split}.jsonl"
    write_cases(target, cases, overwrite=force)
    stdout().print(
        f"{target}: {len(cases)} cases; run: medialis eval {suite} --split {split}", markup=False, soft_wrap=True
    )
