"""An OpenAI-compatible server of a few lines, to drive the client without a model."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class OpenAIServer:
    """Streams `pieces`, one for each `go()` unless `hurry`; remembers requests and whether the asker hung up."""

    def __init__(self) -> None:
        self.pieces = ["Rest ", "the ", "knee."]
        self.hurry = True
        self.status: int | None = None
        self.body: bytes | None = None  # sent as it is, instead of a completion
        self.finish = True  # end the stream with a finish_reason
        self.error_event = False
        self.logprobs: dict[str, float] | None = {"Yes": -0.1, "No": -2.4}
        self.models = ["only-one"]
        self.requests: list[tuple[str, dict[str, Any], str | None]] = []  # path, JSON, Authorization
        self.hung_up = threading.Event()
        self.busy = threading.Event()  # set while a request is being answered
        self._allowed = threading.Semaphore(0)
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._json({"object": "list", "data": [{"id": name, "object": "model"} for name in server.models]})

            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.requests.append((self.path, asked, self.headers["Authorization"]))
                server.busy.set()
                if server.status:
                    self._json({"error": {"message": "asked: " + json.dumps(asked)}}, server.status)
                elif server.body is not None:
                    self._send(server.body, 200)
                elif asked.get("stream"):
                    self._stream()
                else:
                    self._json(server.completion())
                server.busy.clear()

            def _stream(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                try:
                    for piece in server.pieces:
                        while not server.hurry and not server._allowed.acquire(timeout=0.02):
                            self.wfile.write(b": ping\n\n")  # how a server notices that nobody listens
                            self.wfile.flush()
                        self._event({"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]})
                    if server.error_event:
                        self._event({"error": {"message": "slot lost", "code": 500}})
                    if server.finish:
                        self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
                    self.wfile.write(b"data: [DONE]\n\n")
                except (BrokenPipeError, ConnectionResetError):
                    server.hung_up.set()

            def _event(self, chunk: dict[str, Any]) -> None:
                whole = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "m", **chunk}
                self.wfile.write(b"data: " + json.dumps(whole).encode() + b"\n\n")
                self.wfile.flush()

            def _json(self, value: object, status: int = 200) -> None:
                self._send(json.dumps(value).encode(), status)

            def _send(self, body: bytes, status: int) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Keep the test's output clean."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

        self._server = Server(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def go(self, pieces: int = 1) -> None:
        """Let that many more pieces out."""
        self._allowed.release(pieces)

    def completion(self) -> dict[str, Any]:
        """One token with its alternatives."""
        logprobs = None
        if self.logprobs is not None:
            top = [{"token": token, "logprob": value, "bytes": None} for token, value in self.logprobs.items()]
            logprobs = {
                "content": [{"token": "x", "logprob": -0.1, "bytes": None, "top_logprobs": top}],
                "refusal": None,
            }
        choice = {
            "index": 0,
            "finish_reason": "length",
            "message": {"role": "assistant", "content": "Yes"},
            "logprobs": logprobs,
        }
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        return {"id": "x", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice], "usage": usage}

    @contextmanager
    def running(self) -> Iterator[OpenAIServer]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()
