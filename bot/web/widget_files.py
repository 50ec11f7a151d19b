"""The widget's files as they are sent: modules joined, comments left out, compressed and hashed once at start."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

import zopfli.gzip

# in the order they import each other: what is joined may use what stands before it
MODULES: Final = ("dom", "client", "text", "article", "vote", "turn", "keep", "panel", "chat")
DEMO: Final = ("demo.css", "demo.js", "icon.svg")
_LAUNCHER_WORDS: Final = ("launcher", "dir", "unavailable")  # all that is shown before the chat is opened
_IMPORT = re.compile(r"^import [^;]*;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:class|const|async function)\b)", re.MULTILINE)
_TYPES: Final = {
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class File:
    """A file to send: `integrity` is its Subresource Integrity hash (W3C SRI, SHA-384, base64)."""

    name: str
    body: bytes
    packed: bytes  # gzip, as small as zopfli finds

    @property
    def media_type(self) -> str:
        """What the file is."""
        return _TYPES[self.name.rsplit(".", 1)[-1]]

    @property
    def integrity(self) -> str:
        """The hash of the uncompressed body, as an `integrity` attribute wants it."""
        return "sha384-" + base64.b64encode(hashlib.sha384(self.body).digest()).decode()


@dataclass(frozen=True, slots=True)
class Widget:
    """One build: `entry` is what a page includes, `parts` what it fetches later; `version` names all their bytes."""

    version: str
    entry: File
    parts: dict[str, File]

    def file(self, name: str) -> File | None:
        """A file of this version by name."""
        return self.entry if name == self.entry.name else self.parts.get(name)


def file_of(name: str, text: str) -> File:
    """A file with a text."""
    body = text.encode()
    return File(name, body, zopfli.gzip.compress(body))


def join(modules: Iterable[str]) -> str:
    """ES modules that import only each other by name, as one; their top-level names differ."""
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", module)) for module in modules) + "\nexport { Chat };\n"


def languages() -> list[str]:
    """The languages the widget speaks."""
    folder = resources.files("bot.web").joinpath("widget", "strings")
    return sorted(one.name.removesuffix(".json") for one in folder.iterdir() if one.name.endswith(".json"))


@cache
def load() -> Widget:
    """The widget of this installation."""
    import rcssmin
    import rjsmin

    folder = resources.files("bot.web").joinpath("widget")

    def read(*path: str) -> str:
        return folder.joinpath(*path).read_text("utf-8")

    words = {language: json.loads(read("strings", f"{language}.json")) for language in languages()}
    style = rcssmin.cssmin(read("parts", "panel.css"))
    joined = rjsmin.jsmin(join(read("parts", f"{name}.js") for name in MODULES))
    code = file_of("chat.js", joined.replace('"__STYLE__"', _compact(style), 1))
    parts = [
        code,
        *(file_of(f"strings/{language}.json", _compact(said)) for language, said in words.items()),
        *(file_of(f"demo/{name}", read("demo", name)) for name in DEMO),
    ]
    source = rjsmin.jsmin(read("widget.js"))
    launch = {language: {key: said[key] for key in _LAUNCHER_WORDS} for language, said in words.items()}
    build = {
        "style": rcssmin.cssmin(read("launcher.css")),
        "words": launch,
        "integrity": code.integrity,  # the words are text wherever they come from: only what runs is worth a hash
    }
    every = [source, _compact(build), *(one.integrity for one in parts)]
    version = hashlib.sha256("".join(every).encode()).hexdigest()[:12]
    entry = file_of("widget.js", source.replace('"__BUILD__"', _compact({"version": version, **build}), 1))
    return Widget(version, entry, {one.name: one for one in parts})


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
