"""A publisher's site, and somebody who visits it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

AXE = Path("node_modules/axe-core/axe.min.js")
# on a machine without npm these wait; where everything must run (CI), a missing axe-core is a failure
needs_axe = pytest.mark.skipif(not AXE.is_file() and "CI" not in os.environ, reason="axe-core is not here: npm ci")
STRICT = "default-src 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
ARTICLE = """
<article>
  <h1>Knee Pain Guide</h1>
  <h2>Recovery <em>Timeline</em></h2>
  <p>Mild   cases <strong>often <a href="#x">improve</a></strong> within<sup><a href="#n">3</a></sup> four&nbsp;to
     six wee&shy;ks. Long&#8209;standing pain may require several months of rehabilitation.</p>
</article>
"""


def strict(server: str) -> str:
    """The policy a careful publisher sets, `server` named where docs/embed.md says."""
    return f"{STRICT}; script-src {server}; connect-src {server}"


def page(body: str, *, lang: str = "en", head: str = "") -> str:
    """A whole page around a body."""
    return f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>A page</title>{head}</head><body>{body}</body></html>'


@dataclass
class Site:
    """Pages by path, with the Content-Security-Policy they are sent with."""

    pages: dict[str, str] = field(default_factory=dict)
    policy: str | None = None
    url: str = ""

    def respond(self, handler: BaseHTTPRequestHandler) -> None:
        """Send a page or 404."""
        path = urlsplit(handler.path).path
        body = "" if path == "/favicon.ico" else self.pages.get(path)
        handler.send_response(404 if body is None else 200)
        handler.send_header("Content-Type", "text/html; charset=utf-8")
        if self.policy:
            handler.send_header("Content-Security-Policy", self.policy)
        handler.end_headers()
        handler.wfile.write((body or "").encode())


@contextmanager
def publishing() -> Iterator[Site]:
    """A site on a port, and so an origin, of its own."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.respond(self)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


class Visitor:
    """A browser window that notes what the page requests, says and violates; `at` selects the widget."""

    def __init__(self, browser: Any, url: str, at: str = "medialis-chat", **options: Any) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 860}, **options})
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.at = at
        self.requests: list[str] = []
        self.console: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.console.append(str(error)))
        self.page.on("console", lambda line: self.console.append(line.text) if line.type == "error" else None)
        self.page.add_init_script(
            "window.pwned = 0; window.violations = [];"
            "addEventListener('securitypolicyviolation', e => violations.push(`${e.violatedDirective} ${e.blockedURI}`))"
        )
        self.page.goto(url)
        if at:
            self.page.wait_for_selector(f"{at} .launcher", state="attached")

    def one(self, selector: str) -> Any:
        """An element of the widget."""
        return self.page.locator(f"{self.at} {selector}").first

    def open(self) -> None:
        """Press the launcher."""
        self.one(".launcher").click()
        self.page.wait_for_selector(f"{self.at} .panel")

    def type(self, question: str) -> None:
        """Write a question and send it."""
        self.one("#box").fill(question)
        self.one("#box").press("Enter")

    def ask(self, question: str, state: str = "done") -> Any:
        """Ask, and wait for the turn to be in a state."""
        before = self.page.locator(f"{self.at} .turn").count()
        self.type(question)
        turn = self.page.locator(f"{self.at} .turn").nth(before)
        self.page.wait_for_selector(f"{self.at} .turn:nth-of-type({before + 1}).{state}")
        return turn

    def focused(self) -> str:
        """The element that has the focus, inside the widget if it is there, as its tag with attributes."""
        return str(
            self.page.evaluate(
                "() => { let one = document.activeElement; while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;"
                " return one.cloneNode(false).outerHTML + ' ' + one.textContent.slice(0, 80); }"
            )
        )

    def highlighted(self) -> str:
        """The text highlighted in the page, spaces as one."""
        return str(
            self.page.evaluate(
                "() => [...(CSS.highlights.get('medialis-citation') ?? [])].map(String).join('').replace(/\\s+/g, ' ')"
            )
        )

    def highlight_in_view(self) -> bool:
        """Whether all of the highlight can be seen: inside the window and not under another element."""
        return bool(
            self.page.evaluate(
                """() => [...CSS.highlights.get('medialis-citation')].flatMap(range => [...range.getClientRects()]).every(box => {
                    const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
                    const top = document.elementFromPoint(x, y);
                    return box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth
                        && top && !top.closest('medialis-chat, header.bar');
                })"""
            )
        )

    def axe(self, **options: Any) -> list[str]:
        """What axe-core finds wrong in page and widget, every rule of WCAG 2.2 A and AA and its best practices."""
        self.page.evaluate(AXE.read_text("utf-8"))
        found = self.page.evaluate("options => axe.run(document, options)", options)
        return [
            f"{one['id']}: {node['target']} {node['failureSummary']}"
            for one in found["violations"]
            for node in one["nodes"]
        ]

    def close(self) -> None:
        """Close the window."""
        self.context.close()
