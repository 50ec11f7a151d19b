"""An MCP server over a bot; `mcp` is an optional package, so this module is imported only where it is wanted."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import aclosing
from functools import cache
from importlib import resources
from typing import Any, TypeVar
from urllib.parse import quote, unquote

import mcp_types as types
import yaml
from mcp.server import Server, ServerRequestContext
from mcp.shared.exceptions import MCPError
from pydantic import BaseModel, Field, ValidationError

from bot import __version__
from bot.errors import MedialisError
from bot.types import Answer, Done, Guide, Shown
from bot.web.problems import Problem, ProblemError, describe, problem_of
from bot.web.schemas import History, turns_of
from bot.web.service import Service
from bot.web.ui.render import review_line
from bot.wire import answer_object

NAME = "medialis"
TOOL = "ask_guide"
SCHEME = "medialis://guides/"
# tracebacks of requests that cannot be read would carry a reader's words
logging.getLogger("mcp").setLevel(logging.CRITICAL)

Context = ServerRequestContext[Any, Any]
T = TypeVar("T")


@cache
def _words() -> dict[str, Any]:
    words: dict[str, Any] = yaml.safe_load(resources.files(__package__).joinpath("words.yaml").read_text("utf-8"))
    return words


class Arguments(BaseModel):
    """What the tool takes."""

    question: str = Field(description=_words()["tool"]["question"])
    history: History = Field(description=_words()["tool"]["history"])


def uri_of(guide_id: str) -> str:
    """The address of a guide's resource."""
    return SCHEME + quote(guide_id, safe="/")


def tool() -> types.Tool:
    """The tool as clients list it."""
    words = _words()["tool"]
    return types.Tool(
        name=TOOL,
        title=words["title"],
        description=words["description"],
        input_schema=Arguments.model_json_schema(),
        annotations=types.ToolAnnotations(
            read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
        ),
    )


def resource(guide: Guide) -> types.Resource:
    """A guide as clients list it; `size` counts bytes of UTF-8."""
    return types.Resource(
        name=guide.id,
        title=guide.title,
        uri=uri_of(guide.id),
        description=_words()["guide"].format(review=review_line(guide)),
        mime_type="text/markdown",
        size=len(guide.text.encode()),
    )


class Handlers:
    """What each request of the protocol does; every tool call is admitted like a question over HTTP."""

    def __init__(self, service: Service) -> None:
        self.service = service

    async def list_tools(self, context: Context, params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        """The one tool."""
        return types.ListToolsResult(tools=[tool()])

    async def call_tool(self, context: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        """Ask; what goes wrong is a result marked as an error, so that the asking model can read why."""
        if params.name != TOOL:
            raise MCPError(types.INVALID_PARAMS, f"There is no such tool; call {TOOL}")
        try:
            answer = await self._ask(context, params.arguments or {})
        except ValidationError as error:
            wrong = "; ".join(f"{one['at']}: {one['message']}" for one in describe(error))
            return _refused(Problem(422, "invalid-request", wrong))
        except ProblemError as error:
            return _refused(error.problem)
        except MedialisError as error:
            return _refused(problem_of(error))
        return types.CallToolResult(
            content=[types.TextContent(text=answer.text)], structured_content=answer_object(answer)
        )

    async def _ask(self, context: Context, arguments: dict[str, Any]) -> Answer:
        given = Arguments.model_validate(arguments)
        address = context.request.client if context.request else None
        await self.service.admit(address.host if address else None)
        question = self.service.question(given.question, turns_of(given.history))
        shown = 0
        async with aclosing(self.service.events("mcp", question)) as events:
            async for event in events:
                if isinstance(event, Shown):  # clients that asked for progress see each sentence once it is checked
                    shown += 1
                    await context.session.report_progress(shown, message=event.text)
                elif isinstance(event, Done):
                    return event.answer
        raise MedialisError("The answer ended before it was whole", hint="try again")

    async def list_resources(
        self, context: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        """A resource for each guide of the index as it is now."""
        guides = await _looked_up(self.service.bot.guides)
        return types.ListResourcesResult(resources=[resource(guide) for guide in guides])

    async def read_resource(
        self, context: Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        """A guide's text."""
        uri = str(params.uri)
        named = unquote(uri.removeprefix(SCHEME)) if uri.startswith(SCHEME) else ""
        guide = await _looked_up(self.service.bot.guide, named)
        if guide is None:
            raise MCPError(types.INVALID_PARAMS, "There is no such guide")
        text = types.TextResourceContents(uri=uri, mime_type="text/markdown", text=guide.text)
        return types.ReadResourceResult(contents=[text])


async def _looked_up(look: Callable[..., T], *named: str) -> T:
    """What the index says; MCPError when it cannot be opened."""
    try:
        return await asyncio.to_thread(look, *named)
    except MedialisError as error:
        raise MCPError(types.INTERNAL_ERROR, str(error)) from error


def _refused(problem: Problem) -> types.CallToolResult:
    wait = f" Try again in {problem.retry_after} s." if problem.retry_after else ""
    hint = f" ({problem.hint})" if problem.hint else ""
    text = f"{problem.detail}{hint}.{wait}"
    said: list[types.ContentBlock] = [types.TextContent(text=text)]
    return types.CallToolResult(content=said, structured_content=problem.body(), is_error=True)


def server(service: Service) -> Server[Any]:
    """The MCP server over a service, for any transport."""
    do, words = Handlers(service), _words()
    return Server(
        NAME,
        version=__version__,
        title=words["title"],
        instructions=words["instructions"],
        on_list_tools=do.list_tools,
        on_call_tool=do.call_tool,
        on_list_resources=do.list_resources,
        on_read_resource=do.read_resource,
    )
