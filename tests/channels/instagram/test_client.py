"""What a send puts on the wire."""

from __future__ import annotations

from typing import Any

import httpx
import orjson
import pytest

from instantchat.channels.instagram.answers import Rejected, Sent, Unknown
from instantchat.channels.instagram.client import FIELDS, InstagramClient
from instantchat.channels.instagram.errors import MetaRefused
from instantchat.kit.crypto import Secret

Json = dict[str, Any]
ACCEPTED: Json = {}
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


class TestReact:
    async def test_posts_the_sender_action(self) -> None:
        meta = Meta({"recipient_id": "7001"})
        assert await meta.client.react("17841", Secret("t"), "7001", "mid.7", "love") == Sent(None)
        (request,) = meta.requests
        assert request.url.path == "/v25.0/17841/messages"
        assert orjson.loads(request.content) == {
            "recipient": {"id": "7001"},
            "sender_action": "react",
            "payload": {"message_id": "mid.7", "reaction": "love"},
        }


class TestReplyToComment:
    async def test_posts_the_text_under_the_comment(self) -> None:
        meta = Meta({"id": "c_10"})
        assert await meta.client.reply_to_comment("c_9", Secret("token-a"), "Thanks & bye") == Sent("c_10")
        (request,) = meta.requests
        assert (request.method, str(request.url)) == ("POST", "https://graph.test/v25.0/c_9/replies")
        assert request.content == b"message=Thanks+%26+bye"
        assert request.headers["authorization"] == "Bearer token-a"

    async def test_a_refusal_is_an_outcome(self) -> None:
        meta = Meta({"error": {"code": 100, "error_subcode": 33, "message": "no such comment"}}, status=400)
        outcome = await meta.client.reply_to_comment("c_9", Secret("t"), "Hi")
        assert isinstance(outcome, Rejected)
        assert outcome.refusal.sentence == "The object does not exist or may not be seen."

    async def test_no_answer_is_an_unknown_outcome(self) -> None:
        meta = Meta(None)
        assert isinstance(await meta.client.reply_to_comment("c_9", Secret("t"), "Hi"), Unknown)


class TestSubscribe:
    async def test_asks_for_all_at_once(self) -> None:
        meta = Meta({"success": True})
        await meta.client.subscribe("17841", Secret("t"))
        assert asked(meta) == [("/v25.0/17841/subscribed_apps", "message_edit,message_echoes")]

    async def test_narrows_its_wish_then_says_me(self) -> None:
        """Code 100 tells neither which field is refused nor whether it is the id."""
        meta = Meta({"error": {"code": 100, "message": "Invalid parameter"}}, status=400)
        with pytest.raises(MetaRefused):
            await meta.client.subscribe("17841", Secret("t"))
        by_id, by_me = "/v25.0/17841/subscribed_apps", "/v25.0/me/subscribed_apps"
        wishes = ["message_edit,message_echoes", "message_edit", ""]
        assert asked(meta) == [(path, wish) for path in (by_id, by_me) for wish in wishes]

    async def test_any_other_refusal_is_final(self) -> None:
        meta = Meta({"error": {"code": 4, "message": "Application request limit reached"}}, status=400)
        with pytest.raises(MetaRefused):
            await meta.client.subscribe("17841", Secret("t"))
        assert len(meta.requests) == 1


class TestPrivateReply:
    @pytest.mark.parametrize("code", [1, 2])
    async def test_one_that_reached_meta_is_never_sent_again(self, code: int) -> None:
        meta = Meta({"error": {"code": code, "message": "try later"}}, status=500)
        body = {"recipient": {"comment_id": "c_9"}, "message": {"text": "Hi"}}
        assert isinstance(await meta.client.send("17841", Secret("t"), body), Unknown)


def asked(meta: Meta) -> list[tuple[str, str]]:
    """Path, and the fields beside the sure ones, of each request."""
    wishes = [(each.url.path, each.url.params["subscribed_fields"].split(",")) for each in meta.requests]
    assert all(len(set(FIELDS) & set(wish)) == 10 for _, wish in wishes)
    return [(path, ",".join(each for each in wish if each not in FIELDS)) for path, wish in wishes]


class Meta:
    """Instagram's end: accepts every message, or answers each request alike, or (None) not at all."""

    def __init__(self, answer: Json | None = ACCEPTED, status: int = 200) -> None:
        self.requests: list[httpx.Request] = []
        self._body, self._status = answer, status
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
        if self._body is None:
            raise httpx.ReadTimeout("no answer", request=request)
        if self._body is ACCEPTED:
            return httpx.Response(200, json={"recipient_id": "7001", "message_id": f"mid.{len(self.requests)}"})
        return httpx.Response(self._status, json=self._body)
