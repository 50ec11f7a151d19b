"""Remember which files were hashed, so that a gigabyte is not read again at every start."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from bot.llm.catalogue import ModelFile

log = logging.getLogger(__name__)
NAME = ".verified.json"
BLOCK = 1 << 22


class Verified:
    """The files of a model folder found to be the pinned bytes, by size, modification time and SHA-256.

    A file changed since has another modification time and counts as unknown. A record that is lost or cannot be
    written costs another hash, nothing else.
    """

    def __init__(self, model_dir: Path) -> None:
        self._dir = model_dir
        self._seen: dict[str, list[int | str]] = {}
        try:
            seen = json.loads((model_dir / NAME).read_text("utf-8"))
            self._seen = seen if isinstance(seen, dict) else {}
        except FileNotFoundError:
            log.debug("no record of verified model files yet")
        except (OSError, ValueError) as error:
            log.warning("the record of verified model files cannot be read: %s", type(error).__name__)

    def knows(self, file: ModelFile) -> bool:
        """Whether the file as it is now was found to be the pinned bytes."""
        return self._seen.get(file.path) == self._record(file)

    def add(self, file: ModelFile) -> None:
        """Note that the file as it is now is the pinned bytes."""
        self._seen[file.path] = self._record(file)
        try:
            handle, name = tempfile.mkstemp(dir=self._dir, prefix=NAME)
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                json.dump(self._seen, out, indent=1)
            Path(name).chmod(0o644)
            Path(name).replace(self._dir / NAME)
        except OSError as error:  # a model folder mounted read-only is fine
            log.info("the record of verified model files cannot be written: %s", type(error).__name__)

    def forget(self, file: ModelFile) -> None:
        """Drop what was noted about the file."""
        self._seen.pop(file.path, None)

    def _record(self, file: ModelFile) -> list[int | str]:
        stat = (self._dir / file.path).stat()
        return [stat.st_size, stat.st_mtime_ns, file.sha256]


def sha256(path: Path, grown: Callable[[int], None]) -> str:
    """The SHA-256 of a file in hex; `grown` gets the bytes read so far."""
    digest = hashlib.sha256()
    buffer = bytearray(BLOCK)
    view = memoryview(buffer)
    done = 0
    with path.open("rb", buffering=0) as source:
        while n := source.readinto(buffer):
            digest.update(view[:n])
            done += n
            grown(done)
    return digest.hexdigest()
