"""What the operator's page shows, gathered from the index, the feedback and the folder of eval runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from bot.types import Guide
from bot.web.guides import is_stale
from bot.web.protocol import Bot

LATEST: Final = 200  # votes shown, newest first
REPORT: Final = "report.html"
_UNANSWERED: Final = frozenset({"abstain", "error"})


@dataclass(frozen=True, slots=True)
class Shelf:
    """A guide as it stands in the index."""

    guide: Guide
    sections: int
    faqs: int
    passages: int
    stale: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions readers allowed to be stored that the guides left open, by the section nearest to them."""

    guide: str
    section: str
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """An eval run's HTML report; `name` is its folder under the runs, `at` when it was written (UTC)."""

    name: str
    at: datetime


def shelves(bot: Bot) -> list[Shelf]:
    """Every guide of the index. Raises IndexUnavailable."""
    return [
        Shelf(
            guide,
            sum(not section.is_faq for section in guide.sections),
            sum(section.is_faq for section in guide.sections),
            bot.count_passages(guide.id),
            is_stale(guide),
        )
        for guide in bot.guides()
    ]


def votes(rows: Sequence[dict[str, Any]]) -> dict[str, Counter[str]]:
    """Reasons counted by vote; a vote without one counts under ""."""
    counts: dict[str, Counter[str]] = {"up": Counter(), "down": Counter()}
    for row in rows:
        counts.setdefault(row["vote"], Counter())[row["reason"] or ""] += 1
    return counts


def unanswered(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The votes on a question that got no answer, or whose reader says so; each question once, newest first."""
    left = [row for row in rows if row["kind"] in _UNANSWERED or row["reason"] == "not_answered"]
    return list({row["question"].casefold(): row for row in left}.values())[::-1]


def gaps(bot: Bot, rows: Sequence[dict[str, Any]]) -> list[Gap]:
    """Unanswered questions by the nearest section, the fullest first: where the guides lack most. Raises MedialisError."""
    found: dict[tuple[str, str], list[str]] = {}
    titles = {guide.id: guide.title for guide in bot.guides()}
    for row in rows[:LATEST]:
        hits = bot.search(row["question"], 1)
        passage = hits[0].passage if hits else None
        place = (titles.get(passage.guide_id, passage.guide_id), passage.section) if passage else ("", "")
        found.setdefault(place, []).append(row["question"])
    every = [Gap(guide, section, tuple(asked)) for (guide, section), asked in found.items()]
    return sorted(every, key=lambda gap: -len(gap.questions))


def reports(runs: Path) -> list[Report]:
    """Every report under the folder of eval runs, newest first; none when there is no such folder."""
    found = [
        Report(path.parent.relative_to(runs).as_posix(), datetime.fromtimestamp(path.stat().st_mtime, UTC))
        for path in runs.rglob(REPORT)
        if path.parent != runs
    ]
    return sorted(found, key=lambda report: report.at, reverse=True)


def report_file(runs: Path, name: str) -> Path | None:
    """The file of a run's report, or None: nothing outside the folder of runs is a report."""
    path = (runs / name / REPORT).resolve()
    return path if path.is_relative_to(runs.resolve()) and path.is_file() else None
