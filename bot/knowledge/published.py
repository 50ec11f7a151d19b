"""A model as it is published in sentence-transformers form: a folder, or the zip archive the folder came in."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WEIGHTS = "model.safetensors"


def is_there(model: Path) -> bool:
    """Whether the model can be read; of an archive only that there is one, since whoever fetched it compared its bytes."""
    return model.is_file() if _is_archive(model) else (model / WEIGHTS).is_file()


def text(model: Path, name: str) -> str:
    """A file of the model, such as "tokenizer.json"; raises KeyError or OSError if it has none of that name."""
    if not _is_archive(model):
        return (model / name).read_text(encoding="utf-8")
    with zipfile.ZipFile(model) as archive:
        return archive.read(f"{_top(archive)}/{name}").decode("utf-8")


@contextmanager
def as_folder(model: Path, work: Path | None = None) -> Iterator[Path]:
    """The model as a folder; an archive is unpacked into `work`, and what was unpacked goes when it was used."""
    if not _is_archive(model):
        yield model
        return
    with tempfile.TemporaryDirectory(prefix="unpacked-", dir=work) as unpacked, zipfile.ZipFile(model) as archive:
        archive.extractall(unpacked)
        yield Path(unpacked, _top(archive))


def _is_archive(model: Path) -> bool:
    return model.suffix == ".zip"


def _top(archive: zipfile.ZipFile) -> str:
    """The folder that holds everything."""
    (top,) = {name.split("/")[0] for name in archive.namelist()}
    return top
