"""The model folder: which pinned files are there, where they are, and how the missing ones come in.

model_dir/
├── *.gguf, all-MiniLM-L6-v2/…, tiktoken/…   files whose bytes were checked before they got their name
├── .partial/                                what a pull has so far, named by the hash it should have
├── .verified.json                           which files were hashed, and when they were last modified
└── .lock                                    held by a running pull
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial as bind
from pathlib import Path
from typing import Literal

from bot.errors import ModelCorrupt, ModelError, ModelMissing, NoSource
from bot.llm.catalogue import Catalogue, HubSource, Model, ModelFile, Source, load_catalogue
from bot.llm.fetch import Reporter, Silent, SourceFailed
from bot.llm.verified import Verified, sha256
from bot.llm.wheels import PIP_DOWNLOAD, Wheels, journal_of

log = logging.getLogger(__name__)
State = Literal["ready", "unverified", "missing", "corrupt"]
PULL_HINT = "run: medialis models pull {}"
_WORST_FIRST: tuple[State, ...] = ("missing", "corrupt", "unverified", "ready")


@dataclass(frozen=True, slots=True)
class FileState:
    """A file and what is known of it: `ready` was hashed, `unverified` has the right size and was not hashed yet."""

    file: ModelFile
    state: State


@dataclass(frozen=True, slots=True)
class ModelState:
    """A model, where it is, and the worst state among its files."""

    model: Model
    path: Path
    files: tuple[FileState, ...]

    @property
    def state(self) -> State:
        """The worst state among the files."""
        return min((file.state for file in self.files), key=_WORST_FIRST.index)


class Store:
    """Model files under one folder, taken from a catalogue."""

    def __init__(
        self, model_dir: Path, catalogue: Catalogue | None = None, pip_download: Sequence[str] = PIP_DOWNLOAD
    ) -> None:
        self.dir = model_dir
        self.catalogue = catalogue or load_catalogue()
        self._verified = Verified(model_dir)
        self._work = model_dir / ".partial"
        self._pip_download = pip_download

    def path(self, name: str) -> Path:
        """The model's folder, or its file when it is a single one without a folder.

        Bytes are hashed the first time a file is met and trusted until it changes. Raises ModelMissing,
        ModelCorrupt, and InputError for an unknown name.
        """
        model = self.catalogue[name]
        for file in model.files:
            state = self._look(file, hash_it=True)
            if state == "missing":
                raise ModelMissing(f"model {name} is not there: {self.dir / file.path}", hint=PULL_HINT.format(name))
            if state == "corrupt":
                raise ModelCorrupt(f"{self.dir / file.path} is not the pinned file", hint=PULL_HINT.format(name))
        return self._home(model)

    def status(self) -> list[ModelState]:
        """Every model of the catalogue, without hashing anything."""
        return [self._state(model) for model in self.catalogue.values()]

    def verify(self, names: Iterable[str], reporter: Reporter | None = None) -> list[ModelState]:
        """Hash every file of the models, whatever was noted about it before."""
        show = reporter or Silent()
        states = []
        for model in [self.catalogue[name] for name in names]:
            for file in model.files:
                self._verified.forget(file)
            files = tuple(FileState(file, self._look(file, hash_it=True, reporter=show)) for file in model.files)
            states.append(ModelState(model, self._home(model), files))
        return states

    def pull(self, names: Iterable[str], reporter: Reporter | None = None) -> list[ModelFile]:
        """Bring in what is missing or not the pinned bytes, and return those files.

        An interrupted pull continues where it was. Raises NoSource when no source answers, ModelCorrupt when what
        they send is not the pinned file, ModelError when the folder cannot be written or the disk is full.
        """
        show = reporter or Silent()
        files = [file for name in dict.fromkeys(names) for file in self.catalogue[name].files]
        todo = [file for file in files if self._look(file, hash_it=True, reporter=show) != "ready"]
        if not todo:  # nothing to write, so a folder mounted read-only is fine
            return []
        with _readable_errors(self.dir), self._lock(show):
            # another pull may have brought some of them while this one waited
            todo = [file for file in todo if self._look(file, hash_it=True, reporter=show) != "ready"]
            self._work.mkdir(exist_ok=True)
            self._need_room(todo)
            sources = _Sources(Wheels(self._work, self._pip_download), self._work, show)
            for file in todo:
                partial = sources.fetch(file, self.dir)
                target = self.dir / file.path
                target.parent.mkdir(parents=True, exist_ok=True)
                partial.replace(target)
                self._verified.add(file)
            sources.clear()
        return todo

    def _home(self, model: Model) -> Path:
        return self.dir / (model.folder or model.files[0].path)

    def _state(self, model: Model) -> ModelState:
        return ModelState(
            model, self._home(model), tuple(FileState(file, self._look(file, hash_it=False)) for file in model.files)
        )

    def _look(self, file: ModelFile, *, hash_it: bool, reporter: Reporter | None = None) -> State:
        path = self.dir / file.path
        if not path.is_file():
            return "missing"
        if path.stat().st_size != file.size:
            return "corrupt"
        if self._verified.knows(file):
            return "ready"
        if not hash_it:
            return "unverified"
        show = reporter or Silent()
        if sha256(path, lambda done: show.progress(file.path, done, file.size)) != file.sha256:
            return "corrupt"
        self._verified.add(file)
        return "ready"

    def _need_room(self, todo: Sequence[ModelFile]) -> None:
        """Say so now if the disk cannot hold what is missing, rather than after a gigabyte."""
        have = sum(path.stat().st_blocks * 512 for path in self._work.iterdir() if path.is_file())
        short = sum(file.size for file in todo) - have - shutil.disk_usage(self.dir).free
        if short > 0:
            raise OSError(errno.ENOSPC, f"{short / 1e6:,.0f} MB more are needed")

    @contextmanager
    def _lock(self, reporter: Reporter) -> Iterator[None]:
        """One pull at a time in this folder; a second one waits."""
        from filelock import FileLock, Timeout

        self.dir.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.dir / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            reporter.note("another pull is running; waiting for it")
            lock.acquire()
        try:
            yield
        finally:
            lock.release()


class _Sources:
    """Tries a file's sources in order."""

    def __init__(self, wheels: Wheels, work: Path, reporter: Reporter) -> None:
        from bot.llm.hub import Hub  # httpx costs 0.15 s, and most starts pull nothing

        self._hub = Hub()
        self._wheels = wheels
        self._work = work
        self._show = reporter

    def fetch(self, file: ModelFile, model_dir: Path) -> Path:
        """The file's bytes under a temporary name, hash checked; raises NoSource or ModelCorrupt."""
        reasons, corrupt = [], False
        for source in file.sources:
            partial = self._work / f"{file.sha256[:16]}.{type(source).__name__.lower()}"
            try:
                self._take(source, file, partial)
            except SourceFailed as error:
                log.info("%s: %s: %s", file.path, source, error)
                reasons.append(f"{source}: {error}")
                if source != file.sources[-1]:
                    self._show.note(f"{file.path}: {reasons[-1]}; trying the next source")
                continue
            if partial.stat().st_size == file.size and sha256(partial, lambda _: None) == file.sha256:
                return self._only(partial, file)
            corrupt = True
            reasons.append(f"{source}: not the pinned bytes")
            _remove(partial)
        error_class, what = (
            (ModelCorrupt, "no source sent the pinned file") if corrupt else (NoSource, "no source answered")
        )
        raise error_class(f"{file.path}: {what}: {'; '.join(reasons)}", hint=_by_hand(file, model_dir))

    def clear(self) -> None:
        """Remove what is left over, except the partial files of other models."""
        self._wheels.clear()
        if not any(self._work.iterdir()):
            self._work.rmdir()

    def _take(self, source: Source, file: ModelFile, partial: Path) -> None:
        grown = bind(self._grown, file)
        if isinstance(source, HubSource):
            self._hub.fetch(source, partial, file.size, grown)
        else:
            self._wheels.fetch(source, partial, grown)

    def _grown(self, file: ModelFile, done: int) -> None:
        self._show.progress(file.path, done, file.size)

    def _only(self, partial: Path, file: ModelFile) -> Path:
        """Drop what other sources left of the same file."""
        for other in self._work.glob(f"{file.sha256[:16]}.*"):
            if other != partial:
                other.unlink()
        return partial


