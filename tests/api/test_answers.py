"""What every answer has: the one problem shape, security headers, documentation, operations."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from instantchat.kit.crypto import hmac_hex
from tests.support.app import RunningApp, running_app

VAULT_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
PRODUCTION: dict[str, Any] = {
    "env": "production",
    "secret_key": "s" * 40,
    "encryption_keys": [VAULT_KEY],
    "public_url": "https://chat.example.com",
}


def assert_problem(response: httpx.Response, status: int, code: str) -> None:
    body = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert (response.status_code, body["status"], body["code"]) == (status, status, code)
    assert body["title"]
    assert body["detail"].endswith(".")
    assert body["type"] == "about:blank"


class TestProblems:
    @pytest.mark.parametrize(
        "path", ["/api/nothing", "/api", "/api/", "/webhook/nothing", "/api/auth/login/", "/metrics"]
    )
    async def test_nothing_there(self, app: RunningApp, path: str) -> None:
        assert_problem(await app.http.get(path), 404, "not_found")

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/api/auth/login"),
            ("PUT", "/api/auth/login"),
            ("PUT", "/api/webhook/instagram"),
            ("DELETE", "/api/health"),
        ],
    )
    async def test_another_method(self, app: RunningApp, method: str, path: str) -> None:
        assert_problem(await app.http.request(method, path), 405, "method_not_allowed")

    async def test_our_own_mistake_shows_nothing_but_its_id(self, app: RunningApp, monkeypatch: Any) -> None:
        async def broken(*_: object) -> None:
            raise RuntimeError("secret detail")

        ada = await app.sign_up()
        monkeypatch.setattr(app.assembly.profile, "get", broken)
        response = await app.http.get("/api/user/profile", headers=ada.bearer)
        assert_problem(response, 500, "internal_error")
        assert response.json()["requestId"] == response.headers["x-request-id"]
        assert "secret" not in response.text
        assert "nosniff" in response.headers["x-content-type-options"]

    async def test_unauthenticated_names_the_scheme(self, app: RunningApp) -> None:
        response = await app.http.get("/api/user/profile")
        assert_problem(response, 401, "token_invalid")
        assert response.headers["www-authenticate"].startswith("Bearer")


class TestHeaders:
    @pytest.mark.parametrize("path", ["/api/health", "/api/nothing", "/api/auth/verify", "/api/openapi.json"])
    async def test_security_headers_are_everywhere(self, app: RunningApp, path: str) -> None:
        headers = (await app.http.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert re.fullmatch(r"req_[0-9A-Z]{26}", headers["x-request-id"])
        assert "strict-transport-security" not in headers

    async def test_a_head_request_is_no_crash(self, app: RunningApp) -> None:
        assert (await app.http.head("/api/health")).status_code in {200, 405}


class TestProduction:
    async def test_http_is_sent_to_https(self, tmp_path: Path) -> None:

        async with running_app(tmp_path, **PRODUCTION) as app:
            response = await app.http.post("/api/auth/login?a=b%20c", json={})
            assert response.status_code == 308
            assert response.headers["location"] == "https://chat.example.com/api/auth/login?a=b%20c"
            assert (await app.http.get("/api/health")).status_code == 200
            assert (await app.http.get("/socket.io/?EIO=4&transport=polling")).status_code == 308

    async def test_https_has_hsts_and_a_secure_cookie(self, tmp_path: Path) -> None:
        async with running_app(tmp_path, **PRODUCTION) as app:
            app.http.headers["X-Forwarded-Proto"] = "https"
            response = await app.http.post(
                "/api/auth/signup", json={"email": "ada@example.com", "password": "correct horse battery"}
            )
            assert response.status_code == 201
            assert "; Secure" in response.headers["set-cookie"]
            assert "max-age=63072000" in response.headers["strict-transport-security"]


class TestDocs:
    async def test_every_file_comes_from_here(self, app: RunningApp) -> None:
        page = (await app.http.get("/api/docs")).text
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page)
        for path in re.findall(r"(?:src|href)=\"([^\"]+)\"", page):
            assert (await app.http.get(path)).status_code == 200, path

    async def test_openapi_has_the_routes_and_the_problem(self, app: RunningApp) -> None:
        document = (await app.http.get("/api/openapi.json")).json()
        assert {"/api/auth/signup", "/api/user/profile", "/api/health"} <= set(document["paths"])
        refusal = document["paths"]["/api/auth/login"]["post"]["responses"]["422"]["content"]
        assert set(refusal) == {"application/problem+json"}
        fields = document["components"]["schemas"]["SignedInOut"]["properties"]
        assert set(fields) == {"token", "refreshToken", "user"}


class TestOperations:
    async def test_health_and_readiness(self, app: RunningApp) -> None:
        assert (await app.http.get("/api/health")).json()["status"] == "ok"
        assert (await app.http.get("/api/ready")).json() == {"status": "ready", "checks": {"database": "ok"}}

    async def test_not_ready_without_a_database(self, app: RunningApp) -> None:
        await app.assembly.store.close()
        assert_problem(await app.http.get("/api/ready"), 503, "database_unavailable")
        assert (await app.http.get("/api/health")).status_code == 200


class TestWebhookPath:
    async def test_deliveries_pass_by_the_gate(self, tmp_path: Path) -> None:
        settings: dict[str, Any] = {
            "meta_app_secret": "shh",
            "meta_app_id": "1",
            "meta_verify_token": "v",
            "rate_limit_api": "1/60",
        }
        async with running_app(tmp_path, **settings) as app:
            body = b'{"object":"instagram","entry":[]}'
            headers = {"X-Hub-Signature-256": "sha256=" + hmac_hex("shh", body)}
            for path in ("/api/webhook/instagram", "/webhook/instagram"):
                for _ in range(3):
                    assert (await app.http.post(path, content=body, headers=headers)).status_code == 200
            query = {"hub.mode": "subscribe", "hub.verify_token": "v", "hub.challenge": "123"}
            assert (await app.http.get("/webhook/instagram", params=query)).text == "123"
            unsigned = await app.http.post("/webhook/instagram", content=body)
            assert_problem(unsigned, 401, "bad_signature")
