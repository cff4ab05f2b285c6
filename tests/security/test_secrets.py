"""Tokens, cookies, passwords, keys and messages stay where they belong: not in logs, files, pages, answers or reprs."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from instantchat.config import Settings
from instantchat.features.auth.service import SignedIn
from instantchat.store.records import User
from tests.security import tabs
from tests.security.scene import ANSWER, CUSTOMER, PASSWORD, QUESTION, Scene, scene

pytestmark = pytest.mark.slow


@dataclass
class Secrets:
    """Everything that must not be seen, by what it is."""

    scene: Scene
    folder: Path
    values: dict[str, str]

    def seen_in(self, text: str | bytes) -> list[str]:
        if isinstance(text, bytes):
            return [name for name, value in self.values.items() if value.encode() in text]
        return [name for name, value in self.values.items() if value in text]


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secrets]:
    folder = tmp_path_factory.mktemp("parent") / "data"
    with scene(folder, log_level="debug", log_format="json") as found:
        renewed = found.http.post("/api/auth/refresh", json={"refreshToken": found.ana.answer["refreshToken"]}).json()
        values = {
            "password": PASSWORD,
            "cookie": found.ana.cookie,
            "access token": found.ana.answer["token"],
            "refresh token": found.ana.answer["refreshToken"],
            "renewed refresh token": renewed["refreshToken"],
        }
        values |= {f"key {path.name}": path.read_text().strip() for path in (folder / "keys").iterdir()}
        values |= instagram_tokens(folder)
        with contextlib.closing(sqlite3.connect(folder / "instantchat.db")) as connection:
            values["password hash"] = connection.execute("SELECT password_hash FROM users").fetchone()[0]
            values["sealed token"] = connection.execute("SELECT sealed_token FROM accounts").fetchone()[0]
        assert len(values) >= 11
        yield Secrets(found, folder, values)


def instagram_tokens(folder: Path) -> dict[str, str]:
    """As Instagram, here the simulator, handed them out."""
    (path,) = [each for each in folder.rglob("*.db") if "simulator" in each.name]
    with contextlib.closing(sqlite3.connect(path)) as connection:
        tokens = [str(row[0]) for row in connection.execute("SELECT token FROM tokens")]
    assert tokens
    return {f"Instagram token {number}": token for number, token in enumerate(tokens)}


class TestLogs:
    async def test_nothing_secret_and_no_message_is_logged(self, secrets: Secrets) -> None:
        """Also not by what goes wrong: failing handlers and bad requests are logged with least care."""
        found = secrets.scene
        text = "typed into a page 5512"
        async with tabs.tab(found.server, cookie=found.ana.cookie) as page:
            conversation = found.ids["conversation_id"]
            await page.call(tabs.name_of("inbox.load"), {}, f"/chats/{conversation}", conversation=conversation)
            await page.call(tabs.name_of("inbox.send"), {"form": {"text": text}})
            await page.call(tabs.name_of("inbox.send"), {"form": text})
            await page.call(tabs.name_of("inbox.send"), {"wrong": text})
            await page.call("reflex___state____state.no_such_handler", {"text": text})
            await page.sio.emit("event", text, namespace="/_event")
            await page.settle()
        found.http.post("/api/auth/login", json={"email": PASSWORD, "password": PASSWORD})
        found.http.post("/api/auth/login", content=f'{{"password": "{PASSWORD}"'.encode())
        found.http.get("/api/auth/verify", headers={"Authorization": f"Bearer {secrets.values['access token']}x"})
        found.http.get(f"/api/instagram/callback?code={PASSWORD}&state={PASSWORD}", headers=found.ana.as_cookie)
        logged = found.server.output
        assert '"path": "/api/auth/login"' in logged, "nothing is logged, so this proves nothing"
        assert secrets.seen_in(logged) == [], [
            logged[max(0, logged.index(secrets.values[name]) - 300) :][:400] for name in secrets.seen_in(logged)
        ]
        for words in (QUESTION, ANSWER, CUSTOMER, text):
            assert words not in logged, logged[max(0, logged.index(words) - 300) :][:500]

    def test_log_lines_have_the_form_that_was_asked_for(self, secrets: Secrets) -> None:
        lines = [line for line in secrets.scene.server.output.splitlines() if not line.startswith(("…", "InstantChat"))]
        assert lines
        assert [line for line in lines if not line.startswith("{")] == []


class TestFiles:
    def test_the_database_has_no_secret_in_the_clear(self, secrets: Secrets) -> None:
        allowed = {"sealed token", "password hash"}
        files = [path for path in secrets.folder.iterdir() if path.name.startswith("instantchat.db")]
        assert files
        for path in files:
            assert set(secrets.seen_in(path.read_bytes())) <= allowed, path

    def test_files_are_for_their_owner_alone(self, secrets: Secrets) -> None:
        open_to_others = [
            f"{path.relative_to(secrets.folder)} {path.stat().st_mode & 0o777:o}"
            for path in [secrets.folder, *secrets.folder.rglob("*")]
            if path.stat().st_mode & 0o077
        ]
        assert open_to_others == []


class TestAnswers:
    def test_no_answer_of_the_api_has_one(self, secrets: Secrets) -> None:
        found = secrets.scene
        for path, operations in found.http.get("/api/openapi.json").json()["paths"].items():
            if "get" not in operations:
                continue
            address = re.sub(r"\{(\w+)\}", lambda name: found.ids.get(name[1], "x"), path)
            query = {"conversationId": found.ids["conversation_id"]} if path in {"/api/runs", "/api/events"} else {}
            response = found.http.get(address, params=query, headers=found.ana.bearer)
            assert secrets.seen_in(response.text) == [], path

    def test_refusals_repeat_nothing(self, secrets: Secrets) -> None:
        found = secrets.scene
        for path in ("/api/auth/login", "/api/auth/signup", "/api/auth/refresh", "/api/user/password"):
            for body in (
                {"email": "x", "password": [PASSWORD]},
                {"password": PASSWORD},
                {"refreshToken": {PASSWORD: 1}},
            ):
                response = found.http.post(path, json=body, headers=found.ana.bearer)
                assert response.status_code in range(400, 500)
                assert PASSWORD not in response.text, (path, response.text)

    async def test_no_page_and_no_state_has_one(self, secrets: Secrets) -> None:
        found = secrets.scene
        for path in ("/", "/chats", "/settings", "/connect-instagram", "/flow-builder", "/simulator", "/login"):
            assert secrets.seen_in(found.http.get(path, headers=found.ana.as_cookie).text) == [], path
        conversation, flow = found.ids["conversation_id"], found.ids["flow_id"]
        async with tabs.tab(found.server, cookie=found.ana.cookie) as page:
            for name, _ in tabs.handlers():
                if name.endswith((".load", ".guard", ".refresh", ".visit")):
                    await page.call(name, {}, f"/chats/{conversation}", conversation=conversation)
                    await page.call(name, {}, f"/flow-builder/{flow}", flow=flow)
            await page.call("reflex___state____state.hydrate", {})
        assert QUESTION in page.heard
        assert secrets.seen_in(page.heard) == []


class TestReprs:
    def test_settings_and_records_show_none(self) -> None:
        given = {
            "secret_key": "s3cret-" * 6,
            "meta_app_secret": "s3cret-app",
            "meta_facebook_app_secret": "s3cret-facebook",
            "meta_verify_token": "s3cret-verify",
            "database_url": "postgresql://user:s3cret@host/name",
            "redis_url": "redis://:s3cret@host",
            "ai_api_key": "s3cret-ai",
        }
        settings = Settings(**given)  # type: ignore[arg-type]
        _ = settings.signing_key, settings.webhook_secrets, settings.storage_url, settings.verify_token
        assert "s3cret" not in repr(settings) + str(settings)
        assert "s3cret" not in repr([settings.signing_key, settings.webhook_secrets, settings.verify_token])

    def test_what_a_sign_in_gives_shows_none(self) -> None:
        user = User("usr_1", "wsp_1", "owner", "Ana", "a@b.c", "s3cret-hash", None, None)  # type: ignore[arg-type]
        assert "s3cret" not in repr(SignedIn(user, "s3cret-token", "s3cret-refresh", "s3cret-cookie"))
