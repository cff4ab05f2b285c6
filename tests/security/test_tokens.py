"""Sign-ins that are forged, stale or borrowed open nothing."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jwt
import pytest

from instantchat.features.auth.member import Member
from instantchat.kit.crypto import hmac_hex
from tests.support.app import PASSWORD, RunningApp, SignedUp, running_app

COOKIE = "instantchat_session"


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with running_app(tmp_path, public_url="http://shop.example") as running:
        yield running


async def status_of(app: RunningApp, token: str) -> int:
    response = await app.http.get("/api/user/profile", headers={"Authorization": f"Bearer {token}"})
    return response.status_code


def claims_of(person: SignedUp) -> dict[str, Any]:
    found: dict[str, Any] = jwt.decode(person.token, options={"verify_signature": False})
    return found


class TestForged:
    @pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", ""])
    async def test_no_algorithm(self, app: RunningApp, algorithm: str) -> None:
        claims = claims_of(await app.sign_up())
        parts = [
            base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=").decode()
            for each in ({"alg": algorithm, "typ": "JWT"}, claims)
        ]
        for signature in ("", "x", (await app.sign_up("b@example.com")).token.rsplit(".", 1)[1]):
            assert await status_of(app, ".".join([*parts, signature])) == 401

    async def test_keys_that_are_not_the_key(self, app: RunningApp, tmp_path: Path) -> None:
        """Neither a guess, nor the signing key itself, from which access tokens have a key of their own."""
        claims = claims_of(await app.sign_up())
        own = app.assembly.settings.signing_key.reveal()
        derived = hmac_hex(own, b"instantchat access token")
        for key in ("secret", "x" * 64, own, claims["sid"], "\0"):
            assert await status_of(app, jwt.encode(claims, key, algorithm="HS256")) == 401
        for algorithm in ("HS384", "HS512"):
            assert await status_of(app, jwt.encode(claims, derived, algorithm=algorithm)) == 401
        assert await status_of(app, jwt.encode(claims, derived, algorithm="HS256")) == 200

    async def test_a_session_of_somebody_else(self, app: RunningApp) -> None:
        ana, eve = await app.sign_up(), await app.sign_up("eve@example.com")
        key = hmac_hex(app.assembly.settings.signing_key.reveal(), b"instantchat access token")
        mixed = {**claims_of(eve), "sub": claims_of(ana)["sub"]}
        assert await status_of(app, jwt.encode(mixed, key, algorithm="HS256")) == 401

    async def test_one_kind_of_token_is_no_other_kind(self, app: RunningApp) -> None:
        ana = await app.sign_up()
        user = ana.user
        member = Member(user["id"], user["workspaceId"], "owner", "Ana", user["email"], claims_of(ana)["sid"])
        state = await app.assembly.connect._states.issue(member)
        for token in (state, ana.answer["refreshToken"], ana.cookie, claims_of(ana)["sid"]):
            assert await status_of(app, token) == 401
            cookie = await app.http.get("/api/user/profile", headers={"Cookie": f"{COOKIE}={token}"})
            assert cookie.status_code == (200 if token == ana.cookie else 401)
            renewed = await app.http.post("/api/auth/refresh", json={"refreshToken": token})
            assert renewed.status_code == (200 if token == ana.answer["refreshToken"] else 401)
        used = await app.http.get(f"/api/instagram/callback?code=x&state={ana.token}", headers=ana.bearer)
        assert "connected" not in used.headers["location"]


class TestStale:
    async def test_an_expired_one(self, app: RunningApp) -> None:
        ana = await app.sign_up()
        app.clock.advance(15 * 60)
        response = await app.http.get("/api/user/profile", headers=ana.bearer)
        assert (response.status_code, response.json()["code"]) == (401, "token_expired")

    async def test_of_somebody_who_was_deleted(self, app: RunningApp) -> None:
        ana = await app.sign_up()
        gone = await app.http.request("DELETE", "/api/user/delete", json={"password": PASSWORD}, headers=ana.bearer)
        assert gone.status_code == 204
        await self.is_out(app, ana)

    async def test_of_a_session_that_was_ended(self, app: RunningApp) -> None:
        ana = await app.sign_up()
        assert (await app.http.post("/api/auth/logout", headers=ana.bearer)).status_code == 204
        await self.is_out(app, ana)

    async def test_of_a_family_whose_refresh_token_was_used_twice(self, app: RunningApp) -> None:
        ana = await app.sign_up()
        stolen = {"refreshToken": ana.answer["refreshToken"]}
        renewed = (await app.http.post("/api/auth/refresh", json=stolen)).json()
        assert (await app.http.post("/api/auth/refresh", json=stolen)).status_code == 401
        await self.is_out(app, ana)
        assert await status_of(app, renewed["token"]) == 401
        again = await app.http.post("/api/auth/refresh", json={"refreshToken": renewed["refreshToken"]})
        assert again.status_code == 401

    async def is_out(self, app: RunningApp, person: SignedUp) -> None:
        assert await status_of(app, person.token) == 401
        cookie = await app.http.get("/api/user/profile", headers={"Cookie": f"{COOKIE}={person.cookie}"})
        assert cookie.status_code == 401
        renewed = await app.http.post("/api/auth/refresh", json={"refreshToken": person.answer["refreshToken"]})
        assert renewed.status_code == 401


class TestSignIn:
    async def test_an_unknown_address_costs_the_same_work(self, app: RunningApp, monkeypatch: Any) -> None:
        """Else the time an answer takes tells who has an account. Counted, as time itself is noisy."""
        await app.sign_up("known@example.com")
        context, compared = app.assembly.auth.passwords._context, []
        verify = context.verify

        def count(secret: Any, stored: Any) -> bool:
            compared.append(str(stored)[:40])
            return bool(verify(secret, stored))

        monkeypatch.setattr(context, "verify", count)
        for email in ("known@example.com", "unknown@example.com", "no address at all", ""):
            answer = await app.http.post("/api/auth/login", json={"email": email, "password": "wrong password"})
            assert answer.status_code == 401, email
        assert len(compared) == 4
        assert len({each.rpartition("$")[0] for each in compared}) == 1, "other costs for other addresses"

    async def test_the_cookie_is_for_http_and_this_site_only(self, app: RunningApp) -> None:
        await app.sign_up()
        answer = await app.http.post("/api/auth/login", json={"email": "ada@example.com", "password": PASSWORD})
        flags = {each.strip().lower() for each in answer.headers["set-cookie"].split(";")[1:]}
        assert {"httponly", "samesite=lax", "path=/"} <= flags
        assert not any(each.startswith("domain") for each in flags)

    async def test_a_cookie_that_was_chosen_by_somebody_else_is_replaced(self, app: RunningApp) -> None:
        """Session fixation."""
        await app.sign_up()
        fixed = {"Cookie": f"{COOKIE}=chosen-by-eve"}
        body = {"email": "ada@example.com", "password": PASSWORD}
        answer = await app.http.post("/api/auth/login", json=body, headers={**fixed, "Origin": app.url})
        assert answer.status_code == 200 and answer.cookies[COOKIE] != "chosen-by-eve"
        assert (await app.http.get("/api/user/profile", headers=fixed)).status_code == 401

    async def test_another_site_cannot_sign_anybody_in_or_out(self, app: RunningApp) -> None:
        ana = await app.sign_up()
        cookie = {"Cookie": f"{COOKIE}={ana.cookie}", "Origin": "http://evil.example"}
        for method, path in [
            ("POST", "/api/auth/logout"),
            ("DELETE", "/api/user/delete"),
            ("PATCH", "/api/user/profile"),
            ("POST", "/api/user/avatar"),
            ("DELETE", "/api/user/avatar"),
            ("POST", "/api/flow/save"),
            ("POST", "/api/instagram/disconnect"),
            ("POST", "/api/instagram/send-message"),
        ]:
            body = {"password": PASSWORD, "name": "x"}
            answer = await app.http.request(method, path, json=body, headers=cookie)
            assert (answer.status_code, answer.json()["code"]) == (403, "bad_origin"), path
        assert await status_of(app, ana.token) == 200


class TestLinks:
    async def test_the_host_header_decides_no_link(self, app: RunningApp) -> None:
        ana = await app.sign_up()
        for headers in (
            {"Host": "evil.example"},
            {"X-Forwarded-Host": "evil.example"},
            {"Forwarded": "host=evil.example"},
        ):
            given = {**ana.bearer, **headers}
            for path in ("/api/instagram/connect", "/api/instagram/callback?code=x", "/api/openapi.json", "/api/docs"):
                answer = await app.http.get(path, headers=given)
                assert "evil.example" not in answer.text + str(answer.headers), (path, headers)

    async def test_the_callback_leads_to_our_own_pages_only(self, app: RunningApp) -> None:
        ana = await app.sign_up()
        for query in (
            "next=//evil.example",
            "error=//evil.example",
            "error=%0d%0aSet-Cookie:x=1",
            "state=//evil.example",
        ):
            for headers in (ana.bearer, {}):
                answer = await app.http.get(f"/api/instagram/callback?{query}", headers=headers)
                assert answer.status_code == 303
                assert answer.headers["location"].startswith(("/connect-instagram?", "/login?"))
                assert "evil" not in answer.headers["location"] and "set-cookie" not in answer.headers
