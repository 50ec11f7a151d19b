"""The guides as plain data, for whoever shows one beside a chat."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter

from bot.types import Guide
from bot.web.problems import Problem, ProblemError
from bot.web.service import Service


def is_stale(guide: Guide, today: str | None = None) -> bool:
    """Whether the guide's review is due; `today` is an ISO 8601 date."""
    return guide.review_due is not None and guide.review_due < (today or datetime.now(UTC).date().isoformat())


def card(guide: Guide) -> dict[str, Any]:
    """What a guide is, without its text."""
    return {
        "id": guide.id,
        "title": guide.title,
        "url": guide.url,
        "language": guide.language,
        "licence": guide.licence,
        "reviewed_by": guide.reviewed_by,
        "reviewed_on": guide.reviewed_on,
        "review_due": guide.review_due,
        "stale": is_stale(guide),
    }


def full(guide: Guide) -> dict[str, Any]:
    """A guide with its text; a section's body is `text[start:end]`, `start` and `end` counting code points."""
    sections = [
        {
            "heading_path": list(one.heading_path),
            "start": one.start,
            "end": one.end,
            "is_faq": one.is_faq,
            "text": guide.text[one.start : one.end],
        }
        for one in guide.sections
    ]
    return {**card(guide), "sections": sections, "text": guide.text}


def router(service: Service) -> APIRouter:
    """The routes over one service."""
    routes = APIRouter(prefix="/api", tags=["guides"])

    @routes.get("/guides", summary="Every guide")
    def guides() -> dict[str, Any]:
        """The guides the answers come from."""
        return {"guides": [card(guide) for guide in service.bot.guides()]}

    @routes.get("/guides/{guide_id:path}", summary="One guide with its text")
    def guide(guide_id: str) -> dict[str, Any]:
        """Title, review, sections and text of a guide."""
        found = service.bot.guide(guide_id)
        if found is None:
            raise ProblemError(Problem(404, "no-such-guide", "There is no guide of that name"))
        return full(found)

    @routes.get("/starters", summary="Questions to begin with")
    def starters(limit: int = 4) -> dict[str, list[str]]:
        """Questions the guides answer word for word."""
        return {"starters": service.bot.starters(max(0, min(limit, 20)))}

    return routes
