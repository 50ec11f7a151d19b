"""`medialis eval new`: a first suite for a new guide."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def new(
    guide: Annotated[Path, typer.Argument(metavar="GUIDE", help="A guide's file.")],
    name: Annotated[str | None, typer.Option(help="The suite's name [default: the guide's id].")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a suite of that name.")] = False,
) -> None:
    """Draft a suite: the guide's FAQ pairs, a question a section, near misses. Correct it, then run it."""
    from bot.commands.output import stdout
    from bot.knowledge.load import load_guide
    from bot.settings import load_settings
    from eval.catalogue import own_suites
    from eval.drafts import draft
    from eval.jsonl import write_cases

    read = load_guide(guide)
    cases = draft(read)
    suite = name or read.id
    target = own_suites(load_settings().data_dir) / suite / "dev.jsonl"
    write_cases(target, cases, overwrite=force)
    out = stdout()
    out.print(f"{target}: {len(cases)} draft cases", markup=False, soft_wrap=True)
    out.print(
        f"Put the questions into readers' words, keep as gold only what answers, add key facts; then: medialis eval {suite} --split dev",
        markup=False,
        soft_wrap=True,
    )
