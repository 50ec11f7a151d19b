"""The demo page: a guide as an article on a publisher's site, the widget inline and floating."""

from __future__ import annotations

from functools import cache
from typing import Final

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined

from bot.types import Guide
from bot.web import widget_files
from bot.web.ui.guide_view import sections
from bot.web.ui.render import review_line, short_title, web_url

# as strict as a publisher's can be: no inline script or style, nothing from elsewhere
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
)


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("bot.web", "widget/demo"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def root_of(request: Request) -> str:
    """The address the server is reached at, as its readers see it, with a slash at the end."""
    return str(request.base_url)


def render(guide: Guide, root: str) -> str:
    """The page for a guide; `root` is the server's address."""
    widget = widget_files.load()
    views = sections(guide)
    return (
        _templates()
        .get_template("demo.html")
        .render(
            guide=guide,
            title=short_title(guide),
            subtitle=guide.title.partition(": ")[2],
            review=review_line(guide),
            url=web_url(guide.url),
            views=views,
            middle=min(2, len(views)),
            root=root,
            version=widget.version,
            integrity=widget.entry.integrity,
            languages=widget_files.languages(),
        )
    )
