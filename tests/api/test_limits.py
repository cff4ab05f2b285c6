"""Rate limits, body limits and the origin check over real HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.app import PASSWORD, RunningApp, running_app

WRONG = {"email": "ada@example.com", "password": "not the password"}


class TestSignInLimits:
    async def test_an_account_allows_ten_guesses_a_minute(self, app: RunningApp) -> None:
        await app.sign_up()
        for _ in range(10):
            assert (await app.http.post("/api/auth/login", json=WRONG)).status_code == 401
        response = await app.http.post("/api/auth/login", json={**WRONG, "email": "ADA@example.com"})
        assert (response.status_code, response.json()["code"]) == (429, "rate_limited")
        assert 1 <= int(response.headers["retry-after"]) <= 6

    async def test_the_right_password_has_to_wait_as_well(self, app: RunningApp) -> None:
        await app.sign_up()
        for _ in range(10):
            await app.http.post("/api/auth/login", json=WRONG)
        right = {"email": "ada@example.com", "password": PASSWORD}
        refused = await app.http.post("/api/auth/login", json=right)
        assert refused.status_code == 429
        app.clock.advance(int(refused.headers["retry-after"]))
        assert (await app.http.post("/api/auth/login", json=right)).status_code == 200

    async def test_another_account_is_not_held_up(self, app: RunningApp) -> None:
        await app.sign_up("bob@example.com")
        for _ in range(11):
            await app.http.post("/api/auth/login", json=WRONG)
        response = await app.http.post("/api/auth/login", json={"email": "bob@example.com", "password": PASSWORD})
        assert response.status_code == 200

    async def test_success_starts_the_count_over(self, app: RunningApp) -> None:
        await app.sign_up()
        for _ in range(3):
            for _ in range(6):
                await app.http.post("/api/auth/login", json=WRONG)
            response = await app.http.post("/api/auth/login", json={"email": "ada@example.com", "password": PASSWORD})
            assert response.status_code == 200

    async def test_an_address_is_limited_whatever_it_says_it_forwards(self, tmp_path: Path) -> None:
        async with running_app(tmp_path, rate_limit_login_address="3/60") as app:
            statuses = [
                (
                    await app.http.post(
                        "/api/auth/login",
                        json={**WRONG, "email": f"{number}@example.com"},
                        headers={"X-Forwarded-For": f"198.51.100.{number}"},
                    )
                ).status_code
                for number in range(4)
            ]
            assert statuses == [401, 401, 401, 429]
            sign_up = await app.http.post("/api/auth/signup", json={"email": "n@example.com", "password": PASSWORD})
            assert sign_up.status_code == 429

    async def test_a_trusted_proxy_is_believed(self, tmp_path: Path) -> None:
        settings: dict[str, Any] = {"rate_limit_login_address": "1/60", "trusted_proxies": ["127.0.0.0/8"]}
        async with running_app(tmp_path, **settings) as app:

            async def attempt(forwarded: str) -> int:
                headers = {"X-Forwarded-For": forwarded}
                return (await app.http.post("/api/auth/login", json=WRONG, headers=headers)).status_code

            assert await attempt("198.51.100.1") == 401
            assert await attempt("198.51.100.2") == 401
            assert await attempt("203.0.113.9, 198.51.100.2") == 429, "the nearest hop counts, not what it claims"
            assert await attempt("2001:db8::1") == 401
            assert await attempt("2001:db8::2") == 429, "one /64 is one subscriber"


class TestApiLimit:
    @pytest.fixture
    async def strict(self, tmp_path: Path) -> AsyncIterator[RunningApp]:
        async with running_app(tmp_path, rate_limit_api="5/60") as running:
            yield running

    async def test_a_member_has_a_limit(self, strict: RunningApp) -> None:
        ada = await strict.sign_up()
        statuses = [(await strict.http.get("/api/user/profile", headers=ada.bearer)).status_code for _ in range(6)]
        assert statuses == [200] * 5 + [429]

    async def test_members_do_not_share_it(self, strict: RunningApp) -> None:
        ada, bob = await strict.sign_up(), await strict.sign_up("bob@example.com")
        for _ in range(6):
            await strict.http.get("/api/user/profile", headers=ada.bearer)
        assert (await strict.http.get("/api/user/profile", headers=bob.bearer)).status_code == 200

    async def test_strangers_have_one_by_address_and_probes_none(self, strict: RunningApp) -> None:
        statuses = [(await strict.http.get("/api/openapi.json")).status_code for _ in range(6)]
        assert statuses == [200] * 5 + [429]
        assert [(await strict.http.get("/api/health")).status_code for _ in range(10)] == [200] * 10

    async def test_made_up_credentials_do_not_evade_it(self, strict: RunningApp) -> None:
        headers = [{"Authorization": f"Bearer {number}"} for number in range(51)]
        statuses = [(await strict.http.get("/api/user/profile", headers=each)).status_code for each in headers]
        assert statuses == [401] * 50 + [429]


class TestBodies:
    async def test_two_megabytes_are_refused_with_a_sentence(self, app: RunningApp) -> None:
        ada = await app.sign_up()
        body = {"recipientId": "1", "message": "x" * 2_000_000}
        response = await app.http.post("/api/instagram/send-message", headers=ada.bearer, json=body)
        assert (response.status_code, response.json()["code"]) == (413, "too_large")
        assert "1 MiB" in response.json()["detail"]

    async def test_also_without_a_stated_length(self, app: RunningApp) -> None:
        async def pieces() -> AsyncIterator[bytes]:
            yield b'{"email": "'
            for _ in range(40):
                yield b"x" * 50_000

        headers = {"Content-Type": "application/json"}
        response = await app.http.post("/api/auth/login", content=pieces(), headers=headers)
        assert (response.status_code, response.json()["code"]) == (413, "too_large")

    @pytest.mark.parametrize(
        "body",
        [
            b"{",
            b"",
            b'{"email": NaN}',
            b'{"email": "\\ud800"}',
            b'{"email": "a\\u0000"}',
            b"\xff\xfe",
            b"[" * 100_000,
            b'{"a": ' + b"9" * 5000 + b"}x",
        ],
    )
    async def test_what_is_not_json_is_refused(self, app: RunningApp, body: bytes) -> None:
        response = await app.http.post("/api/auth/login", content=body, headers={"Content-Type": "application/json"})
        expected = (422, "invalid_request") if body == b"" else (400, "not_json")
        assert (response.status_code, response.json()["code"]) == expected

    async def test_an_escaped_backslash_is_no_escape(self, app: RunningApp) -> None:
        body = json.dumps({"email": "\\u0000", "password": "x"}).encode()
        response = await app.http.post("/api/auth/login", content=body, headers={"Content-Type": "application/json"})
        assert response.status_code == 401

    @pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
    async def test_forms_of_other_sites_are_not_json(self, app: RunningApp, kind: str) -> None:
        body = json.dumps({"email": "a@example.com", "password": PASSWORD}).encode()
        response = await app.http.post("/api/auth/login", content=body, headers={"Content-Type": kind})
        assert (response.status_code, response.json()["code"]) == (400, "not_json")

    async def test_a_list_where_an_object_belongs(self, app: RunningApp) -> None:
        response = await app.http.post("/api/auth/login", json=[1])
        assert (response.status_code, response.json()["code"]) == (422, "invalid_request")


class TestOrigin:
    @pytest.fixture
    async def cors(self, tmp_path: Path) -> AsyncIterator[RunningApp]:
        async with running_app(tmp_path, cors_origins=["https://pages.example.com"]) as running:
            yield running

    async def change(self, app: RunningApp, **headers: str) -> tuple[int, str]:
        ada = await app.sign_up()
        cookie = {"Cookie": f"instantchat_session={ada.cookie}"}
        sent = {**cookie, **{name.replace("_", "-"): value for name, value in headers.items()}}
        response = await app.http.patch("/api/user/profile", headers=sent, json={"name": "Eve"})
        return response.status_code, response.json().get("code", "")

    async def test_the_own_host_and_programs_pass(self, app: RunningApp) -> None:
        assert await self.change(app, Origin=app.url) == (200, "")

    async def test_programs_send_no_origin(self, app: RunningApp) -> None:
        assert await self.change(app) == (200, "")

    @pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1", "http://127.0.0.1:1", "x"])
    async def test_other_sites_are_refused(self, app: RunningApp, origin: str) -> None:
        assert await self.change(app, Origin=origin) == (403, "bad_origin")

    async def test_a_cross_site_fetch_without_origin_is_refused(self, app: RunningApp) -> None:
        assert await self.change(app, Sec_Fetch_Site="cross-site") == (403, "bad_origin")

    async def test_an_allowed_origin_passes(self, cors: RunningApp) -> None:
        assert await self.change(cors, Origin="https://pages.example.com") == (200, "")

    async def test_reading_needs_no_origin(self, app: RunningApp) -> None:
        ada = await app.sign_up()
        headers = {"Cookie": f"instantchat_session={ada.cookie}", "Origin": "https://evil.example"}
        response = await app.http.get("/api/user/profile", headers=headers)
        assert response.status_code == 200
        assert "access-control-allow-origin" not in response.headers

    async def test_a_bearer_token_is_proof_by_itself(self, app: RunningApp) -> None:
        ada = await app.sign_up()
        headers = {**ada.bearer, "Origin": "https://evil.example"}
        assert (await app.http.patch("/api/user/profile", headers=headers, json={})).status_code == 200

    async def test_cors_names_the_allowed_origin_and_no_other(self, cors: RunningApp) -> None:
        asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
        good = await cors.http.options("/api/auth/login", headers={"Origin": "https://pages.example.com", **asked})
        assert good.status_code == 204
        assert good.headers["access-control-allow-origin"] == "https://pages.example.com"
        assert good.headers["access-control-allow-credentials"] == "true"
        assert "Authorization" in good.headers["access-control-allow-headers"]
        bad = await cors.http.options("/api/auth/login", headers={"Origin": "https://evil.example", **asked})
        assert "access-control-allow-origin" not in bad.headers
        assert bad.headers["vary"] == "Origin"
