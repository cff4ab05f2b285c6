"""The routes under /api/auth and /api/user over real HTTP."""

from __future__ import annotations

import io
import json

import pytest
from PIL import Image

from tests.support.app import PASSWORD, RunningApp

OTHER = "another long password"


def picture(kind: str = "PNG", size: tuple[int, int] = (640, 480)) -> bytes:
    encoded = io.BytesIO()
    Image.new("RGB", size, "teal").save(encoded, kind)
    return encoded.getvalue()


class TestSignUp:
    async def test_answers_tokens_and_the_user(self, app: RunningApp) -> None:
        body = {"name": "Ada", "email": " Ada@Example.COM ", "password": PASSWORD}
        response = await app.http.post("/api/auth/signup", json=body)
        assert response.status_code == 201
        answer = response.json()
        assert set(answer) == {"token", "refreshToken", "user"}
        assert set(answer["user"]) == {"id", "name", "email", "avatarUrl", "workspaceId", "role"}
        assert answer["user"]["email"] == "ada@example.com"
        assert (answer["user"]["name"], answer["user"]["role"]) == ("Ada", "owner")

    async def test_signs_the_browser_in(self, app: RunningApp) -> None:
        response = await app.http.post("/api/auth/signup", json={"email": "a@example.com", "password": PASSWORD})
        cookie = response.headers["set-cookie"]
        assert cookie.startswith("instantchat_session=")
        for part in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=2592000"):
            assert part in cookie
        assert "Secure" not in cookie

    async def test_without_a_name_the_address_gives_one(self, app: RunningApp) -> None:
        assert (await app.sign_up("grace@example.com")).user["name"] == "grace"

    async def test_everyone_gets_a_workspace(self, app: RunningApp) -> None:
        ada, bob = await app.sign_up("ada@example.com"), await app.sign_up("bob@example.com")
        assert ada.user["workspaceId"] != bob.user["workspaceId"]

    async def test_a_taken_address_is_refused_in_any_case(self, app: RunningApp) -> None:
        await app.sign_up("ada@example.com")
        response = await app.http.post("/api/auth/signup", json={"email": "ADA@example.com", "password": PASSWORD})
        assert (response.status_code, response.json()["code"]) == (409, "email_taken")

    @pytest.mark.parametrize("email", ["", "ada", "ada@", "ada@host", "a b@example.com", "ada@example.com\u0000"])
    async def test_what_is_no_address_is_refused(self, app: RunningApp, email: str) -> None:
        response = await app.http.post("/api/auth/signup", json={"email": email, "password": PASSWORD})
        assert response.status_code in {400, 422}
        assert response.json()["code"] in {"invalid_request", "not_json"}

    @pytest.mark.parametrize("password", ["seven77", "x" * 129, "password1", "PassWord1"])
    async def test_weak_passwords_are_refused(self, app: RunningApp, password: str) -> None:
        response = await app.http.post("/api/auth/signup", json={"email": "a@example.com", "password": password})
        assert (response.status_code, response.json()["code"]) == (422, "weak_password")
        assert response.json()["errors"][0]["field"] == "password"

    async def test_missing_fields_are_named(self, app: RunningApp) -> None:
        response = await app.http.post("/api/auth/signup", json={"name": "Ada"})
        assert (response.status_code, response.json()["code"]) == (422, "invalid_request")
        assert {error["field"] for error in response.json()["errors"]} == {"email", "password"}

    async def test_a_password_is_never_echoed(self, app: RunningApp) -> None:
        response = await app.http.post("/api/auth/signup", json={"email": 1, "password": {"secret": "hunter22"}})
        assert response.status_code == 422
        assert "hunter22" not in response.text


class TestLogIn:
    async def test_answers_a_new_session(self, app: RunningApp) -> None:
        signed_up = await app.sign_up()
        response = await app.http.post("/api/auth/login", json={"email": "ADA@example.com", "password": PASSWORD})
        assert response.status_code == 200
        assert response.json()["user"] == signed_up.user
        assert response.json()["refreshToken"] != signed_up.answer["refreshToken"]

    async def test_a_wrong_password_and_an_unknown_address_look_the_same(self, app: RunningApp) -> None:
        await app.sign_up()
        wrong = await app.http.post("/api/auth/login", json={"email": "ada@example.com", "password": OTHER})
        unknown = await app.http.post("/api/auth/login", json={"email": "eve@example.com", "password": OTHER})
        assert wrong.status_code == unknown.status_code == 401
        assert wrong.json() == unknown.json()
        assert wrong.json()["code"] == "invalid_credentials"
        assert "www-authenticate" in wrong.headers


