"""The operator's page."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from bot.errors import IndexUnavailable, SettingsError
from bot.settings import load_settings
from bot.web.feedback import Feedback, FeedbackStore
from bot.web.operator import access
from bot.web.operator.access import COOKIE
from bot.web.server import create_app
from tests.bot.web.fake_bot import GUIDE, FakeBot, make_guide

TOKEN = "a-token-of-the-operator"
PAYLOADS = Path(__file__).with_name("xss.txt").read_text("utf-8").splitlines()


def vote(bot: FakeBot, question: str, **fields: Any) -> None:
    """Store a vote as readers do."""
    values: dict[str, Any] = {"vote": "down", "answer": {"response": "No.", "kind": "abstain"}, **fields}
    FeedbackStore(bot.data_dir / "feedback.sqlite3").add(Feedback(question=question, **values))


def report(bot: FakeBot, name: str, html: str = "<h1>A run</h1>") -> None:
    """Write an eval report."""
    folder = bot.data_dir / "eval" / name
    folder.mkdir(parents=True)
    (folder / "report.html").write_text(html, "utf-8")


@pytest.fixture
def operated(tmp_path: Path) -> FakeBot:
    return FakeBot(tmp_path, {"operator_token": SecretStr(TOKEN), "rate_limit": "1000/minute"})


@pytest.fixture
def door(operated: FakeBot) -> Iterator[TestClient]:
    with TestClient(create_app(operated, page=False), base_url="http://127.0.0.1:7860") as client:
        yield client


@pytest.fixture
def inside(door: TestClient) -> TestClient:
    assert door.post("/operator", data={"token": TOKEN}).status_code == 200
    return door


def test_off_without_a_token(client: TestClient) -> None:
    for path in ("/operator", "/operator/", "/operator/operator.css", "/operator/reports/x"):
        assert client.get(path).status_code == 404
    assert client.post("/operator", data={"token": ""}).status_code == 404


def test_a_short_token_is_refused_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIALIS_OPERATOR_TOKEN", "short")
    with pytest.raises(SettingsError) as error:
        load_settings()
    assert "operator_token" in str(error.value)
    monkeypatch.setenv("MEDIALIS_OPERATOR_TOKEN", TOKEN)
    assert TOKEN not in repr(load_settings())


def test_the_token_opens_and_nothing_else_does(door: TestClient) -> None:
    asked = door.get("/operator")
    assert (asked.status_code, asked.headers["cache-control"]) == (401, "no-store")
    assert "Index" not in asked.text
    for wrong in ("", "x", TOKEN[:-1], f"{TOKEN}x", TOKEN.upper(), "ü" * 20):
        sent = door.post("/operator", data={"token": wrong})
        assert (sent.status_code, "not the token" in sent.text) == (401, True)
        assert COOKIE not in door.cookies
    sent = door.post("/operator", data={"token": TOKEN}, follow_redirects=False)
    assert (sent.status_code, sent.headers["location"]) == (303, "http://127.0.0.1:7860/operator")
    cookie = sent.headers["set-cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=strict", "Path=/operator"))
    assert "expires" not in cookie.lower()
    assert "max-age" not in cookie.lower()
    assert TOKEN not in cookie
    assert "Knee Pain Guide" in door.get("/operator").text
    door.post("/operator/leave")
    assert door.get("/operator").status_code == 401


def test_a_bearer_token_opens_for_scripts(door: TestClient) -> None:
    assert door.get("/operator", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert door.get("/operator", headers={"Authorization": "Bearer no"}).status_code == 401
    assert door.get("/operator", headers={"Authorization": f"Basic {TOKEN}"}).status_code == 401


@pytest.mark.parametrize("cookie", ["", "x", ".", "9999999999.", "9999999999.deadbeef", "never.0"])
def test_a_made_up_cookie_opens_nothing(door: TestClient, cookie: str) -> None:
    door.cookies.set(COOKIE, cookie, path="/operator")
    assert door.get("/operator").status_code == 401


def test_the_cookie_ends_and_is_bound_to_the_token(
    inside: TestClient, operated: FakeBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = inside.cookies[COOKIE]
    longer = f"{int(held.split('.')[0]) + 1}.{held.split('.')[1]}"
    assert inside.get("/operator", headers={"Cookie": f"{COOKIE}={longer}"}).status_code == 401
    other = FakeBot(operated.data_dir, {"operator_token": SecretStr(TOKEN + "-changed")})
    with TestClient(create_app(other, page=False), base_url="http://127.0.0.1:7860") as client:
        assert client.get("/operator", headers={"Cookie": f"{COOKIE}={held}"}).status_code == 401
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + access.HOURS * 3600 + 1)
    assert inside.get("/operator").status_code == 401


def test_guessing_is_slowed(door: TestClient) -> None:
    said = [door.post("/operator", data={"token": "guess"}).status_code for _ in range(12)]
    assert (said.count(401), said.count(429)) == (10, 2)
    assert door.get("/operator", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 429


def test_other_sites_cannot_sign_anybody_in(door: TestClient) -> None:
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert door.post("/operator", data={"token": TOKEN}, headers=headers).status_code == 403


def test_the_index_with_its_review_marks(inside: TestClient, operated: FakeBot) -> None:
    reviewed = {"reviewed_by": "Dr Own", "reviewed_on": "2020-01-01"}
    operated.guide_list = (
        GUIDE,
        make_guide(id="hip", title="Hips", **reviewed, review_due="2021-01-01"),
        make_guide(id="back", title="Backs", **reviewed, review_due="9999-01-01"),
    )
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", inside.get("/operator").text, re.DOTALL)
    assert [re.findall("Not reviewed|Review overdue|Current", row) for row in rows] == [
        ["Not reviewed"],
        ["Review overdue"],
        ["Current"],
    ]
    assert "Guides: 3. Passages: 21." in inside.get("/operator").text
    operated.guide_list = ()
    assert "The index is empty" in inside.get("/operator").text


def test_feedback_unanswered_questions_and_gaps(inside: TestClient, operated: FakeBot) -> None:
    assert "Nobody has voted yet" in inside.get("/operator").text
    inside.post("/api/chat", json={"text": "Paris?"})
    inside.post("/api/chat", json={"text": "Does stretching help?"})
    vote(operated, "What about Paris?", reason="not_answered", comment="Mail me: a@b.org")
    vote(operated, "what about paris?")
    vote(operated, "How long?", vote="up", answer={"response": "Weeks.", "kind": "answer"}, reason="clear")
    text = " ".join(inside.get("/operator").text.split())
    assert "1 helpful, 2 not helpful" in text
    assert "1 of 2 questions were left open" in text
    assert "Mail me: [email]" in text
    assert "a@b.org" not in text
    gap = text[text.index('id="gaps"') :]
    assert "Knee Pain Guide: Recovery Timeline (1)" in gap
    assert "what about paris?" in gap.lower()
    assert "How long?" not in gap


def test_a_broken_part_leaves_the_others(
    inside: TestClient, operated: FakeBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    (operated.data_dir / "feedback.sqlite3").write_text("this is no database", "utf-8")

    def none() -> None:
        raise IndexUnavailable("there is no index yet", hint="run: medialis ingest")

    monkeypatch.setattr(operated, "guides", none)
    report(operated, "2026-01-01")
    shown = inside.get("/operator")
    assert shown.status_code == 200
    for words in ("The feedback cannot be read", "run: medialis ingest", "2026-01-01"):
        assert words in shown.text


def test_reports_are_listed_and_shut_in_a_sandbox(inside: TestClient, operated: FakeBot) -> None:
    assert "No report yet" in inside.get("/operator").text
    report(operated, "faq/run 1")
    (operated.data_dir / "secret.html").write_text("secret", "utf-8")
    (operated.data_dir / "report.html").write_text("secret", "utf-8")
    (link,) = re.findall(r'href="(http[^"]*/reports/[^"]*)"', inside.get("/operator").text)
    opened = inside.get(link)
    assert opened.text == "<h1>A run</h1>"
    assert opened.headers["content-security-policy"].startswith("sandbox;")
    for name in ("none", "%2e%2e", "%2e%2e/secret.html", "%2e%2e%2f", "faq", ""):
        refused = inside.get(f"/operator/reports/{name}", follow_redirects=False)
        assert "secret" not in refused.text
        assert refused.status_code in (404, 405), name
    inside.post("/operator/leave")
    assert inside.get(link).status_code == 401


def test_a_link_out_of_the_runs_is_not_followed(inside: TestClient, operated: FakeBot, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "report.html").write_text("secret", "utf-8")
    report(operated, "run")
    (operated.data_dir / "eval" / "linked").symlink_to(tmp_path / "elsewhere")
    assert inside.get("/operator/reports/linked").status_code == 404


def test_what_readers_and_guides_say_is_text(inside: TestClient, operated: FakeBot) -> None:
    operated.guide_list = (make_guide(title=PAYLOADS[12], reviewed_by=PAYLOADS[0]),)
    for payload in PAYLOADS:
        vote(operated, payload, comment=payload, reason=payload[:64], answer={"response": payload, "kind": "abstain"})
    page = inside.get("/operator")
    assert page.status_code == 200
    assert not {"script", "img", "svg", "iframe", "math", "style", "object", "input"} & set(
        re.findall(r"<(\w+)", page.text)
    )
    assert not re.search(r"<[^>]+\son\w+=", page.text)
    assert "unsafe" not in page.headers["content-security-policy"]
    assert "script-src" not in page.headers["content-security-policy"]
