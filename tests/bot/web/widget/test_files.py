"""The widget's files as they are sent."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from importlib import resources
from typing import Any

import pytest
from fastapi.testclient import TestClient

from bot.errors import SettingsError
from bot.web import widget_files
from bot.web.server import create_app
from tests.bot.web.fake_bot import FakeBot

FOLDER = resources.files("bot.web").joinpath("widget")
TEN = {"ar", "de", "en", "es", "fr", "hi", "it", "pl", "pt", "zh"}


def words(language: str) -> dict[str, Any]:
    """The words of a language as they stand in their file."""
    loaded: dict[str, Any] = json.loads(FOLDER.joinpath("strings", f"{language}.json").read_text("utf-8"))
    return loaded


def flat(said: dict[str, Any]) -> dict[str, str]:
    """Every word by its path."""
    return {
        f"{key}.{inner}" if inner else key: text
        for key, value in said.items()
        for inner, text in (value.items() if isinstance(value, dict) else [("", value)])
    }


def test_all_of_it_is_at_most_15_kb(capsys: pytest.CaptureFixture[str]) -> None:
    widget = widget_files.load()
    code = {"widget.js": widget.entry.packed, "chat.js": widget.parts["chat.js"].packed}
    total = sum(len(packed) for packed in code.values())
    said = {name: len(file.packed) for name, file in widget.parts.items() if name.startswith("strings/")}
    with capsys.disabled():
        sizes = ", ".join(f"{name} {len(packed)}" for name, packed in code.items())
        print(f"\nwidget, gzip: {sizes}: {total} bytes; one language more {min(said.values())}-{max(said.values())}")
    assert total <= 15_000
    assert max(said.values()) <= 2_500


def test_ten_languages_say_the_same_things() -> None:
    assert set(widget_files.languages()) == TEN
    english = flat(words("en"))
    blanks = {key: set(re.findall(r"\{\w+\}", text)) for key, text in english.items()}
    for language in TEN - {"en"}:
        said = flat(words(language))
        assert said.keys() == english.keys(), language
        for key, text in said.items():
            assert text.strip(), (language, key)
            assert set(re.findall(r"\{\w+\}", text)) == blanks[key], (language, key)
        same = [key for key, text in said.items() if text == english[key] and key not in {"dir", "conversation"}]
        assert same == [], language
    assert [one for one in TEN if words(one)["dir"] == "rtl"] == ["ar"]


def test_every_word_the_code_asks_for_is_there() -> None:
    code = "".join(FOLDER.joinpath("parts", f"{name}.js").read_text("utf-8") for name in widget_files.MODULES)
    asked = set(re.findall(r"\bt\('(\w+)'", code))
    assert len(asked) > 20
    assert asked <= words("en").keys()
    problems = {
        "busy",
        "timeout",
        "llm-unavailable",
        "index-unavailable",
        "invalid-question",
        "rate-limited",
        "internal",
    }
    assert {f"error_{code}" for code in problems} <= words("en").keys()


def test_the_version_and_the_hashes_are_of_what_is_sent(client: TestClient) -> None:
    now = client.get("/widget.json").json()
    entry = client.get(now["src"])
    assert now["integrity"] == "sha384-" + base64.b64encode(hashlib.sha384(entry.content).digest()).decode()
    assert entry.content == client.get("/widget.js").content
    build = json.loads(re.search(r'BUILD=(\{"version".*?"integrity":"[^"]+"\})', entry.text)[1])  # type: ignore[index]
    assert build["version"] == now["version"]
    code = client.get(f"/widget/{now['version']}/chat.js")
    assert build["integrity"] == "sha384-" + base64.b64encode(hashlib.sha384(code.content).digest()).decode()
    assert "__STYLE__" not in code.text
    assert ".panel{" in code.text


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("widget.js", "text/javascript"),
        ("chat.js", "text/javascript"),
        ("demo/demo.css", "text/css"),
        ("strings/ar.json", "application/json"),
    ],
)
def test_files_of_a_version_are_public_and_never_change(client: TestClient, name: str, kind: str) -> None:
    url = f"/widget/{widget_files.load().version}/{name}"
    sent = client.get(url, headers={"Origin": "https://anybody.example", "Sec-Fetch-Site": "cross-site"})
    assert sent.headers["content-type"].startswith(kind)
    assert "immutable" in sent.headers["cache-control"]
    assert sent.headers["access-control-allow-origin"] == "*"
    assert sent.headers["cross-origin-resource-policy"] == "cross-origin"
    assert sent.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in sent.headers
    plain = client.get(url, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == sent.content
    assert client.get(url, headers={"If-None-Match": sent.headers["etag"]}).status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "/widget/000000000000/chat.js",
        "/widget/{version}/../server.py",
        "/widget/{version}/strings/xx.json",
        "/demo/nothing",
    ],
)
def test_what_is_not_there(client: TestClient, path: str) -> None:
    response = client.get(path.format(version=widget_files.load().version))
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("application/problem+json")


def test_the_entry_is_asked_for_again(client: TestClient) -> None:
    first = client.get("/widget.js")
    assert first.headers["cache-control"] == "no-cache"
    assert client.get("/widget.js", headers={"If-None-Match": first.headers["etag"]}).status_code == 304


def test_what_is_packed_is_what_is_sent_plain() -> None:
    widget = widget_files.load()
    for file in (widget.entry, *widget.parts.values()):
        assert gzip.decompress(file.packed) == file.body


def test_nothing_in_the_sources_parses_html_or_code() -> None:
    risky = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|setTimeout\(['\"`]|localStorage|document\.cookie|\.style\s*=|'style'"
    for name in widget_files.MODULES:
        assert not re.search(risky, FOLDER.joinpath("parts", f"{name}.js").read_text("utf-8")), name
    assert not re.search(risky, FOLDER.joinpath("widget.js").read_text("utf-8"))


def test_the_config_has_the_operators_lines(bot: FakeBot) -> None:
    def config(locale: str) -> dict[str, Any]:
        other = FakeBot(bot.data_dir, {"locale": locale})
        with TestClient(create_app(other, page=False), base_url="http://127.0.0.1:7860") as client:
            found: dict[str, Any] = client.get("/api/widget/config").json()
            return found

    british = config("GB")
    assert {"kind": "emergency", "name": "Emergency services", "label": "999", "dial": "999"} in british["lines"]
    assert british["starters"] == bot.starters()
    assert british["guides"][0]["title"] == "Knee Pain Guide"
    assert (british["feedback"], british["max_chars"], british["language"]) == (True, 2000, "en")
    assert config("unknown")["lines"] == []
    with pytest.raises(SettingsError):
        config("Atlantis")


def test_the_config_is_for_allowed_pages_only(client: TestClient) -> None:
    refused = client.get("/api/widget/config", headers={"Origin": "https://evil.example"})
    assert (refused.status_code, refused.json()["code"]) == (403, "origin-refused")


def test_the_demo_page_is_strict_and_escapes(client: TestClient, bot: FakeBot) -> None:
    page = client.get("/demo")
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'self'" in policy
    assert "<b>Early help</b>" not in page.text
    assert "&lt;b&gt;Early help&lt;/b&gt;" in page.text
    assert not re.search(r"<[^>]+\s(?:style|on\w+)=", page.text)
    assert client.get("/demo/knee").text == page.text
    bot.guide_list = ()
    assert client.get("/demo").status_code == 404
