"""Write a run's reports into its folder."""

from __future__ import annotations

import json
from pathlib import Path

from bot.errors import InputError
from eval.compare import Comparison
from eval.report.junit import junit
from eval.report.page import page
from eval.runs import Run
from eval.summary import Summary, as_json


def write_reports(
    summary: Summary,
    run: Run,
    comparison: Comparison | None = None,
    against: str | None = None,
    junit_too: Path | None = None,
) -> Path:
    """Write report.html, junit.xml and figures.json; returns the page's path. Raises InputError."""
    document = junit(summary, run)
    target = run.folder
    try:
        (run.folder / "report.html").write_text(page(summary, run, comparison, against), encoding="utf-8")
        (run.folder / "junit.xml").write_bytes(document)
        (run.folder / "figures.json").write_text(
            json.dumps(as_json(summary), ensure_ascii=False, indent=1), encoding="utf-8"
        )
        if junit_too:
            target = junit_too
            junit_too.write_bytes(document)
    except OSError as error:
        raise InputError(f"{target}: cannot be written: {error.strerror}") from error
    return run.folder / "report.html"
