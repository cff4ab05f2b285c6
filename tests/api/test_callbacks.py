"""Meta's callbacks through the gate: size, rate and body, as for anybody who is not signed in."""

from __future__ import annotations

from pathlib import Path

from instantchat.channels.instagram.signed_request import sign_request
from instantchat.kit.crypto import Secret
from tests.support.app import RunningApp, running_app

PATH = "/api/webhook/instagram/data-deletion"


class TestGate:
    async def test_lets_a_signed_request_through(self, tmp_path: Path) -> None:
        async with running_app(tmp_path, meta_app_id="1", meta_app_secret="s" * 32) as app:
            form = {"signed_request": sign_request({"user_id": "7", "algorithm": "HMAC-SHA256"}, Secret("s" * 32))}
            answer = await app.http.post(PATH, data=form)
            assert answer.status_code == 200
            assert answer.json()["url"].endswith(f"/data-deletion/{answer.json()['confirmation_code']}")

    async def test_refuses_what_is_too_large(self, app: RunningApp) -> None:
        answer = await app.http.post(PATH, data={"signed_request": "x" * 70_000})
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")

    async def test_limits_how_often_an_address_may_ask(self, tmp_path: Path) -> None:
        async with running_app(tmp_path, rate_limit_api="2/60") as app:
            statuses = [(await app.http.post(PATH, data={"signed_request": "x"})).status_code for _ in range(3)]
            assert statuses == [400, 400, 429]