def _remove(partial: Path) -> None:
    partial.unlink()
    journal_of(partial).unlink(missing_ok=True)


def _by_hand(file: ModelFile, model_dir: Path) -> str:
    where = next((f" from {source.url}" for source in file.sources if isinstance(source, HubSource)), "")
    return (
        f"get the file by hand{where} ({file.size} bytes, SHA-256 {file.sha256}), put it at {model_dir / file.path} "
        "and run: medialis models verify"
    )


@contextmanager
def _readable_errors(model_dir: Path) -> Iterator[None]:
    """The one place where the operating system's errors about the folder become ModelError."""
    try:
        yield
    except OSError as error:
        what = {
            errno.ENOSPC: "the disk is full",
            errno.EDQUOT: "the disk quota is used up",
            errno.EACCES: "it may not be written",
            errno.EPERM: "it may not be written",
            errno.EROFS: "it is read-only",
        }.get(error.errno or 0)
        detail = what or os.strerror(error.errno) if error.errno else str(error)
        if error.errno == errno.ENOSPC and error.strerror != os.strerror(errno.ENOSPC):
            detail = f"{what}, {error.strerror}"
        raise ModelError(
            f"model folder {model_dir}: {detail}", hint="MEDIALIS_MODEL_DIR names another folder; what came in is kept"
        ) from error
