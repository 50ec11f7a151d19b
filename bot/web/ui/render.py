"""The page's HTML from autoescaped templates: words of readers, guides and models are text, never markup."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from bot.types import Guide
from bot.web.guides import is_stale
from bot.web.protocol import Bot
from bot.web.strings import strings
from bot.web.ui.guide_view import sections
from bot.web.ui.text import reply_blocks
from bot.web.ui.turns import PageTurn

_CALL_OUT = frozenset({"escalate"})


class _Templates(Environment):
    """Reads t.turn.copy as a word of ours, not as a method of dict."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        return obj[attribute] if isinstance(obj, dict) and attribute in obj else super().getattr(obj, attribute)


@cache
def _templates() -> Environment:
    return _Templates(
        loader=PackageLoader("bot.web.ui"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _render(name: str, **values: Any) -> str:
    return _templates().get_template(name).render(t=strings(), **values)


def web_url(url: str | None) -> str | None:
    """The URL if it leads to a web page; anything else (javascript:, data:) is not linked."""
    return url if url and url.lower().startswith(("https://", "http://")) else None


def review_line(guide: Guide) -> str:
    """Who reviewed a guide and when, and whether that was too long ago."""
    words = strings()["review"]
    if not guide.reviewed_by:
        line = words["none"]
    elif guide.reviewed_on:
        line = words["by_on"].format(by=guide.reviewed_by, on=guide.reviewed_on)
    else:
        line = words["by"].format(by=guide.reviewed_by)
    return f"{line}. {words['stale'].format(due=guide.review_due)}" if is_stale(guide) else line


def short_title(guide: Guide) -> str:
    """A guide's title without its subtitle."""
    return guide.title.split(": ")[0]


def heading(turn: PageTurn) -> str:
    """The words over a reply that is not a plain answer."""
    words = strings()["heading"]
    kind, category, level = turn.field("kind"), turn.field("category"), turn.field("level")
    if kind == "answer" or not turn.answer:
        return ""
    if kind == "escalate":
        return str(words.get(category) or words.get(level) or "")
    return str(words.get(category) or words.get(kind) or "")


def header(bot: Bot) -> str:
    """Title, review line and the way into the guide."""
    guides = bot.guides()
    only = guides[0] if len(guides) == 1 else None
    return _render(
        "header.html",
        guide=only,
        review=review_line(only) if only else "",
        short_title=short_title(only) if only else "",
    )


def page_title(bot: Bot) -> str:
    """What the tab says."""
    guides = bot.guides()
    words = strings()
    return str(words["title"].format(guide=short_title(guides[0])) if len(guides) == 1 else words["title_many"])


def transcript(bot: Bot, turns: list[PageTurn]) -> str:
    """The conversation, or the questions to begin with."""
    if not turns:
        guides = bot.guides()
        lead = strings()["lead" if len(guides) == 1 else "lead_many"].format(count=len(guides))
        return _render("welcome.html", lead=lead, starters=bot.starters(4))
    views = [_turn(bot, turn, number, number == len(turns) - 1) for number, turn in enumerate(turns)]
    return _render("transcript.html", turns=views, votes=bot.settings.feedback)


def _turn(bot: Bot, turn: PageTurn, number: int, last: bool) -> dict[str, Any]:
    kind, level = turn.field("kind"), turn.field("level")
    guides = [guide for name in dict.fromkeys(one.guide for one in turn.citations) if (guide := bot.guide(name))]
    return {
        "turn": turn,
        "number": number,
        "last": last,
        "blocks": reply_blocks(turn.text, turn.citations, phones=kind in _CALL_OUT),
        "heading": heading(turn),
        "look": level if kind == "escalate" and level else kind or "pending",
        "urgent": level == "emergency_now" or turn.field("category") == "crisis",
        "groups": _groups(turn),
        "mode": strings()["mode"].get(turn.field("mode"), "") if kind == "answer" else "",
        "sources": [{"title": short_title(guide), "review": review_line(guide)} for guide in guides],
        "reasons": strings()["feedback"][f"reasons_{turn.vote}"] if turn.vote else {},
    }


def _groups(turn: PageTurn) -> list[dict[str, Any]]:
    """Citations to list: one by one with their quote, or by section where the reply already says the quote."""
    groups: list[dict[str, Any]] = []
    for one in turn.citations:
        said = one.quote in turn.text
        if said and groups and groups[-1]["said"] and groups[-1]["section"] == one.section:
            groups[-1]["cited"].append(one)
        else:
            groups.append({"said": said, "section": one.section, "cited": [one]})
    return groups


def guide(found: Guide | None, start: int = 0, end: int = 0, url: str | None = None) -> str:
    """A guide to read beside the chat, the characters start:end highlighted; `url` is the citation's own."""
    if found is None:
        return _render("guide.html", guide=None, views=[], review="", start=0, end=0, url=None)
    return _render(
        "guide.html",
        guide=found,
        views=sections(found, start, end),
        review=review_line(found),
        start=start,
        end=end,
        url=web_url(url) or web_url(found.url),
    )


def foot() -> str:
    """The disclaimer."""
    return _render("foot.html")