class TestRefresh:
    async def test_rotates(self, app: RunningApp) -> None:
        ada = await app.sign_up()
        renewed = await app.http.post("/api/auth/refresh", json={"refreshToken": ada.answer["refreshToken"]})
        assert renewed.status_code == 200
        assert renewed.json()["refreshToken"] != ada.answer["refreshToken"]
        headers = {"Authorization": f"Bearer {renewed.json()['token']}"}
        assert (await app.http.get("/api/auth/verify", headers=headers)).json()["user"] == ada.user

    async def test_reuse_ends_the_whole_session(self, app: RunningApp) -> None:
        ada = await app.sign_up()
        first = ada.answer["refreshToken"]
        second = (await app.http.post("/api/auth/refresh", json={"refreshToken": first})).json()
        stolen = await app.http.post("/api/auth/refresh", json={"refreshToken": first})
        assert (stolen.status_code, stolen.json()["code"]) == (401, "token_invalid")
        after = await app.http.post("/api/auth/refresh", json={"refreshToken": second["refreshToken"]})
        assert (after.status_code, after.json()["code"]) == (401, "token_invalid")
        headers = {"Authorization": f"Bearer {second['token']}"}
        assert (await app.http.get("/api/auth/verify", headers=headers)).status_code == 401

    async def test_a_made_up_token_ends_nothing(self, app: RunningApp) -> None:
        ada = await app.sign_up()
        session_id = ada.answer["refreshToken"].partition(".")[0]
        forged = await app.http.post("/api/auth/refresh", json={"refreshToken": f"{session_id}.guess"})
        assert forged.status_code == 401
        assert (await app.http.get("/api/auth/verify", headers=ada.bearer)).status_code == 200

    async def test_after_thirty_days_it_is_over(self, app: RunningApp) -> None:
        ada = await app.sign_up()
        app.clock.advance(30 * 86_400 + 1)
        response = await app.http.post("/api/auth/refresh", json={"refreshToken": ada.answer["refreshToken"]})
        assert (response.status_code, response.json()["code"]) == (401, "token_expired")


class TestVerify:
    async def test_by_token_and_by_cookie(self, app: RunningApp) -> None:
        ada = await app.sign_up()
        for headers in (ada.bearer, {"Cookie": f"instantchat_session={ada.cookie}"}):
            response = await app.http.get("/api/auth/verify", headers=headers)
            assert response.json() == {"valid": True, "user": ada.user}

    async def test_a_token_lives_fifteen_minutes_and_the_cookie_on(self, app: RunningApp) -> None:
        ada = await app.sign_up()
        app.clock.advance(14 * 60 + 59)
        assert (await app.http.get("/api/auth/verify", headers=ada.bearer)).status_code == 200
        app.clock.advance(2)
        response = await app.http.get("/api/auth/verify", headers=ada.bearer)
        assert (response.status_code, response.json()["code"]) == (401, "token_expired")
        assert "token_expired" in response.headers["www-authenticate"]
        cookie = {"Cookie": f"instantchat_session={ada.cookie}"}
        assert (await app.http.get("/api/auth/verify", headers=cookie)).status_code == 200

    @pytest.mark.parametrize("authorization", ["Bearer nonsense", "Bearer", "Basic YTpi", "Bearer a.b.c", "nonsense"])
    async def test_nonsense_is_refused(self, app: RunningApp, authorization: str) -> None:
        response = await app.http.get("/api/auth/verify", headers={"Authorization": authorization})
        assert (response.status_code, response.json()["code"]) == (401, "token_invalid")

    async def test_nothing_at_all_is_refused(self, app: RunningApp) -> None:
        response = await app.http.get("/api/auth/verify")
        assert (response.status_code, response.json()["code"]) == (401, "token_invalid")

    async def test_a_token_signed_with_no_key_is_refused(self, app: RunningApp) -> None:
        ada = await app.sign_up()
        _, claims, _ = ada.token.split(".")
        unsigned = f"eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{claims}."
        response = await app.http.get("/api/auth/verify", headers={"Authorization": f"Bearer {unsigned}"})
        assert response.json()["code"] == "token_invalid"

    async def test_a_bad_token_is_not_made_good_by_a_cookie(self, app: RunningApp) -> None:
        ada = await app.sign_up()
        headers = {"Authorization": "Bearer nonsense", "Cookie": f"instantchat_session={ada.cookie}"}
        assert (await app.http.get("/api/auth/verify", headers=headers)).status_code == 401


