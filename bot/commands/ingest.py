"""`medialis ingest`: guides into the index."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.output import print_json, progress_bar, stderr, stdout
from bot.knowledge.ingest import IngestReport


def ingest(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH…]", help="Files or folders to add or renew; none: the whole corpus folder."),
    ] = None,
    ready: Annotated[
        bool,
        typer.Option(
            "--ready", help="Also get ready now what the first start would: models, and the guides' questions."
        ),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print what changed as JSON.")] = False,
) -> None:
    """Read guides into the index. Only what changed is embedded; a broken guide does not stop the others."""
    from bot.app import build

    bot = build(extractive=True)
    try:
        with progress_bar({"read": "reading guides", "embed": "embedding passages"}) as progress:
            report = bot.ingest(paths or None, progress)
        if ready and not report.errors:
            stderr().print("getting the models ready (once, about a minute)", markup=False)
            bot.get_ready()
    finally:
        bot.close()
    if json:
        fields = asdict(report) | {"errors": [str(error) for error in report.errors]}
        print_json(fields)
    else:
        _table(report)
    for error in report.errors:
        stderr().print(f"error: {error}", markup=False, soft_wrap=True)
    if report.errors:
        raise typer.Exit(1)


def _table(report: IngestReport) -> None:
    from rich.table import Table

    table = Table("guide", "change", "passages", box=None, pad_edge=False)
    rows = [(id_, change) for change in ("added", "changed", "removed", "kept") for id_ in getattr(report, change)]
    for id_, change in rows[:50]:
        table.add_row(id_, change, str(report.passages.get(id_, "–")))
    out = stdout()
    if rows:
        out.print(table)
    if len(rows) > 50:
        out.print(f"… and {len(rows) - 50} more")
    counts = ", ".join(
        f"{len(getattr(report, change))} {change}" for change in ("added", "changed", "removed", "unchanged")
    )
    out.print(f"{counts}; {report.total} passages in the index, {report.embedded} embedded in {report.seconds:.1f} s")
