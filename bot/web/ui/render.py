"""The page's HTML from autoescaped templates: words of readers, guides and models are text, never markup."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from bot.types import Guide
from bot.web.guides import is_stale
from bot.web.protocol import Bot
from bot.web.strings import ENGLISH, strings
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


def _render(name: str, language: str, **values: Any) -> str:
    return _templates().get_template(name).render(t=strings(language), language=language, **values)


def web_url(url: str | None) -> str | None:
    """The URL if it leads to a web page; anything else (javascript:, data:) is not linked."""
    return url if url and url.lower().startswith(("https://", "http://")) else None


def review_line(guide: Guide, language: str = ENGLISH) -> str:
    """Who reviewed a guide and when, and whether that was too long ago."""
    words = strings(language)
    if not guide.reviewed_by:
        line = words["not_reviewed"]
    elif guide.reviewed_on:
        line = words["reviewed_on"].format(by=guide.reviewed_by, on=guide.reviewed_on)
    else:
        line = words["reviewed"].format(by=guide.reviewed_by)
    return f"{line}. {words['stale'].format(due=guide.review_due)}" if is_stale(guide) else line


def short_title(guide: Guide) -> str:
    """A guide's title without its subtitle."""
    return guide.title.split(": ")[0]


def heading(turn: PageTurn, language: str = ENGLISH) -> str:
    """The words over a reply that is not a plain answer."""
    words = strings(language)
    kind, category, level = turn.field("kind"), turn.field("category"), turn.field("level")
    if kind == "answer" or not turn.answer:
        return ""
    if kind == "escalate":
        return str(words.get(f"heading_{category}") or words.get(f"heading_{level}") or "")
    return str(words.get(f"heading_{category}") or words.get(f"heading_{kind}") or "")


def header(bot: Bot, language: str = ENGLISH) -> str:
    """Title, review line and the way into the guide."""
    guides = bot.guides()
    only = guides[0] if len(guides) == 1 else None
    return _render(
        "header.html",
        language,
        guide=only,
        review=review_line(only, language) if only else "",
        short_title=short_title(only) if only else "",
    )


def page_title(bot: Bot, language: str = ENGLISH) -> str:
    """What the tab says."""
    guides = bot.guides()
    words = strings(language)
    if len(guides) == 1:
        return str(words["page_title"].format(guide=short_title(guides[0])))
    return str(words["page_title_many"])


def transcript(bot: Bot, turns: list[PageTurn], language: str = ENGLISH) -> str:
    """The conversation, or the questions to begin with."""
    if not turns:
        guides = bot.guides()
        lead = strings(language)["lead" if len(guides) == 1 else "lead_many"].format(count=len(guides))
        return _render("welcome.html", language, lead=lead, spoken=_spoken(guides), starters=bot.starters(4))
    views = [_turn(bot, turn, number, number == len(turns) - 1, language) for number, turn in enumerate(turns)]
    return _render("transcript.html", language, turns=views, votes=bot.settings.feedback, spoken=_spoken(bot.guides()))


def _turn(bot: Bot, turn: PageTurn, number: int, last: bool, language: str) -> dict[str, Any]:
    words, kind, level = strings(language), turn.field("kind"), turn.field("level")
    guides = [guide for name in dict.fromkeys(one.guide for one in turn.citations) if (guide := bot.guide(name))]
    return {
        "turn": turn,
        "number": number,
        "last": last,
        "blocks": reply_blocks(turn.text, turn.citations, phones=kind in _CALL_OUT),
        "heading": heading(turn, language),
        "look": level if kind == "escalate" and level else kind or "pending",
        "urgent": level == "emergency_now" or turn.field("category") == "crisis",
        "seen_to": words["seen_to"] if kind == "escalate" and turn.field("category") != "crisis" else "",
        "groups": _groups(turn),
        "mode": words.get(f"mode_{turn.field('mode')}", "") if kind == "answer" else "",
        "sources": [{"title": short_title(guide), "review": review_line(guide, language)} for guide in guides],
        "reasons": words[f"reasons_{turn.vote}"] if turn.vote else {},
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


def guide(found: Guide | None, start: int = 0, end: int = 0, url: str | None = None, language: str = ENGLISH) -> str:
    """A guide to read beside the chat, the characters start:end highlighted; `url` is the citation's own."""
    if found is None:
        return _render("guide.html", language, guide=None, views=[], review="", start=0, end=0, url=None)
    return _render(
        "guide.html",
        language,
        guide=found,
        views=sections(found, start, end),
        review=review_line(found, language),
        start=start,
        end=end,
        url=web_url(url) or web_url(found.url),
    )


def foot(bot: Bot, language: str = ENGLISH) -> str:
    """The disclaimer, and the operator's way in where there is one."""
    operator = bot.settings.operator_token is not None
    return _render("foot.html", language, operator=operator, title=page_title(bot, language))


def _spoken(guides: tuple[Guide, ...]) -> str:
    """The language of the guides and so of the replies; empty where they differ."""
    spoken = {guide.language for guide in guides}
    return spoken.pop() if len(spoken) == 1 else ""
