"""The routes under /operator; there are none unless the settings have a token."""

from __future__ import annotations

import asyncio
from functools import cache
from importlib import resources
from typing import Any, Final
from urllib.parse import parse_qs

import yaml
from fastapi import APIRouter, Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse

from bot.errors import MedialisError
from bot.web.demo import root_of
from bot.web.operator import contents
from bot.web.operator.access import PATH, Access
from bot.web.problems import Problem, ProblemError
from bot.web.service import Service
from bot.web.strings import strings

POLICY: Final = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
# a report is a file from a folder: it may look as it likes, and neither run anything nor reach anything
REPORT_POLICY: Final = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
)
# with no referrer at all a browser says of its own forms that they come from nowhere
_PRIVATE: Final = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "same-origin"}
RUNS: Final = "eval"  # under data_dir


@cache
def _words() -> dict[str, Any]:
    words: dict[str, Any] = yaml.safe_load(resources.files(__package__).joinpath("words.yaml").read_text("utf-8"))
    return words


@cache
def _templates() -> Environment:
    loader = PackageLoader(str(__package__))
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _page(request: Request, name: str, status: int = 200, **values: Any) -> HTMLResponse:
    html = _templates().get_template(name).render(t=_words(), words=strings(), root=root_of(request), **values)
    return HTMLResponse(html, status, {"Content-Security-Policy": POLICY, **_PRIVATE})


def _signin(request: Request, problem: str = "") -> HTMLResponse:
    return _page(request, "signin.html", 401, problem=problem, inside=False)


def _gather(service: Service) -> dict[str, Any]:
    """Everything on the page; a part that cannot be read says why, and the others stand."""
    bot = service.bot
    found: dict[str, Any] = {"index_down": "", "feedback_down": "", "shelves": [], "gaps": []}
    rows: list[dict[str, Any]] = []
    try:
        rows = service.feedback.rows()
    except MedialisError as error:
        found["feedback_down"] = str(error)
    open_questions = contents.unanswered(rows)
    try:
        found["shelves"] = contents.shelves(bot)
        found["gaps"] = contents.gaps(bot, open_questions)
    except MedialisError as error:
        found["index_down"] = str(error)
    asked, abstained = service.metrics.asked_and_abstained()
    return {
        **found,
        "parts": bot.ready(),
        "votes": contents.votes(rows),
        "entries": rows[::-1][: contents.LATEST],
        "most": contents.LATEST,
        "unanswered": open_questions[: contents.LATEST],
        "asked": asked,
        "abstained": abstained,
        "collects": bot.settings.feedback,
        "reports": contents.reports(bot.settings.data_dir / RUNS),
    }


def router(service: Service) -> APIRouter:
    """The routes over one service; none without a token."""
    routes = APIRouter(prefix=PATH, include_in_schema=False)
    token = service.bot.settings.operator_token
    if token is None:
        return routes
    access = Access(token.get_secret_value())
    style = resources.files(__package__).joinpath("templates", "operator.css").read_text("utf-8")

    @routes.get("")
    async def show(request: Request) -> Response:
        """The page, or the form that asks for the token."""
        if not await access.opens(request):
            return _signin(request)
        return _page(request, "operator.html", inside=True, **await asyncio.to_thread(_gather, service))

    @routes.post("")
    async def enter(request: Request) -> Response:
        """Take the token and lead to the page."""
        form = parse_qs((await request.body()).decode("utf-8", "replace"))
        if not await access.right(request, form.get("token", [""])[0]):
            return _signin(request, _words()["signin"]["wrong"])
        response = RedirectResponse(f"{root_of(request)}operator", 303, _PRIVATE)
        access.let_in(request, response)
        return response

    @routes.post("/leave")
    async def leave(request: Request) -> Response:
        """Forget the operator."""
        response = RedirectResponse(f"{root_of(request)}operator", 303, _PRIVATE)
        access.let_out(response)
        return response

    @routes.get("/operator.css")
    async def css() -> Response:
        """The style, which is no secret."""
        return Response(style, media_type="text/css", headers={"Cache-Control": "no-cache"})

    @routes.get("/reports/{name:path}")
    async def report(name: str, request: Request) -> Response:
        """One eval report, shut in a sandbox."""
        if not await access.opens(request):
            return _signin(request)
        file = await asyncio.to_thread(contents.report_file, service.bot.settings.data_dir / RUNS, name)
        if file is None:
            raise ProblemError(Problem(404, "no-such-report", "There is no report of that name"))
        return FileResponse(
            file, media_type="text/html", headers={"Content-Security-Policy": REPORT_POLICY, **_PRIVATE}
        )

    return routes
