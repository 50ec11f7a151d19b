"""The Gradio page: its parts, and which event changes which of them."""

from __future__ import annotations

from functools import partial
from importlib import resources
from typing import Any

import gradio as gr
from fastapi import FastAPI

from bot.web.service import Service
from bot.web.strings import strings
from bot.web.ui import render
from bot.web.ui.handlers import Handlers
from bot.web.ui.shell import Shell

_FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")  # of the reader's machine
_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


def _script(name: str) -> str:
    return resources.files("bot.web.ui").joinpath(name).read_text("utf-8")


def build(service: Service) -> gr.Blocks:
    """The page over a service."""
    bot, do, words = service.bot, Handlers(service), strings()
    with gr.Blocks(title=render.page_title(bot), analytics_enabled=False, fill_width=True) as page:
        with gr.Row(elem_id="top"):
            head = gr.HTML(render.header(bot), elem_id="head", apply_default_css=False)
            with gr.Row(elem_id="actions"):
                read = gr.Button(words["read_guide"], elem_id="read", visible=len(bot.guides()) == 1)
                new = gr.Button(words["fresh"], elem_id="new")
        log = gr.HTML(
            render.transcript(bot, []), elem_id="chat", apply_default_css=False, js_on_load=_script("page.js")
        )
        with gr.Column(elem_id="composer"):
            with gr.Row(elem_id="ask"):
                box = gr.Textbox(
                    label=words["label"],
                    placeholder=words["placeholder"],
                    max_length=bot.settings.max_question_chars,
                    lines=1,
                    max_lines=6,
                    container=False,
                    autofocus=False,
                    elem_id="box",
                )
                send = gr.Button(words["send"], variant="primary", elem_id="send")
                stop = gr.Button(words["stop"], elem_id="stop", visible=False)
            foot = gr.HTML(render.foot(bot), elem_id="foot", apply_default_css=False)
        guide = gr.HTML("", elem_id="guide", apply_default_css=False, js_on_load=_script("guide.js"))
        held = gr.JSON([], visible="hidden", elem_id="held")

        chat = [log, held]
        running: list[Any] = [*chat, box, send, stop]
        runs = [
            box.submit(do.ask, [box, held], running, **_QUIET),
            send.click(do.ask, [box, held], running, **_QUIET),
            log.ask(do.ask_chosen, [held], running, **_QUIET),
            log.retry(do.retry, [held], running, **_QUIET),
        ]
        stop.click(do.stop, [held], [*chat, send, stop], cancels=runs, queue=False, **_QUIET)
        new.click(do.new, None, [*running, guide], cancels=runs, queue=False, **_QUIET)
        log.cite(do.cite, [held], [guide], queue=False, **_QUIET)
        read.click(do.read, None, [guide], queue=False, **_QUIET)
        log.vote(do.vote, [held], chat, queue=False, **_QUIET)
        log.feedback(do.feedback, [held], chat, queue=False, **_QUIET)
        page.load(do.load, None, [head, log, foot, read, new, box, send, stop], queue=False, **_QUIET)
    page.queue(default_concurrency_limit=None, api_open=False)
    built: gr.Blocks = page
    return built


def mount_page(app: FastAPI, service: Service) -> None:
    """Mount the page at /: no footer, no API page, no history in the browser, fonts of the reader's machine."""
    app.add_middleware(Shell, css=_script("page.css"), title=partial(render.page_title, service.bot))
    gr.mount_gradio_app(
        app,
        build(service),
        path="/",
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        pwa=False,
        enable_monitoring=False,
        mcp_server=False,
        show_error=False,
        theme=gr.themes.Base(font=list(_FONTS), font_mono=["ui-monospace", "monospace"]),
    )
