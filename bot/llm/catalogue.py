"""The pinned model files: which there are, their bytes, and where the same bytes can be had."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import PurePosixPath
from typing import Any, Literal, get_args

from bot.errors import InputError, SettingsError
from bot.settings import Settings

ModelKind = Literal["llm", "embedding", "reader", "tokenizer"]
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class HubSource:
    """A file in the publisher's repository at a fixed revision."""

    url: str

    def __str__(self) -> str:
        return "the publisher's hub"


@dataclass(frozen=True, slots=True)
class WheelPart:
    """Bytes `offset : offset + size` of a file: one member of one wheel, to be read as a zip file."""

    requirement: str  # package==version
    member: str
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class WheelSource:
    """A file cut into members of wheels, in order."""

    parts: tuple[WheelPart, ...]

    def __str__(self) -> str:
        first, last = self.parts[0].requirement, self.parts[-1].requirement
        return f"package {first}" if first == last else f"packages {first} … {last}"


Source = HubSource | WheelSource


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One pinned file: `path` relative to the model folder, `size` in bytes, `sha256` in hex, sources in order."""

    path: str
    size: int
    sha256: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """A model and its files; `folder` is None when the model is a single file at the top of the model folder."""

    name: str
    kind: ModelKind
    title: str
    licence: str
    default: bool
    folder: str | None
    files: tuple[ModelFile, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


class Catalogue(Mapping[str, Model]):
    """Models by name, in the order of the file; an unknown name raises InputError."""

    def __init__(self, models: tuple[Model, ...]) -> None:
        self._models = {model.name: model for model in models}

    def __getitem__(self, name: str) -> Model:
        try:
            return self._models[name]
        except KeyError:
            raise InputError(f"no model is called {name!r}", hint=f"known: {', '.join(self._models)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._models)

    def __len__(self) -> int:
        return len(self._models)

    def __contains__(self, name: object) -> bool:
        return name in self._models

    def needed(self, settings: Settings) -> tuple[str, ...]:
        """The names these settings need: the LLM unless none or served elsewhere, the embedding, the reader of messages, the tokenizer.

        Raises SettingsError when `settings.llm` names no LLM of the catalogue.
        """
        others = tuple(model.name for model in self._models.values() if model.default and model.kind != "llm")
        if settings.llm == "none" or settings.llm_base_url:
            return others
        return (self.llm(settings).name, *others)

    def llm(self, settings: Settings) -> Model:
        """The embedded LLM the settings choose; raises SettingsError when the catalogue has no such LLM."""
        llms = {name: model for name, model in self._models.items() if model.kind == "llm"}
        if settings.llm not in llms:
            raise SettingsError(
                f"setting llm: no LLM is called {settings.llm!r}", hint=f"known: none, {', '.join(llms)}"
            )
        return llms[settings.llm]


@cache
def load_catalogue() -> Catalogue:
    """The catalogue that ships with medialis."""
    return parse_catalogue((resources.files("bot.llm") / "catalogue.toml").read_text(encoding="utf-8"))


def parse_catalogue(text: str) -> Catalogue:
    """Read a catalogue; raises ValueError when a path leaves its folder, a hash is no SHA-256 or parts do not add up."""
    data = tomllib.loads(text)
    return Catalogue(tuple(_model(entry, data["hub"]) for entry in data["model"]))


def _model(entry: Mapping[str, Any], hub: str) -> Model:
    folder = entry.get("folder")
    if entry["kind"] not in get_args(ModelKind):
        raise ValueError(f"{entry['name']}: unknown kind {entry['kind']!r}")
    if folder is None and len(entry["files"]) > 1:
        raise ValueError(f"{entry['name']}: several files need a folder")
    return Model(
        name=entry["name"],
        kind=entry["kind"],
        title=entry["title"],
        licence=entry["licence"],
        default=entry.get("default", False),
        folder=folder,
        files=tuple(_file(file, folder, entry["source"], hub) for file in entry["files"]),
    )


def _file(entry: Mapping[str, Any], folder: str | None, sources: list[Mapping[str, Any]], hub: str) -> ModelFile:
    path = PurePosixPath(folder or "", entry["path"])
    if path.is_absolute() or ".." in path.parts:
        raise ValueError(f"{path} leaves the model folder")
    if not _SHA256.fullmatch(entry["sha256"]):
        raise ValueError(f"{path}: not a SHA-256")
    made = tuple(_source(source, entry["path"], entry["size"], hub) for source in sources)
    return ModelFile(str(path), entry["size"], entry["sha256"], made)


def _source(entry: Mapping[str, Any], path: str, size: int, hub: str) -> Source:
    if entry["kind"] == "hub":
        return HubSource(f"{hub}/{entry['repo']}/resolve/{entry['revision']}/{entry['path'].format(path=path)}")
    if entry["kind"] != "wheel":
        raise ValueError(f"{path}: unknown kind of source {entry['kind']!r}")
    count, step = entry.get("parts", 1), entry.get("part_size", size)
    if not (count - 1) * step < size <= count * step:
        raise ValueError(f"{path}: {count} parts of {step} bytes do not make {size}")
    parts = tuple(
        WheelPart(
            requirement=f"{entry['package'].format(n=n)}=={entry['version']}",
            member=entry["member"].format(n=n, path=path),
            offset=(n - 1) * step,
            size=min(step, size - (n - 1) * step),
        )
        for n in range(1, count + 1)
    )
    if len({part.requirement for part in parts}) < count:  # parts are fetched side by side, a wheel each
        raise ValueError(f"{path}: its parts must come from different packages")
    return WheelSource(parts)
