"""Votes: only with consent, redacted, readable by their owner alone."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import InputError
from bot.web.feedback import Feedback, FeedbackStore
from bot.web.redact import redact
from bot.web.server import create_app
from bot.wire import answer_object
from tests.bot.web.fake_bot import FakeBot, composed

VOTE: dict[str, Any] = {
    "vote": "down",
    "question": "I'm born on 3 May 1980, mail me at a@b.org: how long?",
    "answer": answer_object(composed()),
    "history": [["My name is Jane Doe", "Hello."]],
    "reason": "incomplete",
    "comment": "Call 07700 900123",
    "consent": True,
}


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("write to jane.doe+knee@mail.example.org please", "jane.doe"),
        ("see https://me.example/jane?id=3", "me.example"),
        ("ring 07700 900123", "900123"),
        ("ring +44 (0)20 7946 0958", "7946"),
        ("my number: 555-867-5309", "867"),
        ("NHS 943 476 5919", "5919"),
        ("SSN 078-05-1120", "1120"),
        ("card 4111 1111 1111 1111", "4111"),
        ("born 12/03/1980", "1980"),
        ("born on 3 May 1980", "1980"),
        ("DOB: March 3rd, 1980", "1980"),
        ("date of birth is 1980", "1980"),
        ("seen on 2024-05-01", "2024-05-01"),
        ("I live in SW1A 1AA", "1AA"),
        ("at 221b Baker Street", "Baker"),
        ("at 12 Long Acre Lane.", "Acre"),
        ("QQ 12 34 56 C is mine", "34"),
        ("My name is Jane Doe and it hurts", "Jane"),
        ("my name is Zoë O'Neill", "Neill"),
        ("Dr. Smith said so", "Smith"),
        ("mrs Brown", "Brown"),
        ("Regards, Peter", "Peter"),
    ],
)
def test_what_names_a_person_goes(text: str, gone: str) -> None:
    assert gone not in redact(text)
    assert "[" in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "It takes four to six weeks.",
        "I did 3 sets of 15, 2-3 times a week",
        "pain 7/10 since 2023",
        "I am 45 and weigh 82 kg",
        "call me if it is wrong",
        "My knee is called to account by 10 to 12 squats",
        "take 400 mg 3 times, 1200 mg a day",
        "The doctor said to stop",
        "walk 10 minutes down the road",
        "VMO and L4 pain, MRI 1.5T",
        "Baker's cyst, Osgood-Schlatter",
    ],
)
def test_what_names_nobody_stays(text: str) -> None:
    assert redact(text) == text


@given(st.text())
def test_redaction_is_total_and_idempotent_on_its_stand_ins(text: str) -> None:
    assert redact("[email] [number] [name] [date]") == "[email] [number] [name] [date]"
    assert "@x.org" not in redact(f"{text} a@x.org")


def test_a_vote_with_consent_is_stored_redacted(client: TestClient, bot: FakeBot) -> None:
    response = client.post("/api/feedback", json=VOTE)
    assert (response.status_code, response.json()) == (201, {"id": 1})
    store = FeedbackStore(bot.data_dir / "feedback.sqlite3")
    (row,) = store.rows()
    assert (row["vote"], row["reason"], row["mode"]) == ("down", "incomplete", "composed")
    assert row["comment"] == "Call [number]"
    assert row["history"] == [["My name is [name]", "Hello."]]
    assert "1980" not in row["question"]
    assert "a@b.org" not in row["question"]
    assert [one["section"] for one in row["citations"]] == ["Recovery Timeline", "Recovery Timeline"]
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"consent": False}, 403, "no-consent"),
        ({"consent": None}, 422, "invalid-request"),
        ({"vote": "sideways"}, 422, "invalid-request"),
        ({"comment": "x" * 2001}, 422, "invalid-request"),
        ({"question": ""}, 422, "invalid-request"),
    ],
)
def test_what_is_not_stored(client: TestClient, bot: FakeBot, change: dict[str, Any], status: int, code: str) -> None:
    response = client.post("/api/feedback", json={**VOTE, **change})
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert not (bot.data_dir / "feedback.sqlite3").exists()


def test_consent_must_be_said(client: TestClient, bot: FakeBot) -> None:
    silent = {name: value for name, value in VOTE.items() if name != "consent"}
    assert client.post("/api/feedback", json=silent).status_code == 403


def test_an_operator_can_switch_it_off(tmp_path: Path) -> None:
    with TestClient(
        create_app(FakeBot(tmp_path, {"feedback": False}), page=False), base_url="http://localhost"
    ) as client:
        assert client.post("/api/feedback", json=VOTE).status_code == 404
    assert not list(tmp_path.iterdir())


def test_a_store_that_cannot_be_written_says_where(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    store = FeedbackStore(tmp_path / "file" / "feedback.sqlite3")
    with pytest.raises(InputError, match="feedback cannot be stored"):
        store.add(Feedback("up", "q", {}))
    assert store.rows() == []
