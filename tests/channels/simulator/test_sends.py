"""Sending through the product's client, and what the simulator refuses as Meta does."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from instantchat.channels.instagram.answers import NoProfile, Profile, Rejected, Sent, Unknown, Unsent
from instantchat.channels.instagram.client import InstagramClient
from instantchat.channels.instagram.errors import RefusalKind
from instantchat.channels.instagram.messages import Attachment, Button, Card, Outgoing, QuickReply, bodies
from instantchat.kit.crypto import Secret
from instantchat.kit.http import new_client
from tests.channels.simulator.world import World

DAY = 86400


async def opened(world: World) -> str:
    """A customer whose window is open; its webhook is read."""
    igsid = await world.customer()
    await world.write(igsid, "hello")
    assert (await world.product.next_event()).kind == "message"
    return igsid


def generic(*elements: object) -> dict[str, object]:
    """A message of cards."""
    payload = {"template_type": "generic", "elements": list(elements)}
    return {"attachment": {"type": "template", "payload": payload}}


class TestSend:
    @pytest.mark.parametrize(
        "outgoing",
        [
            Outgoing("hi 😀 é"),
            Outgoing("choose", quick_replies=[QuickReply("Yes", "y")]),
            Outgoing("choose", buttons=[Button("Yes", "y"), Button("Site", url="https://example.com/a")]),
            Outgoing(cards=[Card("Hat", "Warm", buttons=[Button("Buy", "b")]), Card("Cap", url="https://example.com")]),
            Outgoing(attachments=[Attachment("image", "https://example.com/a.png")]),
            Outgoing(attachments=[Attachment("image", f"https://example.com/{number}.png") for number in range(10)]),
            Outgoing(attachments=[Attachment("like_heart")]),
        ],
    )
    async def test_is_taken_shown_and_echoed(self, world: World, outgoing: Outgoing) -> None:
        igsid = await opened(world)
        (body,) = bodies(outgoing, igsid=igsid)
        sent = await world.client.send(world.account_id, world.token, body)
        assert isinstance(sent, Sent)
        assert sent.mid is not None and sent.mid.startswith("aWdf") and len(sent.mid) > 120
        thread = (await world.api("GET", f"threads/{world.account_id}/{igsid}"))["data"]
        assert (thread[-1]["mid"], thread[-1]["direction"], thread[-1]["text"]) == (sent.mid, "out", outgoing.text)
        echo = await world.product.next_event()
        assert (echo.kind, echo.mid, echo.contact_igsid, echo.account_ig_id) == (
            "echo",
            sent.mid,
            igsid,
            world.account_id,
        )

    async def test_works_by_me_and_as_a_form(self, world: World) -> None:
        igsid = await opened(world)
        form = {
            "recipient": f'{{"id":"{igsid}"}}',
            "message": '{"text":"hi"}',
            "access_token": world.token.reveal(),
        }
        answer = await world.http.post("/simulator/meta/me/messages", data=form)
        assert answer.json()["recipient_id"] == igsid

    async def test_window_closes_after_a_day(self, world: World) -> None:
        igsid = await opened(world)
        world.clock.advance(DAY - 1)
        (body,) = bodies(Outgoing("hi"), igsid=igsid)
        assert isinstance(await world.client.send(world.account_id, world.token, body), Sent)
        world.clock.advance(2)
        status, error = await world.raw_send(body)
        assert (status, error["code"], error["error_subcode"], error["type"]) == (403, 10, 2534022, "IGApiException")
        refused = await world.client.send(world.account_id, world.token, body)
        assert isinstance(refused, Rejected)
        assert refused.refusal.kind is RefusalKind.PERMANENT

    @pytest.mark.parametrize(
        ("message", "code", "subcode"),
        [
            ({"text": "x" * 1001}, 100, None),
            ({"text": "é" * 501}, 100, None),
            ({"text": ""}, 100, 2534015),
            ({}, 100, 2534015),
            ("text", 100, 2534015),
            ({"text": "x", "attachment": {"type": "image", "payload": {"url": "https://x"}}}, 100, 2534015),
            ({"attachment": {"type": "image", "payload": {"url": "ftp://x"}}}, 100, 2018008),
            ({"attachment": {"type": "hologram"}}, 100, 2534015),
            ({"text": "x", "quick_replies": [{"content_type": "text", "title": "a"}] * 14}, 100, None),
            ({"attachment": {"type": "template", "payload": {"template_type": "button", "text": "x"}}}, 100, 2534015),
            (generic(), 100, 2534015),
            (generic({"title": "Bare"}), 100, 2534015),
            (generic({"subtitle": "No title"}), 100, 2534015),
            (generic({"title": "x" * 81, "subtitle": "y"}), 100, 2534015),
            (generic({"title": "x", "subtitle": "y" * 81}), 100, 2534015),
            (generic({"title": "x", "buttons": [{"type": "web_url", "title": "t"}]}), 100, 2534015),
            (generic(*[{"title": "x", "subtitle": "y"}] * 11), 100, 2534015),
        ],
    )
    async def test_bad_messages_are_refused(
        self, world: World, message: object, code: int, subcode: int | None
    ) -> None:
        igsid = await opened(world)
        status, error = await world.raw_send({"recipient": {"id": igsid}, "message": message})
        assert (status, error["code"], error.get("error_subcode")) == (400, code, subcode)

    async def test_a_thousand_bytes_are_taken(self, world: World) -> None:
        igsid = await opened(world)
        assert (await world.raw_send({"recipient": {"id": igsid}, "message": {"text": "é" * 500}}))[0] == 200

    async def test_strangers_are_refused(self, world: World) -> None:
        status, error = await world.raw_send({"recipient": {"id": "999"}, "message": {"text": "x"}})
        assert (status, error["code"], error["error_subcode"]) == (400, 100, 2534014)

    async def test_one_who_never_wrote_is_outside_the_window(self, world: World) -> None:
        status, error = await world.raw_send({"recipient": {"id": await world.customer()}, "message": {"text": "x"}})
        assert (status, error["error_subcode"]) == (403, 2534022)

    @pytest.mark.parametrize("token", ["", "garbage"])
    async def test_bad_tokens_are_190(self, world: World, token: str) -> None:
        status, error = await world.raw_send({"recipient": {"id": "1"}, "message": {"text": "x"}}, token)
        assert (status, error["code"]) == (400, 190)

    async def test_another_account_cannot_be_used(self, world: World) -> None:
        refused = await world.client.send("17841000000000000", world.token, {"recipient": {"id": "1"}})
        assert isinstance(refused, Rejected)
        assert (refused.refusal.code, refused.refusal.subcode) == (100, 33)


class TestSenderActions:
    async def test_typing_answers_without_a_mid(self, world: World) -> None:
        igsid = await opened(world)
        outcome = await world.client.typing(world.account_id, world.token, igsid)
        assert isinstance(outcome, Sent) and outcome.mid is None

    async def test_cannot_go_with_a_message(self, world: World) -> None:
        both = {"recipient": {"id": "1"}, "message": {"text": "x"}, "sender_action": "typing_on"}
        assert (await world.raw_send(both))[1]["error_subcode"] == 2018014


class TestProfile:
    async def test_needs_consent_then_shows_the_person(self, world: World) -> None:
        igsid = await world.customer()
        before = await world.client.profile(igsid, world.token)
        assert isinstance(before, NoProfile)
        assert before.refusal.code == 230
        await opened(world)
        after = await world.client.profile(igsid, world.token)
        assert isinstance(after, Profile)
        assert (after.name, after.username, after.is_follower) == ("Tom Becker", "tom.becker", True)

    async def test_pictures_have_addresses_that_die(self, world: World) -> None:
        igsid = await opened(world)

        async def picture() -> str:
            found = await world.client.profile(igsid, world.token)
            assert isinstance(found, Profile) and found.picture_url is not None
            return found.picture_url.removeprefix("http://localhost:8000")

        first = await picture()
        assert (await world.http.get(first)).headers["content-type"].startswith("image/svg")
        assert (await world.http.get(first.replace("oe=", "oe=f"))).status_code == 403
        await world.api("POST", "clock", {"advance": 5 * 86_400})
        assert (await world.http.get(first)).status_code == 403
        assert (await world.http.get(await picture())).status_code == 200
        assert (await world.http.get(first.partition("?")[0])).status_code == 200

    async def test_of_nobody_is_anonymous(self, world: World) -> None:
        found = await world.client.profile("999", world.token)
        assert isinstance(found, NoProfile)
        assert found.refusal.code == 9010


class TestFaults:
    @pytest.mark.parametrize(
        ("failure", "expected"),
        [
            ({"code": 613, "subcode": 2534040, "status": 400}, Unsent),
            ({"code": 2, "status": 500}, Unsent),
            ({"code": 1, "status": 500}, Unknown),
            ({"code": 551, "subcode": 1545041}, Rejected),
            ({"code": 190, "subcode": 460}, Rejected),
            ({"code": 424242, "status": 500}, Unknown),
            ({"code": 424242, "status": 400}, Rejected),
        ],
    )
    async def test_the_next_send_fails_once(self, world: World, failure: dict[str, int], expected: type) -> None:
        igsid = await opened(world)
        await world.api("PUT", "faults", {"failNext": failure})
        (body,) = bodies(Outgoing("hi"), igsid=igsid)
        assert isinstance(await world.client.send(world.account_id, world.token, body), expected)
        assert isinstance(await world.client.send(world.account_id, world.token, body), Sent)

    async def test_echoes_can_be_lost(self, world: World) -> None:
        igsid = await opened(world)
        await world.api("PUT", "faults", {"dropEcho": True})
        (body,) = bodies(Outgoing("hi"), igsid=igsid)
        assert isinstance(await world.client.send(world.account_id, world.token, body), Sent)
        await world.write(igsid, "next")
        assert (await world.product.next_event()).text == "next"

    @pytest.mark.parametrize("bad", [{"sendDelayMs": -1}, {"failNext": {"status": 400}}, {"dropEcho": "yes"}])
    async def test_nonsense_is_refused(self, world: World, bad: dict[str, object]) -> None:
        answer = await world.http.put("/simulator/api/faults", json=bad)
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_fault")


def client_of(http: httpx.AsyncClient, origin: str) -> InstagramClient:
    return InstagramClient(
        http,
        graph_url=origin,
        graph_version="v25.0",
        authorize_url=origin,
        token_url=origin,
        app_id="1",
        app_secret=Secret("s"),
    )


@asynccontextmanager
async def a_server(answer: bytes | None) -> AsyncIterator[str]:
    """Reads a request, writes `answer` and hangs up; None: hangs up at once."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if answer is not None:
            writer.write(answer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


class TestOverARealNetwork:
    body = {"recipient": {"id": "1"}, "message": {"text": "x"}}

    async def test_a_refused_connection_is_unsent(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        async with new_client() as http:
            assert isinstance(
                await client_of(http, f"http://127.0.0.1:{port}").send("1", Secret("t"), self.body), Unsent
            )

    @pytest.mark.parametrize(
        "answer",
        [
            None,
            b"",
            b"not http at all\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{",
            b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\n\r\n<html>",
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
            b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>",
            b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
        ],
    )
    async def test_whatever_proves_nothing_is_unknown(self, answer: bytes | None) -> None:
        async with a_server(answer) as origin, new_client() as http:
            assert isinstance(await client_of(http, origin).send("1", Secret("t"), self.body), Unknown)

    async def test_silence_is_unknown(self) -> None:
        released = asyncio.Event()

        async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await released.wait()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server, new_client(timeout=0.2) as http:
            assert isinstance(await client_of(http, origin).send("1", Secret("t"), self.body), Unknown)
            released.set()

    async def test_a_throttle_says_how_long(self) -> None:
        usage = b'X-Business-Use-Case-Usage: {"1":[{"type":"instagram","estimated_time_to_regain_access":3}]}\r\n'
        answer = b"HTTP/1.1 429 Too Many\r\nRetry-After: 20\r\n" + usage + b"Content-Length: 0\r\n\r\n"
        async with a_server(answer) as origin, new_client() as http:
            found = await client_of(http, origin).send("1", Secret("t"), self.body)
        assert isinstance(found, Unsent)
        assert found.retry_after == 180.0

    async def test_a_private_reply_is_not_retried_after_code_2(self) -> None:
        error = b'{"error":{"code":2,"message":"x"}}'
        answer = b"HTTP/1.1 500 Oops\r\nContent-Length: %d\r\n\r\n%s" % (len(error), error)
        async with a_server(answer) as origin, new_client() as http:
            client = client_of(http, origin)
            assert isinstance(await client.send("1", Secret("t"), self.body), Unsent)
            private = {"recipient": {"comment_id": "9"}, "message": {"text": "x"}}
            assert isinstance(await client.send("1", Secret("t"), private), Unknown)
