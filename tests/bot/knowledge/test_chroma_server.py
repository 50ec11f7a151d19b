"""The vectors on a real Chroma server, started here on loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.errors import IndexUnavailable
from bot.knowledge.index import IndexFolder
from bot.knowledge.ingest import ingest
from tests.bot.knowledge.test_ingest import Setup, write

pytestmark = pytest.mark.real


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    chroma = Path(sys.executable).with_name("chroma")
    command = [str(chroma), "run", "--path", str(tmp_path / "chroma"), "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ))
    try:
        transport = httpx.HTTPTransport(retries=20)  # waits longer after each refused connection
        with httpx.Client(transport=transport, trust_env=False, timeout=30) as client:
            client.get(f"http://127.0.0.1:{port}/api/v2/heartbeat").raise_for_status()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)


def test_ingest_and_search_over_a_server(server: str, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    write(corpus, "ankle")
    write(corpus, "wrist")
    setup = Setup(corpus)
    setup.folder = IndexFolder(tmp_path / "data", server)
    assert setup.run().embedded == 4
    assert not (setup.folder.path / (setup.folder.current() or "") / "chroma").exists()
    assert setup.run().embedded == 0
    (corpus / "ankle.md").unlink()
    assert setup.run().removed == ("ankle",)
    assert setup.guides() == ["wrist"]
    generation = setup.folder.open()
    vector = setup.encoder.encode(["Resting the joint often helps for a few days."])[0]
    id_, cosine = generation.vectors.nearest(vector, 1)[0]
    assert "Resting" in generation.catalog.passages([id_])[id_].text
    assert 0 < cosine <= 1.0001
    generation.close()


def test_a_server_that_forgot_is_filled_again(server: str, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    write(corpus, "ankle")
    setup = Setup(corpus)
    setup.folder = IndexFolder(tmp_path / "data", server)
    setup.run()
    generation = setup.folder.open()
    generation.vectors.remove(sorted(generation.vectors.ids())[:1])
    generation.close()
    assert setup.run().embedded == 1
    assert setup.guides() == ["ankle"]


def test_a_dead_server_is_one_clear_error_and_the_index_stays(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    write(corpus, "ankle")
    setup = Setup(corpus)
    setup.run()
    before = setup.folder.current()
    folder = IndexFolder(tmp_path / "data", "http://127.0.0.1:9")
    with pytest.raises(IndexUnavailable, match=r"127\.0\.0\.1:9"):
        ingest(None, corpus, folder, setup.encoder, setup.encoder.id, lambda text: len(text.split()))
    assert setup.folder.current() == before
