"""What a send puts on the wire."""

from __future__ import annotations

import httpx
import orjson

from instantchat.channels.instagram.answers import Sent
from instantchat.channels.instagram.client import InstagramClient
from instantchat.kit.crypto import Secret

BODY = {"recipient": {"id": "7001"}, "message": {"text": "Hi"}}


class TestSend:
    async def test_posts_the_body_with_the_token(self) -> None:
        meta = Meta()
        assert await meta.client.send("17841", Secret("token-a"), BODY) == Sent("mid.1")
        (request,) = meta.requests
        assert (request.method, str(request.url)) == ("POST", "https://graph.test/v25.0/17841/messages")
        assert orjson.loads(request.content) == BODY
        assert request.headers["authorization"] == "Bearer token-a"
        assert request.headers["content-type"] == "application/json"
        assert request.headers["user-agent"] == "Test"

    async def test_each_account_has_its_own_address_and_token(self) -> None:
        meta = Meta()
        for account, token in (("1", "token-a"), ("2", "token-b"), ("1", "token-a")):
            await meta.client.send(account, Secret(token), BODY)
        assert [(each.url.path, each.headers["authorization"]) for each in meta.requests] == [
            ("/v25.0/1/messages", "Bearer token-a"),
            ("/v25.0/2/messages", "Bearer token-b"),
            ("/v25.0/1/messages", "Bearer token-a"),
        ]

    async def test_a_renewed_token_is_used_from_the_next_send_on(self) -> None:
        meta = Meta()
        for token in ("old", "new"):
            await meta.client.send("1", Secret(token), BODY)
        assert [each.headers["authorization"] for each in meta.requests] == ["Bearer old", "Bearer new"]


class Meta:
    """Instagram's end: accepts every message and keeps the requests."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.client = InstagramClient(
            httpx.AsyncClient(transport=httpx.MockTransport(self._answer), headers={"User-Agent": "Test"}),
            graph_url="https://graph.test",
            graph_version="v25.0",
            authorize_url="https://graph.test",
            token_url="https://graph.test",
            app_id="1",
            app_secret=Secret("s"),
        )

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(200, json={"recipient_id": "7001", "message_id": f"mid.{len(self.requests)}"})
