"""Health, readiness, metrics, guides and the API description."""

from __future__ import annotations

from fastapi.testclient import TestClient

from tests.bot.web.fake_bot import GUIDE, FakeBot, make_guide


def test_healthz_and_readyz(client: TestClient, bot: FakeBot) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    for state, status in [("ok", 200), ("off", 200), ("starting", 503), ("down: no answer", 503)]:
        bot.parts["llm"] = state
        response = client.get("/readyz")
        assert (response.status_code, response.json()["parts"]["llm"]) == (status, state)


def test_metrics_count_and_say_nothing(client: TestClient) -> None:
    client.post("/api/chat", json={"text": "Does stretching my secret knee help?"})
    client.post("/api/chat", json={"text": "busy?"})
    text = client.get("/metrics").text
    answers = 'medialis_answers_total{category="answer",kind="answer",mode="verbatim",surface="api"} 1.0'
    assert answers in text
    assert 'medialis_failures_total{code="busy",surface="api"} 1.0' in text
    assert 'medialis_requests_total{method="POST",route="/api/chat",status="200"} 1.0' in text
    assert "medialis_questions_in_flight 0.0" in text
    assert "secret" not in text


def test_guides_list_and_text(client: TestClient) -> None:
    (card,) = client.get("/api/guides").json()["guides"]
    assert (card["id"], card["reviewed_by"], card["stale"]) == ("knee", None, False)
    guide = client.get("/api/guides/knee").json()
    assert guide["text"] == GUIDE.text
    for section in guide["sections"]:
        assert section["text"] == guide["text"][section["start"] : section["end"]]
    assert [one["heading_path"][-1] for one in guide["sections"] if one["is_faq"]] == client.get(
        "/api/starters"
    ).json()["starters"]
    missing = client.get("/api/guides/none")
    assert (missing.status_code, missing.json()["code"]) == (404, "no-such-guide")


def test_a_guide_past_its_review_says_so(client: TestClient, bot: FakeBot) -> None:
    bot.guide_list = (make_guide(review_due="2020-01-01"), make_guide(id="b", review_due="9999-01-01"))
    assert [one["stale"] for one in client.get("/api/guides").json()["guides"]] == [True, False]


def test_openapi_has_examples(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    chat = document["paths"]["/api/chat"]["post"]
    assert chat["responses"]["200"]["content"]["application/json"]["example"]["kind"] == "answer"
    assert "text/event-stream" in chat["responses"]["200"]["content"]
    assert document["components"]["schemas"]["ChatRequest"]["examples"]
    assert {"/api/feedback", "/api/guides", "/v1/models", "/v1/chat/completions", "/readyz"} <= set(document["paths"])