class TestLogOut:
    async def test_ends_token_cookie_and_refresh_at_once(self, app: RunningApp) -> None:
        ada = await app.sign_up()
        response = await app.http.post("/api/auth/logout", headers=ada.bearer)
        assert response.status_code == 204
        assert "Max-Age=0" in response.headers["set-cookie"]
        for headers in (ada.bearer, {"Cookie": f"instantchat_session={ada.cookie}"}):
            assert (await app.http.get("/api/auth/verify", headers=headers)).json()["code"] == "token_invalid"
        refresh = await app.http.post("/api/auth/refresh", json={"refreshToken": ada.answer["refreshToken"]})
        assert refresh.status_code == 401

    async def test_leaves_other_sessions(self, app: RunningApp) -> None:
        ada = await app.sign_up()
        other = (await app.http.post("/api/auth/login", json={"email": "ada@example.com", "password": PASSWORD})).json()
        await app.http.post("/api/auth/logout", headers=ada.bearer)
        headers = {"Authorization": f"Bearer {other['token']}"}
        assert (await app.http.get("/api/auth/verify", headers=headers)).status_code == 200


class TestProfile:
    async def test_is_shown_and_changed(self, app: RunningApp) -> None:
        ada = await app.sign_up()
        assert (await app.http.get("/api/user/profile", headers=ada.bearer)).json() == ada.user
        changed = await app.http.patch("/api/user/profile", headers=ada.bearer, json={"name": "  Ada \n Lovelace "})
        assert changed.json() == {**ada.user, "name": "Ada Lovelace"}
        assert (await app.http.get("/api/user/profile", headers=ada.bearer)).json()["name"] == "Ada Lovelace"

    @pytest.mark.parametrize("name", ["", "   ", "x" * 81, 5])
    async def test_a_name_is_a_name(self, app: RunningApp, name: object) -> None:
        ada = await app.sign_up()
        response = await app.http.patch("/api/user/profile", headers=ada.bearer, json={"name": name})
        assert (response.status_code, response.json()["errors"][0]["field"]) == (422, "name")

    async def test_what_is_left_out_stays(self, app: RunningApp) -> None:
        ada = await app.sign_up()
        assert (await app.http.patch("/api/user/profile", headers=ada.bearer, json={})).json() == ada.user

    async def test_role_and_workspace_cannot_be_given(self, app: RunningApp) -> None:
        ada, bob = await app.sign_up(), await app.sign_up("bob@example.com")
        body = {"workspaceId": bob.user["workspaceId"], "role": "owner", "email": "x@example.com"}
        assert (await app.http.patch("/api/user/profile", headers=ada.bearer, json=body)).json() == ada.user


class TestPassword:
    async def test_change_ends_every_session_but_the_new_one(self, app: RunningApp) -> None:
        ada = await app.sign_up()
        body = {"currentPassword": PASSWORD, "newPassword": OTHER}
        response = await app.http.post("/api/user/password", headers=ada.bearer, json=body)
        assert response.status_code == 200
        assert (await app.http.get("/api/auth/verify", headers=ada.bearer)).status_code == 401
        fresh = {"Authorization": f"Bearer {response.json()['token']}"}
        assert (await app.http.get("/api/auth/verify", headers=fresh)).status_code == 200
        old = await app.http.post("/api/auth/login", json={"email": "ada@example.com", "password": PASSWORD})
        new = await app.http.post("/api/auth/login", json={"email": "ada@example.com", "password": OTHER})
        assert (old.status_code, new.status_code) == (401, 200)

    async def test_the_old_one_is_needed(self, app: RunningApp) -> None:
        ada = await app.sign_up()
        body = {"currentPassword": OTHER, "newPassword": OTHER}
        response = await app.http.post("/api/user/password", headers=ada.bearer, json=body)
        assert (response.status_code, response.json()["code"]) == (403, "wrong_password")

    async def test_guesses_are_limited(self, app: RunningApp) -> None:
        ada = await app.sign_up()
        body = {"currentPassword": OTHER, "newPassword": OTHER}
        for _ in range(10):
            assert (await app.http.post("/api/user/password", headers=ada.bearer, json=body)).status_code == 403
        assert (await app.http.post("/api/user/password", headers=ada.bearer, json=body)).status_code == 429


