"""The webhook over HTTP, down to what is stored."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import httpx
import pytest

from instantchat.api.webhook import LIMIT, WebhookApp
from instantchat.channels.instagram.signature import sign
from instantchat.errors import Unavailable
from instantchat.kit.crypto import Secret
from instantchat.runtime.intake import Intake
from tests.runtime.conftest import Stage

SECRETS = {"META_APP_SECRET": Secret("instagram"), "META_FACEBOOK_APP_SECRET": Secret("facebook")}
PATH = "/api/webhook/instagram"


@pytest.fixture
async def client(stage: Stage) -> AsyncIterator[httpx.AsyncClient]:
    intake = Intake(stage.store.queue, stage.clock, SECRETS, lambda: stage.woken.append("events"))
    transport = httpx.ASGITransport(WebhookApp(intake, Secret("verify me")))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as made:
        yield made


def delivery(stage: Stage, *texts: str) -> bytes:
    account = stage.seeded.ig_user_id
    items = [
        {
            "sender": {"id": "7001"},
            "recipient": {"id": account},
            "timestamp": 1_777_000_000_000,
            "message": {"mid": f"mid-{text}", "text": text},
        }
        for text in texts
    ]
    return json.dumps({"object": "instagram", "entry": [{"id": account, "time": 1, "messaging": items}]}).encode()


async def post(client: httpx.AsyncClient, body: bytes, secret: str = "instagram") -> httpx.Response:
    return await client.post(PATH, content=body, headers={"X-Hub-Signature-256": sign(body, Secret(secret))})


async def pending(stage: Stage) -> int:
    return (await stage.store.queue.backlog())["events_pending"]


class TestHandshake:
    async def test_answers_the_challenge_as_text(self, client: httpx.AsyncClient) -> None:
        query = {"hub.mode": "subscribe", "hub.challenge": "<b>1158201444</b>", "hub.verify_token": "verify me"}
        response = await client.get(PATH, params=query)
        assert (response.status_code, response.text) == (200, "<b>1158201444</b>")
        assert response.headers["content-type"].startswith("text/plain")

    async def test_refuses_a_wrong_token(self, client: httpx.AsyncClient) -> None:
        query = {"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": "wrong"}
        response = await client.get(PATH, params=query)
        assert (response.status_code, response.json()["code"]) == (403, "wrong_verify_token")
        assert response.headers["content-type"] == "application/problem+json"


class TestDelivery:
    @pytest.mark.parametrize("secret", ["instagram", "facebook"])
    async def test_stores_every_event_before_the_answer(
        self, stage: Stage, client: httpx.AsyncClient, secret: str
    ) -> None:
        response = await post(client, delivery(stage, "a", "b"), secret)
        assert (response.status_code, await pending(stage), stage.woken) == (200, 2, ["events"])

    async def test_repeated_stores_nothing_new(self, stage: Stage, client: httpx.AsyncClient) -> None:
        for _ in range(3):
            assert (await post(client, delivery(stage, "a", "a"))).status_code == 200
        assert await pending(stage) == 1

    @pytest.mark.parametrize("header", [None, "", "sha256=", "sha256=00", "sha1=00"])
    async def test_with_a_bad_signature_stores_nothing(
        self, stage: Stage, client: httpx.AsyncClient, header: str | None
    ) -> None:
        headers = {} if header is None else {"X-Hub-Signature-256": header}
        response = await client.post(PATH, content=delivery(stage, "a"), headers=headers)
        assert (response.status_code, response.json()["code"]) == (401, "bad_signature")
        assert await pending(stage) == 0

    async def test_changed_on_the_way_is_refused(self, stage: Stage, client: httpx.AsyncClient) -> None:
        body = delivery(stage, "a")
        headers = {"X-Hub-Signature-256": sign(body, Secret("instagram"))}
        response = await client.post(PATH, content=body + b" ", headers=headers)
        assert response.status_code == 401

    async def test_that_is_no_json_is_refused(self, stage: Stage, client: httpx.AsyncClient) -> None:
        response = await post(client, b"{nonsense")
        assert (response.status_code, response.json()["code"]) == (400, "not_json")
        assert await pending(stage) == 0

    async def test_of_an_unknown_shape_is_kept(self, stage: Stage, client: httpx.AsyncClient) -> None:
        account = stage.seeded.ig_user_id
        entry = {"id": account, "time": 1, "messaging": [{"sender": {"id": "7001"}, "hologram": {"x": 1}}]}
        response = await post(client, json.dumps({"object": "instagram", "entry": [entry]}).encode())
        assert (response.status_code, await pending(stage)) == (200, 1)

    async def test_of_an_unknown_account_is_answered_and_dropped(self, stage: Stage, client: httpx.AsyncClient) -> None:
        body = delivery(stage, "a").replace(stage.seeded.ig_user_id.encode(), b"17849999999999999")
        assert ((await post(client, body)).status_code, await pending(stage)) == (200, 0)

    async def test_over_eight_mebibytes_is_refused_by_its_length(self, stage: Stage, client: httpx.AsyncClient) -> None:
        response = await post(client, b" " * (LIMIT + 1))
        assert (response.status_code, response.json()["code"]) == (413, "body_too_large")

    async def test_over_eight_mebibytes_is_refused_while_it_streams(self, client: httpx.AsyncClient) -> None:
        async def chunks() -> AsyncIterator[bytes]:
            for _ in range(9):
                yield b" " * 1024 * 1024

        response = await client.post(PATH, content=chunks(), headers={"X-Hub-Signature-256": "sha256=00"})
        assert response.status_code == 413

    async def test_without_a_database_is_answered_503_so_that_meta_repeats_it(
        self, stage: Stage, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def away(_self: object, _events: object) -> None:
            raise Unavailable("database_unavailable", "The database is away.")

        monkeypatch.setattr(type(stage.store.queue), "ingest", away)
        intake = Intake(stage.store.queue, stage.clock, SECRETS, lambda: None)
        transport = httpx.ASGITransport(WebhookApp(intake, Secret("v")))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as other:
            assert (await post(other, delivery(stage, "a"))).status_code == 503


class TestUnfinishedBodies:
    async def test_together_hold_no_more_than_their_limit(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch, client: httpx.AsyncClient
    ) -> None:
        monkeypatch.setattr("instantchat.api.webhook.HELD_LIMIT", 1000)
        body = delivery(stage, "hello")

        async def slowly() -> AsyncIterator[bytes]:
            yield body + b" " * 2000
            yield b" "

        refused = await client.post(PATH, content=slowly(), headers={"X-Hub-Signature-256": "sha256=0"})
        assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
        assert (await post(client, body)).status_code == 200
        assert await pending(stage) == 1
