"""An ingest killed at any moment leaves the index before it answering, and the next one completes."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from bot.knowledge.index import IndexFolder
from tests.bot.knowledge.test_ingest import Setup, write

CHILD = """
import sys
from pathlib import Path
from bot.knowledge.index import IndexFolder
from bot.knowledge.ingest import ingest
from tests.hashing import HashingEmbeddings
encoder = HashingEmbeddings()
def say(stage, done, total):
    print(stage, done, flush=True)
folder = IndexFolder(Path(sys.argv[2]))
publish, begin = folder.publish, folder.begin
def loud(name, do):
    def call(*arguments):
        print("before", name, flush=True)
        result = do(*arguments)
        print("after", name, flush=True)
        return result
    return call
folder.publish, folder.begin = loud("publish", publish), loud("begin", begin)
ingest(None, Path(sys.argv[1]), folder, encoder, encoder.id, lambda text: len(text.split()), say)
print("done", flush=True)
"""


@pytest.mark.real
def test_killed_at_every_stage(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for n in range(40):
        write(corpus, f"guide-{n:02d}", rest=f"Number {n} rests its joint for a while.")
    setup = Setup(corpus)
    setup.run()
    lines = _run_and_kill(corpus, tmp_path, kill_after=None)
    assert lines[-1] == "done"
    chance = random.Random(7)
    for attempt in range(10):
        answering = setup.guides()
        changed = f"guide-{attempt:02d}"
        write(corpus, changed, rest=f"In attempt {attempt} it rests otherwise.")
        write(corpus, f"new-{attempt}")
        seen = _run_and_kill(corpus, tmp_path, kill_after=chance.randrange(1, 50))
        if "after publish" not in seen and "before publish" not in seen:
            assert setup.guides() == answering  # opened afresh, vectors and catalog agreeing
        assert set(setup.guides()) >= set(answering)
        report = setup.run()
        assert report.errors == ()
        assert f"new-{attempt}" in setup.guides()
        assert len(setup.guides()) == len(answering) + 1
    assert len(list(IndexFolder(tmp_path / "data").path.glob("gen-*"))) <= 2


def _run_and_kill(corpus: Path, tmp_path: Path, kill_after: int | None) -> list[str]:
    """Run an ingest in another process, killed after so many lines of what it says (None: not at all)."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(corpus), str(tmp_path / "data")], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    lines: list[str] = []
    for line in child.stdout:
        lines.append(line.strip())
        if kill_after is not None and len(lines) >= kill_after:
            child.kill()
            break
    child.wait()
    lines += [line.strip() for line in child.stdout]
    child.stdout.close()
    return lines
