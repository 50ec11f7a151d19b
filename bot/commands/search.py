"""`medialis search`: what retrieval finds, for one query or for a file of them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.commands.jsonl import read_jsonl, write_jsonl
from bot.commands.output import print_json, stdout
from bot.errors import InputError
from bot.types import Hit


def search(
    query: Annotated[str | None, typer.Argument(help="What to look for.")] = None,
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="How many passages.")] = 5,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    jsonl: Annotated[
        tuple[Path, Path] | None,
        typer.Option("--jsonl", metavar="IN OUT", help='Search every {"id","text"} line of IN; write hits to OUT.'),
    ] = None,
) -> None:
    """Show the passages retrieval finds, with their scores."""
    from bot.app import build

    if (query is None) == (jsonl is None):
        raise InputError("give either a query or --jsonl IN OUT")
    bot = build(extractive=True)
    try:
        if jsonl is not None:
            rows = read_jsonl(jsonl[0], ("id", "text"))
            write_jsonl(jsonl[1], (_row(row, *_timed(bot, str(row["text"]), k)) for row in rows))
        else:
            hits = bot.search(query or "", k)
            if json:
                print_json([hit_object(hit) for hit in hits])
            else:
                _table(hits)
    finally:
        bot.close()


def hit_object(hit: Hit) -> dict[str, Any]:
    """A hit as JSON-ready values; `score` is the fused reciprocal rank."""
    p = hit.passage
    score = round(hit.fused, 6)
    return {"guide": p.guide_id, "section": p.section, "start": p.start, "end": p.end, "text": p.text, "score": score}


def _timed(bot: Any, text: str, k: int) -> tuple[list[Hit], float]:
    began = time.perf_counter()
    hits = bot.search(text, k) if text.strip() else []
    return hits, (time.perf_counter() - began) * 1000


def _row(row: dict[str, Any], hits: list[Hit], ms: float) -> dict[str, Any]:
    return {"id": row["id"], "hits": [hit_object(hit) for hit in hits], "ms": round(ms, 2)}


def _table(hits: list[Hit]) -> None:
    from rich.table import Table

    table = Table("#", "fused", "cosine", "guide", "section", "text", box=None, pad_edge=False)
    for hit in hits:
        cosine = "–" if hit.cosine != hit.cosine else f"{hit.cosine:.3f}"  # not among the nearest: found by words only
        text = " ".join(hit.passage.text.split())
        text = text if len(text) <= 80 else text[:79] + "…"
        table.add_row(str(hit.rank), f"{hit.fused:.4f}", cosine, hit.passage.guide_id, hit.passage.section, text)
    stdout().print(table)
