"""The public Socket.IO server, with the stock Python client."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
import socketio

from instantchat.kit.ids import new_id
from instantchat.runtime.live import LiveEvent, Notice, Notification
from instantchat.store import records as r
from tests.realtime.conftest import Client, Connect
from tests.support.app import PASSWORD, RunningApp, SignedUp


def tell(app: RunningApp, who: SignedUp, code: str) -> None:
    event = LiveEvent(who.user["workspaceId"], "notification", Notification("info", code, "Hello."))
    app.assembly.hub.publish(event)


async def colleague(app: RunningApp, who: SignedUp) -> SignedUp:
    """Somebody else of the same workspace, with the same password."""
    members = app.assembly.store.members
    user = await members.user(who.user["id"])
    assert user is not None
    other = replace(user, id=new_id("usr"), name="Bob", email="bob@example.com", role="agent")
    assert await members.create_user(other, "unused")
    response = await app.http.post("/api/auth/login", json={"email": other.email, "password": PASSWORD})
    return SignedUp(response.json(), response.cookies["instantchat_session"])


async def talk(app: RunningApp, who: SignedUp) -> r.Thread:
    """Store a connected account and a conversation whose contact has just written."""
    store, now = app.assembly.store, app.clock.now()
    workspace_id = who.user["workspaceId"]
    number = new_id("ig").lower()
    account = await store.accounts.connect(
        r.Account(
            id=new_id("acc"), workspace_id=workspace_id, user_id=who.user["id"], ig_user_id=number, ig_scoped_id=number,
            username="shop", name="Shop", picture_url=None, state="ok", sealed_token="x", token_expires_at=None,
            connected_at=now,
        )
    )  # fmt: skip
    assert account is not None
    lane = f"{account.id}:555"
    await store.queue.ingest([r.NewEvent(new_id("evt"), number, "555", "message", "mid.1", {}, now, now)])
    work = (await store.queue.claim_work("t", now, now + dt.timedelta(minutes=1), 1))[0]
    contact = r.Contact(
        id=new_id("con"), workspace_id=workspace_id, account_id=account.id, igsid="555", name="Cleo", username=None,
        picture_url=None, profile_at=None, tags=[], fields={}, variables={}, created_at=now, updated_at=now,
    )  # fmt: skip
    conversation = r.Conversation(
        id=new_id("cnv"), workspace_id=workspace_id, account_id=account.id, contact_id=contact.id, lane=lane,
        last_text="hi", last_at=now, last_direction="in", unread_count=1, status="open", assignee_id=None,
        paused_until=None, window_expires_at=now + dt.timedelta(days=1), created_at=now, updated_at=now,
    )  # fmt: skip
    handled = [r.HandledEvent(work.events[0].id)]
    checkpoint = r.Checkpoint(lane, "t", handled, contact=contact, conversation=conversation)
    assert await store.queue.checkpoint([checkpoint]) == [True]
    return r.Thread(conversation, contact)


class TestHandshake:
    @pytest.mark.parametrize("transport", ["websocket", "polling"])
    async def test_a_token_opens_it(self, app: RunningApp, connect: Connect, transport: str) -> None:
        ada = await app.sign_up()
        client = await connect(ada.token, transport)
        tell(app, ada, "hello")
        name, data = await client.next()
        assert (name, data["notification"]["code"]) == ("notification", "hello")

    @pytest.mark.parametrize("auth", [None, {}, {"token": ""}, {"token": "nonsense"}, {"token": 5}, "token", []])
    async def test_anything_else_is_refused(self, app: RunningApp, auth: Any) -> None:
        client = Client()
        with pytest.raises(socketio.exceptions.ConnectionError):
            await client.sio.connect(app.url, auth=auth, transports=["websocket"])
        error = await asyncio.wait_for(client.refused.get(), 5)
        assert error["message"] == "Authentication failed"
        assert error["data"]["code"] == "token_invalid"

    async def test_an_expired_token_is_refused_and_named(self, app: RunningApp) -> None:
        ada = await app.sign_up()
        app.clock.advance(15 * 60)
        client = Client()
        with pytest.raises(socketio.exceptions.ConnectionError):
            await client.sio.connect(app.url, auth={"token": ada.token}, transports=["websocket"])
        error = await asyncio.wait_for(client.refused.get(), 5)
        assert (error["message"], error["data"]["code"]) == ("Authentication failed", "token_expired")

    async def test_a_page_of_another_site_is_refused(self, app: RunningApp, connect: Connect) -> None:
        ada = await app.sign_up()
        with pytest.raises(socketio.exceptions.ConnectionError):
            await connect(ada.token, Origin="https://evil.example")
        await connect(ada.token, Origin=app.url)


class TestExpiry:
    async def test_disconnects_at_the_moment_the_token_expires(self, app: RunningApp, connect: Connect) -> None:
        ada = await app.sign_up()
        app.clock.advance(15 * 60 - 0.3)
        client = await connect(ada.token)
        name, data = await client.next()
        assert (name, data["code"]) == ("token_expired", "token_expired")
        await asyncio.wait_for(client.gone.wait(), 5)

    async def test_is_checked_on_every_event(self, app: RunningApp, connect: Connect) -> None:
        ada = await app.sign_up()
        client = await connect(ada.token)
        app.clock.advance(15 * 60)
        answer = await client.ask("sync", {"since": 0})
        assert (answer["ok"], answer["code"]) == (False, "token_expired")
        assert (await client.next())[0] == "token_expired"
        await asyncio.wait_for(client.gone.wait(), 5)

    async def test_signing_out_closes_it_and_no_other(self, app: RunningApp, connect: Connect) -> None:
        ada, bob = await app.sign_up(), await app.sign_up("bob@example.com")
        client, other = await connect(ada.token), await connect(bob.token)
        await app.http.post("/api/auth/logout", headers=ada.bearer)
        assert (await client.next())[0] == "token_invalid"
        await asyncio.wait_for(client.gone.wait(), 5)
        assert (await other.ask("sync", {"since": 0}))["ok"] is True


class TestRooms:
    async def test_a_workspace_hears_its_own_events_only(self, app: RunningApp, connect: Connect) -> None:
        ada, bob = await app.sign_up(), await app.sign_up("bob@example.com")
        first, second, other = await connect(ada.token), await connect(ada.token), await connect(bob.token)
        tell(app, ada, "for_ada")
        tell(app, bob, "for_bob")
        for client, code in ((first, "for_ada"), (second, "for_ada"), (other, "for_bob")):
            assert (await client.next())[1]["notification"]["code"] == code
            assert client.heard.empty()

    async def test_a_notice_reaches_everybody_or_the_member_it_is_for(self, app: RunningApp, connect: Connect) -> None:
        ada = await app.sign_up()
        bob = await colleague(app, ada)
        workspace_id = ada.user["workspaceId"]
        at = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
        note = r.Note(
            id="not_1", workspace_id=workspace_id, conversation_id="cnv_1", kind="activity", author_kind="flow",
            author_id="flw_1", text="Look here", created_at=at, run_id="run_1",
        )  # fmt: skip
        first, second = await connect(ada.token), await connect(bob.token)
        for member_id in (bob.user["id"], None):
            app.assembly.hub.publish(LiveEvent(workspace_id, "notification", Notice(note, member_id)))
        told = {"text": "Look here", "conversationId": "cnv_1", "runId": "run_1", "at": "2026-01-01T12:00:00.000Z"}
        name, data = await second.next()
        assert (name, data) == ("notification", {"notification": {**told, "memberId": bob.user["id"]}})
        for client in (first, second):
            name, data = await client.next()
            assert (name, data["notification"], "seq" in data) == ("notification", told, True)
            assert client.heard.empty()

    async def test_nobody_can_catch_up_on_what_was_for_another(self, app: RunningApp, connect: Connect) -> None:
        ada = await app.sign_up()
        client = await connect(ada.token)
        start = (await client.ask("sync", {"since": 0}))["seq"]
        note = r.Note("not_1", ada.user["workspaceId"], "cnv_1", "activity", "flow", "flw_1", "Psst", app.clock.now())
        app.assembly.hub.publish(LiveEvent(note.workspace_id, "notification", Notice(note, "usr_other")))
        tell(app, ada, "next")
        assert (await client.next())[1]["seq"] == start + 1
        answer = await client.ask("sync", {"since": start})
        assert [event["data"]["notification"].get("code") for event in answer["events"]] == ["next"]

    async def test_numbers_grow_by_one(self, app: RunningApp, connect: Connect) -> None:
        ada = await app.sign_up()
        client = await connect(ada.token)
        start = (await client.ask("sync", {"since": 0}))["seq"]
        for _ in range(3):
            tell(app, ada, "x")
        assert [(await client.next())[1]["seq"] for _ in range(3)] == [start + 1, start + 2, start + 3]


class TestSync:
    async def test_gives_what_was_missed(self, app: RunningApp, connect: Connect) -> None:
        ada = await app.sign_up()
        client = await connect(ada.token)
        start = (await client.ask("sync", {"since": 0}))["seq"]
        await client.sio.disconnect()
        for code in ("one", "two"):
            tell(app, ada, code)
        again = await connect(ada.token)
        answer = await again.ask("sync", {"since": start})
        assert (answer["ok"], answer["complete"], answer["seq"]) == (True, True, start + 2)
        assert [event["data"]["notification"]["code"] for event in answer["events"]] == ["one", "two"]
        assert [event["event"] for event in answer["events"]] == ["notification"] * 2

    async def test_says_when_it_cannot(self, app: RunningApp, connect: Connect) -> None:
        ada = await app.sign_up()
        client = await connect(ada.token)
        for _ in range(1_001):
            tell(app, ada, "x")
        answer = await client.ask("sync", {"since": 1})
        assert (answer["events"], answer["complete"]) == ([], False)


class TestSendMessage:
    async def test_queues_it_and_tells_everybody(self, app: RunningApp, connect: Connect) -> None:
        ada = await app.sign_up()
        thread = await talk(app, ada)
        client, watcher = await connect(ada.token), await connect(ada.token)
        answer = await client.ask("send_message", {"conversationId": thread.conversation.id, "text": "Hello"})
        assert answer["ok"] is True, answer
        heard = dict([await watcher.next(), await watcher.next()])
        assert heard["message"]["message"]["id"] == answer["id"]
        assert heard["message"]["message"]["text"] == "Hello"
        assert heard["message"]["message"]["source"] == "web"
        assert heard["message"]["message"]["sender"] == {"kind": "member", "id": ada.user["id"]}
        assert heard["conversation"]["conversation"]["lastMessage"]["text"] == "Hello"

    async def test_to_a_person(self, app: RunningApp, connect: Connect) -> None:
        ada = await app.sign_up()
        await talk(app, ada)
        client = await connect(ada.token)
        assert (await client.ask("send_message", {"recipientId": "555", "text": "Hello"}))["ok"] is True

    async def test_not_into_another_workspace(self, app: RunningApp, connect: Connect) -> None:
        ada, bob = await app.sign_up(), await app.sign_up("bob@example.com")
        thread = await talk(app, ada)
        client = await connect(bob.token)
        for event, body in (
            ("send_message", {"text": "Hi"}),
            ("typing", {"isTyping": True}),
            ("mark_read", {}),
        ):
            answer = await client.ask(event, {"conversationId": thread.conversation.id, **body})
            assert (answer["ok"], answer["code"]) == (False, "conversation_not_found"), event
        inbox, workspace_id = app.assembly.store.inbox, ada.user["workspaceId"]
        assert (await inbox.messages(workspace_id, thread.conversation.id, limit=9, cursor=None)).data == []

    @pytest.mark.parametrize(
        "body",
        [
            {},
            [],
            "text",
            None,
            {"text": "x"},
            {"conversationId": "c", "recipientId": "r", "text": "x"},
            {"conversationId": "c", "text": 5},
            {"conversationId": "c", "text": "a\0b"},
            {"conversationId": "c", "text": "x" * 20_001},
        ],
    )
    async def test_nonsense_is_refused_with_a_sentence(self, app: RunningApp, connect: Connect, body: Any) -> None:
        ada = await app.sign_up()
        client = await connect(ada.token)
        answer = await client.ask("send_message", body)
        assert (answer["ok"], answer["code"]) == (False, "invalid_request")
        assert answer["message"]


class TestOthers:
    async def test_typing_is_heard(self, app: RunningApp, connect: Connect) -> None:
        ada = await app.sign_up(name="Ada")
        thread = await talk(app, ada)
        client, watcher = await connect(ada.token), await connect(ada.token)
        assert await client.ask("typing", {"conversationId": thread.conversation.id, "isTyping": True}) == {"ok": True}
        assert await watcher.next() == (
            "typing",
            {"conversationId": thread.conversation.id, "userId": ada.user["id"], "name": "Ada", "isTyping": True},
        )

    async def test_mark_read(self, app: RunningApp, connect: Connect) -> None:
        ada = await app.sign_up()
        thread = await talk(app, ada)
        client = await connect(ada.token)
        assert await client.ask("mark_read", {"conversationId": thread.conversation.id}) == {"ok": True}
        name, data = await client.next()
        assert (name, data["conversation"]["unreadCount"]) == ("conversation", 0)

    async def test_unknown_events_are_answered(self, app: RunningApp, connect: Connect) -> None:
        ada = await app.sign_up()
        client = await connect(ada.token)
        assert (await client.ask("launch", {}))["code"] == "unknown_event"

    async def test_an_event_of_a_megabyte_closes_the_connection(self, app: RunningApp, connect: Connect) -> None:
        ada = await app.sign_up()
        client = await connect(ada.token)
        await client.sio.emit("sync", {"since": 0, "padding": "x" * 1_000_000})
        await asyncio.wait_for(client.gone.wait(), 10)
        assert (await app.http.get("/api/health")).status_code == 200
