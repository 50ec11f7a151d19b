"""A stream as somebody with a terminal sees it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.bot.web.fake_bot import FakeBot, composed
from tests.live import serving

pytestmark = pytest.mark.real


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/chat", {"text": "How long?"}),
        ("/v1/chat/completions", {"model": "medialis", "stream": True, "messages": [{"role": "user", "content": "?"}]}),
    ],
)
def test_each_sentence_comes_as_soon_as_it_is_checked(tmp_path: Path, path: str, body: dict[str, object]) -> None:
    curl = shutil.which("curl")
    assert curl, "curl is not installed"
    bot = FakeBot(tmp_path)
    bot.gate.clear()
    headers = ["-H", "Content-Type: application/json", "-H", "Accept: text/event-stream"]
    first, second = composed().text.split(" [1] ")
    with serving(bot, page=False) as url:
        line = [curl, "-sN", "--max-time", "60", *headers, "-d", json.dumps(body), f"{url}{path}"]
        with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for said in process.stdout:
                assert second not in said
                if first in said:
                    break
            assert not bot.gate.is_set()  # the rest of the answer is not there yet
            bot.gate.set()
            rest = process.stdout.read()
            assert process.wait(60) == 0
        assert second in rest


def test_curl_that_leaves_frees_the_model(tmp_path: Path) -> None:
    bot = FakeBot(tmp_path)
    bot.gate.clear()
    with serving(bot, page=False) as url:
        body = ["-H", "Content-Type: application/json", "-d", '{"text": "How long?"}']
        left = subprocess.run(["curl", "-sN", "--max-time", "1", *body, f"{url}/api/chat"], check=False)
        assert left.returncode == 28  # timed out
        assert bot.closed.wait(10)
