"""The widget's files, what it asks for when it is opened, and the demo page."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.responses import HTMLResponse, JSONResponse

from bot.safety.words import load_locale
from bot.web import demo, widget_files
from bot.web.guides import card
from bot.web.problems import Problem, ProblemError
from bot.web.service import Service
from bot.web.widget_files import File

STARTERS = 4
# every page may read these files, whatever the API lets it do: that is how a refused page can say why
_PUBLIC = {"Cross-Origin-Resource-Policy": "cross-origin", "Access-Control-Allow-Origin": "*"}
_FOREVER = "public, max-age=31536000, immutable"


def router(service: Service) -> APIRouter:
    """The routes over one service; raises SettingsError for a locale that is not known."""
    routes = APIRouter(tags=["widget"])
    settings = service.bot.settings
    lines = load_locale(settings.locale).lines.values()

    @routes.get("/widget.js", include_in_schema=False)
    def entry(request: Request) -> Response:
        """The current version's entry; browsers ask each time whether it is still the one they have."""
        return _send(request, widget_files.load().entry, "no-cache")

    @routes.get("/widget.json", summary="The widget's current version")
    def current(request: Request) -> JSONResponse:
        """Version, versioned address and integrity hash, for whoever pins them."""
        widget = widget_files.load()
        src = f"{demo.root_of(request)}widget/{widget.version}/widget.js"
        body = {"version": widget.version, "src": src, "integrity": widget.entry.integrity}
        return JSONResponse(body, headers={**_PUBLIC, "Cache-Control": "no-cache"})

    @routes.get("/widget/{version}/{name:path}", include_in_schema=False)
    def part(version: str, name: str, request: Request) -> Response:
        """A file of the current version, which never changes."""
        widget = widget_files.load()
        file = widget.file(name) if version == widget.version else None
        if file is None:
            raise ProblemError(Problem(404, "not-found", "There is no such file in this version of the widget"))
        return _send(request, file, _FOREVER)

    @routes.get("/api/widget/config", summary="What the widget shows when it is opened")
    def config() -> dict[str, Any]:
        """Guides, questions to begin with, the country's emergency lines, and limits."""
        guides = service.bot.guides()
        return {
            "version": widget_files.load().version,
            "guides": [card(guide) for guide in guides],
            "language": guides[0].language if guides else "en",
            "starters": service.bot.starters(STARTERS),
            "lines": [{"kind": one.kind, "name": one.name, "label": one.label, "dial": one.dial} for one in lines],
            "feedback": settings.feedback,
            "max_chars": settings.max_question_chars,
        }

    @routes.get("/demo", include_in_schema=False)
    def demo_page(request: Request) -> Response:
        """The first guide as an article with the widget on it."""
        guides = service.bot.guides()
        return _demo(request, guides[0].id if guides else "")

    @routes.get("/demo/{guide_id:path}", include_in_schema=False)
    def demo_of(guide_id: str, request: Request) -> Response:
        """One guide as an article with the widget on it."""
        return _demo(request, guide_id)

    def _demo(request: Request, guide_id: str) -> Response:
        guide = service.bot.guide(guide_id)
        if guide is None:
            raise ProblemError(Problem(404, "no-such-guide", "There is no guide of that name"))
        page = demo.render(guide, demo.root_of(request))
        return HTMLResponse(page, headers={"Content-Security-Policy": demo.POLICY, "Cache-Control": "no-cache"})

    return routes


def _send(request: Request, file: File, cache: str) -> Response:
    tag = f'"{file.integrity[7:39]}"'
    headers = {**_PUBLIC, "Cache-Control": cache, "ETag": tag, "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(file.packed, media_type=file.media_type, headers=headers)
    return Response(file.body, media_type=file.media_type, headers=headers)