class TestAvatar:
    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
    async def test_is_encoded_anew_and_served(self, app: RunningApp, kind: str) -> None:
        ada = await app.sign_up()
        files = {"file": ("me.bin", picture(kind))}
        url = (await app.http.post("/api/user/avatar", headers=ada.bearer, files=files)).json()["avatarUrl"]
        served = await app.http.get(url)
        assert served.headers["content-type"] == "image/webp"
        assert served.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in served.headers["content-security-policy"]
        assert "immutable" in served.headers["cache-control"]
        with Image.open(io.BytesIO(served.content)) as image:
            assert (image.format, image.size) == ("WEBP", (256, 256))

    async def test_a_new_one_replaces_the_old(self, app: RunningApp) -> None:
        ada = await app.sign_up()
        urls = [
            (await app.http.post("/api/user/avatar", headers=ada.bearer, files={"file": picture()})).json()["avatarUrl"]
            for _ in range(2)
        ]
        assert (await app.http.get(urls[0])).status_code == 404
        assert (await app.http.get(urls[1])).status_code == 200
        assert (await app.http.delete("/api/user/avatar", headers=ada.bearer)).json()["avatarUrl"] is None
        assert (await app.http.get(urls[1])).status_code == 404

    @pytest.mark.parametrize(
        "upload",
        [
            b"",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"\x89PNG\r\n\x1a\n",
            picture()[:200],
            b"GIF89a" + b"\0" * 50,
        ],
    )
    async def test_what_is_no_picture_is_refused(self, app: RunningApp, upload: bytes) -> None:
        ada = await app.sign_up()
        response = await app.http.post("/api/user/avatar", headers=ada.bearer, files={"file": ("a.png", upload)})
        assert (response.status_code, response.json()["code"]) == (422, "not_an_image")
        assert (await app.http.get("/api/user/profile", headers=ada.bearer)).json()["avatarUrl"] is None

    async def test_a_decompression_bomb_is_refused(self, app: RunningApp) -> None:
        ada = await app.sign_up()
        encoded = io.BytesIO()
        Image.new("1", (20_000, 20_000)).save(encoded, "PNG")
        files = {"file": ("a.png", encoded.getvalue())}
        response = await app.http.post("/api/user/avatar", headers=ada.bearer, files=files)
        assert (response.status_code, response.json()["code"]) == (422, "not_an_image")

    async def test_a_large_upload_is_refused(self, app: RunningApp) -> None:
        ada = await app.sign_up()
        files = {"file": ("a.png", b"x" * (6 * 1024 * 1024))}
        response = await app.http.post("/api/user/avatar", headers=ada.bearer, files=files)
        assert (response.status_code, response.json()["code"]) == (413, "too_large")

    @pytest.mark.parametrize("name", ["..%2F..%2Finstantchat.db", "none.webp", "x.png", "a" * 30 + ".webp"])
    async def test_no_other_file_is_served(self, app: RunningApp, name: str) -> None:
        response = await app.http.get(f"/api/user/avatar/{name}")
        assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")


class TestDelete:
    async def test_deletes_account_and_sessions(self, app: RunningApp) -> None:
        ada = await app.sign_up()
        response = await app.http.request("DELETE", "/api/user/delete", headers=ada.bearer, json={"password": PASSWORD})
        assert response.status_code == 204
        assert (await app.http.get("/api/auth/verify", headers=ada.bearer)).status_code == 401
        login = await app.http.post("/api/auth/login", json={"email": "ada@example.com", "password": PASSWORD})
        assert login.json()["code"] == "invalid_credentials"
        assert (await app.sign_up()).user["id"] != ada.user["id"]

    async def test_needs_the_password(self, app: RunningApp) -> None:
        ada = await app.sign_up()
        response = await app.http.request("DELETE", "/api/user/delete", headers=ada.bearer, json={"password": OTHER})
        assert (response.status_code, response.json()["code"]) == (403, "wrong_password")
        assert (await app.http.get("/api/auth/verify", headers=ada.bearer)).status_code == 200


class TestExport:
    async def test_has_everything_of_an_owner_and_no_secret(self, app: RunningApp) -> None:
        ada = await app.sign_up()
        response = await app.http.get("/api/user/export", headers=ada.bearer)
        assert response.headers["content-disposition"].startswith("attachment")
        document = json.loads(response.text)
        assert document["user"] == ada.user
        assert (document["accounts"], document["flows"], document["conversations"]) == ([], [], [])
        assert "argon2" not in response.text
