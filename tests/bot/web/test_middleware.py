"""Who is let in, what is refused, and the headers on everything."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from starlette.datastructures import Headers

from bot.web.middleware.origin import OriginPolicy, is_loopback, netloc
from bot.web.server import create_app
from tests.bot.web.fake_bot import FakeBot

CLINIC = "https://clinic.example"
HERE = "127.0.0.1:7860"


@pytest.mark.parametrize(
    ("host", "headers", "allowed"),
    [
        (HERE, {}, True),  # curl, the openai client
        (HERE, {"origin": "http://127.0.0.1:7860"}, True),
        ("localhost:7860", {"origin": "http://localhost:7860"}, True),
        ("[::1]:7860", {"origin": "http://[::1]:7860"}, True),
        (HERE, {"origin": CLINIC}, True),
        (HERE, {"origin": "HTTPS://Clinic.Example"}, True),
        ("clinic.example", {"origin": CLINIC}, True),  # behind the clinic's own proxy
        (HERE, {"sec-fetch-site": "same-origin"}, True),
        (HERE, {"sec-fetch-site": "none"}, True),
        (HERE, {"origin": "http://127.0.0.1:7861"}, False),
        (HERE, {"origin": "http://localhost:7860"}, False),  # another origin to a browser
        (HERE, {"origin": "https://evil.example"}, False),
        (HERE, {"origin": "https://clinic.example.evil.example"}, False),
        (HERE, {"origin": "http://clinic.example"}, False),  # not over plain http
        (HERE, {"origin": "https://clinic.example:8443"}, False),
        (HERE, {"origin": "null"}, False),
        (HERE, {"origin": ""}, False),
        (HERE, {"origin": "http://127.0.0.1:x"}, False),
        (HERE, {"sec-fetch-site": "cross-site"}, False),
        ("evil.example:7860", {"origin": "http://evil.example:7860"}, False),  # DNS rebinding
        ("evil.example:7860", {}, False),
        ("", {}, False),
    ],
)
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_origins(host: str, headers: dict[str, str], allowed: bool, method: str) -> None:
    policy = OriginPolicy([CLINIC + "/"], "127.0.0.1")
    refusal = policy.refusal(method, "/api/chat", Headers({"host": host, **headers}), "http")
    assert (refusal is None) is allowed
    if refusal is not None:
        assert refusal.status == 403
        assert "MEDIALIS_ALLOWED_ORIGINS" in (refusal.hint or "")


def test_a_server_on_the_network_answers_to_its_names() -> None:
    policy = OriginPolicy([], "0.0.0.0")
    same = Headers({"host": "192.168.1.5:7860", "origin": "http://192.168.1.5:7860"})
    other = Headers({"host": "192.168.1.5:7860", "origin": "http://192.168.1.6:7860"})
    assert policy.refusal("POST", "/api/chat", same, "http") is None
    assert policy.refusal("POST", "/api/chat", other, "http") is not None


@pytest.mark.parametrize("path", ["/", "/widget.js", "/healthz", "/demo"])
def test_what_everybody_may_load_is_not_bound_to_an_origin(path: str) -> None:
    headers = Headers({"host": HERE, "origin": "https://evil.example", "sec-fetch-site": "cross-site"})
    assert OriginPolicy([], "127.0.0.1").refusal("GET", path, headers, "http") is None


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("https://A.example", "a.example"),
        ("https://a.example:443", "a.example"),
        ("http://a.example:443", "a.example:443"),
        ("http://[::1]:80", "[::1]"),
        ("null", ""),
        ("http://a:b", ""),
    ],
)
def test_netloc(origin: str, expected: str) -> None:
    assert netloc(origin) == expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("a.localhost", True),
        ("0.0.0.0", False),
        ("localhost.evil.example", False),
        ("", False),
    ],
)
def test_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_refusal_and_preflight_over_http(tmp_path: Path) -> None:
    bot = FakeBot(tmp_path, {"allowed_origins": (CLINIC,)})
    ask = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    with TestClient(create_app(bot, page=False), base_url=f"http://{HERE}") as client:
        good = client.options("/api/chat", headers={"Origin": CLINIC, **ask})
        bad = client.options("/api/chat", headers={"Origin": "https://evil.example", **ask})
        answer = client.post("/api/chat", json={"text": "stretching"}, headers={"Origin": CLINIC})
        refused = client.post("/api/chat", json={"text": "stretching"}, headers={"Origin": "https://evil.example"})
    assert (good.status_code, good.headers["access-control-allow-origin"]) == (200, CLINIC)
    assert bad.status_code == 403
    assert "access-control-allow-origin" not in bad.headers
    assert answer.headers["access-control-allow-origin"] == CLINIC
    assert (refused.status_code, refused.json()["code"]) == (403, "origin-refused")
    assert len(bot.asked) == 1
    assert f"frame-ancestors 'self' {CLINIC}" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/healthz"), ("POST", "/api/chat"), ("GET", "/nothing"), ("GET", "/openapi.json"), ("GET", "/api/guides")],
)
def test_security_headers_on_everything(client: TestClient, method: str, path: str) -> None:
    headers = client.request(method, path).headers
    assert headers["content-security-policy"] == (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert re.fullmatch(r"[0-9a-f]{32}", headers["x-request-id"])
    assert "set-cookie" not in headers
    assert "strict-transport-security" not in headers


def test_https_is_kept(bot: FakeBot) -> None:
    with TestClient(create_app(bot, page=False), base_url="https://localhost") as client:
        assert "max-age" in client.get("/healthz").headers["strict-transport-security"]


@pytest.mark.parametrize(("given", "kept"), [("abc-1.2_X", True), ("a b", False), ("x" * 65, False), ("", False)])
def test_request_id_of_a_proxy(client: TestClient, given: str, kept: bool) -> None:
    assert (client.get("/healthz", headers={"X-Request-Id": given}).headers["x-request-id"] == given) is kept


def test_a_body_without_a_length_is_limited_too(client: TestClient) -> None:
    def pieces() -> object:
        for _ in range(10):
            yield b"x" * 50_000

    response = client.post("/api/chat", content=pieces())  # type: ignore[arg-type]
    assert (response.status_code, response.json()["code"]) == (413, "content-too-large")


@pytest.mark.parametrize(
    "path", ["/gradio_api/upload", "/gradio_api/file=/etc/passwd", "/monitoring", "/gradio_api/proxy=http://x", "/docs"]
)
def test_what_the_page_does_not_need_is_not_there(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404
