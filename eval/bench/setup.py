"""What the benches share: an index of the corpus in a folder of its own, built from the settings' model files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.app import Bot, asked
from bot.settings import Settings, load_settings


@contextmanager
def fresh_bot(
    corpus: Path | None = None, *, extractive: bool = True, ingest: bool = True, **overrides: object
) -> Iterator[Bot]:
    """A Bot over a new index of `corpus` (the settings' corpus by default), removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="medialis-bench-") as data:
        given: dict[str, object] = {"data_dir": Path(data), **overrides}
        if corpus is not None:
            given["corpus_dir"] = corpus
        settings: Settings = load_settings(**given)
        bot = Bot(settings, extractive=extractive)
        try:
            if ingest:
                bot.ingest()
            yield bot
        finally:
            bot.close()


def editors_questions() -> list[str]:
    """The questions that the editors of the corpus say its guides answer."""
    with fresh_bot() as bot:
        return asked(bot.index.get())
