"""What an answer depends on, as short hashes, so that two runs can be compared, and one continued, knowingly."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import Path

import bot
from bot.llm.catalogue import load_catalogue
from bot.settings import Settings
from bot.types import Guide

BOT = Path(bot.__file__).parent
POLICY = ("safety/**/*.yaml", "steps/*.yaml", "steps/*.txt", "web/strings/*.yaml")
LENGTH = 12  # hex digits: enough to tell runs apart, short enough to read aloud


def digest(*parts: str | bytes) -> str:
    """A short SHA-256 of the parts in order."""
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        whole.update(len(data).to_bytes(8, "big") + data)
    return whole.hexdigest()[:LENGTH]


def prompt_hash() -> str:
    """Of the prompts."""
    return _files(BOT.glob("steps/prompts/*.txt"))


def policy_hash() -> str:
    """Of the rules, examples, replies and weights."""
    return _files(path for pattern in POLICY for path in BOT.glob(pattern))


def code_hash() -> str:
    """Of the bot's own code."""
    return _files(BOT.rglob("*.py"))


def corpus_hash(guides: Sequence[Guide]) -> str:
    """Of the guides as they are in the index."""
    return digest(*(part for guide in sorted(guides, key=lambda g: g.id) for part in (guide.id, guide.text)))


def model_names(settings: Settings, *, composed: bool) -> dict[str, str]:
    """The embedder and the language model, with the hashes the catalogue pins."""
    catalogue = load_catalogue()
    found = {"embedder": _pinned(catalogue["all-minilm-l6-v2"].files[0].sha256, "all-minilm-l6-v2")}
    if not composed or settings.llm == "none":
        return {"model": "none", **found}
    if settings.llm_base_url:
        return {"model": f"{settings.llm_model or 'the only one'} at {settings.llm_base_url}", **found}
    model = catalogue.llm(settings)
    return {"model": _pinned(model.files[0].sha256, model.name), **found}


def machine() -> dict[str, str]:
    """The versions and the machine, which times depend on."""
    versions = {name: metadata.version(name) for name in ("inspect_ai", "xllamacpp")}
    return {"medialis": bot.__version__, "python": platform.python_version(), "machine": platform.machine(), **versions}


def _pinned(sha256: str, name: str) -> str:
    return f"{name} ({sha256[:LENGTH]})"


def _files(paths: Iterable[Path]) -> str:
    return digest(*(part for path in sorted(paths) for part in (path.relative_to(BOT).as_posix(), path.read_bytes())))
