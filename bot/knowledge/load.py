"""From files to guides."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path

from bot.errors import GuideError
from bot.knowledge.decode import decode
from bot.knowledge.formats import READERS, Document
from bot.knowledge.frontmatter import Fields, parse
from bot.knowledge.outline import sections
from bot.types import Guide

# A book of 500 pages is 1 MB of text and a leaflet with pictures a few; beyond this it is the wrong file.
MAX_BYTES = 20_000_000
SIDECAR = ".yaml"
# Tells people how to add guides; is none.
NOT_A_GUIDE = "readme.md"


def load_guide(path: Path) -> Guide:
    """Read one guide; raises GuideError with one line that names the file."""
    try:
        return _load(path)
    except GuideError as error:
        raise GuideError(f"{path}: {error.message}", hint=error.hint, path=path) from error


def find_guides(paths: Sequence[Path]) -> tuple[list[Path], list[GuideError]]:
    """The guide files among `paths` and in the folders among them, each once; folders that cannot be read are errors."""
    errors: list[GuideError] = []
    return list(_files(paths, errors)), errors


def sidecar(path: Path) -> Path:
    """Where the front matter of a guide that cannot carry its own would stand."""
    return path.with_name(path.name + SIDECAR)


def load_corpus(paths: Sequence[Path]) -> tuple[list[Guide], list[GuideError]]:
    """Read guides from files and folders, each file once, in order of name within a folder; returns guides and errors.

    In folders, hidden files, README.md and files of other kinds are passed over. Of two guides with one id
    the first stays and the second is an error. Raises nothing: one bad guide does not stop the others.
    """
    guides: list[Guide] = []
    errors: list[GuideError] = []
    owners: dict[str, Path] = {}
    for path in _files(paths, errors):
        try:
            guide = load_guide(path)
        except GuideError as error:
            errors.append(error)
            continue
        owner = owners.setdefault(guide.id, path)
        if owner is path:
            guides.append(guide)
        else:
            errors.append(GuideError(f"{path}: id {guide.id!r} is already that of {owner}", hint="change one of them"))
    return guides, errors


def _load(path: Path) -> Guide:
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise GuideError("is not a format medialis reads", hint=f"one of {', '.join(READERS)}")
    document: Document = import_module(f"bot.knowledge.formats.{reader}").read(_read(path))
    if not document.text[document.body :].strip():
        raise GuideError("is empty")
    stated = _stated(path, document)
    top = min((heading for heading in document.headings if heading.text), key=lambda h: h.level, default=None)
    title = stated.title or document.title or (top.text if top else "") or re.sub(r"[-_\s]+", " ", path.stem).strip()
    return Guide(
        id=stated.id or _slug(path.stem),
        title=title,
        url=stated.url,
        language=stated.language or document.language or "en",
        licence=stated.licence,
        reviewed_by=stated.reviewed_by,
        reviewed_on=stated.reviewed_on,
        review_due=stated.review_due,
        text=document.text,
        sections=sections(document.text, document.body, document.headings, title),
    )


def _read(path: Path) -> bytes:
    """The bytes of a file; foreign errors become GuideErrors here."""
    try:
        if path.is_dir():
            raise GuideError("is a folder, not a guide")
        if path.exists() and not path.is_file():
            raise GuideError("is not a regular file")  # a pipe would wait for ever
        if (size := path.stat().st_size) > MAX_BYTES:
            raise GuideError(f"is {size / 1e6:.0f} MB, larger than {MAX_BYTES / 1e6:.0f} MB", hint="split it")
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise GuideError("does not exist") from error
    except OSError as error:
        raise GuideError(f"cannot be read: {(error.strerror or str(error)).lower()}") from error
    if not data.strip():
        raise GuideError("is empty")
    return data


def _stated(path: Path, document: Document) -> Fields:
    """What a person wrote about the guide: its front matter or its sidecar, not both."""
    beside = sidecar(path)
    if not beside.exists():
        return document.stated or Fields()
    if document.stated:
        raise GuideError(f"has front matter and {beside.name} too", hint="keep one of them")
    try:
        return parse(decode(_read(beside)))
    except GuideError as error:
        raise GuideError(f"{beside.name}: {error.message}", hint=error.hint) from error


def _slug(name: str) -> str:
    """An id from a file name: ASCII letters, digits and hyphens."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_name.lower()).strip("-")[:100].strip("-")
    return slug or "guide-" + hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:8]


def _files(paths: Sequence[Path], errors: list[GuideError]) -> Iterator[Path]:
    """Every file to read, each once however often it is named."""
    seen: set[Path] = set()
    for path in paths:
        for file in _walk(path, errors) if path.is_dir() else (path,):
            if (resolved := file.resolve()) not in seen:
                seen.add(resolved)
                yield file


def _walk(folder: Path, errors: list[GuideError]) -> Iterator[Path]:
    def unreadable(error: OSError) -> None:
        errors.append(GuideError(f"{error.filename}: cannot be read: {(error.strerror or str(error)).lower()}"))

    for root, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(root, name)
            if _is_guide(name):
                yield path
            elif name.endswith(SIDECAR) and _is_guide(name.removesuffix(SIDECAR)) and not path.with_suffix("").exists():
                errors.append(GuideError(f"{path}: there is no {path.stem} beside it", hint="rename or remove it"))


def _is_guide(name: str) -> bool:
    # "~$" begins the lock file Word leaves beside an open document
    hidden = name.startswith((".", "~$"))
    return not hidden and name.lower() != NOT_A_GUIDE and Path(name).suffix.lower() in READERS
