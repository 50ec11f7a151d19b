"""`medialis eval gaps`: what readers asked and the guides do not answer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def gaps(
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write the questions as draft cases (JSON lines).")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the clusters as JSON.")] = False,
) -> None:
    """Show unanswered and disliked questions in clusters, with the nearest section, from feedback given with consent."""
    from dataclasses import asdict

    from bot.app import build
    from bot.commands.output import print_json, stdout
    from bot.knowledge.query import Query
    from bot.settings import load_settings
    from bot.web.feedback import FILE, FeedbackStore
    from eval.gaps import Gap, Nearest, cases_of, find_gaps, wanting
    from eval.jsonl import write_cases

    settings = load_settings()
    rows = wanting(FeedbackStore(settings.data_dir / FILE).rows())
    bot = build(settings, extractive=True)

    def nearest(question: str) -> Nearest | None:
        hits = bot.retriever.search(Query.alone(question, bot.encoder), 4, 1).sentences
        return next(
            (Nearest(h.passage.guide_id, h.passage.section, h.sentence.text, round(h.cosine, 3)) for h in hits), None
        )

    try:
        found: list[Gap] = find_gaps(rows, bot.encoder, nearest)
        cases = cases_of(rows, nearest) if out else []
    finally:
        bot.close()
    if out:
        write_cases(out, cases, overwrite=True)
    if json:
        print_json([asdict(gap) for gap in found])
        return
    console = stdout()
    if not found:
        console.print("No reader left an unanswered or disliked question.")
    for gap in found:
        console.print(f"\n{gap.unanswered} unanswered, {gap.disliked} disliked", style="bold")
        for question in gap.questions:
            console.print(f"  {question}", markup=False, soft_wrap=True)
        if gap.nearest:
            console.print(
                f"  nearest: {gap.nearest.section}: “{gap.nearest.sentence}”", style="dim", markup=False, soft_wrap=True
            )
    if out:
        console.print(
            f"\n{out}: {len(cases)} draft cases; correct them and add them to a suite", markup=False, soft_wrap=True
        )
