from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from instantchat.features.auth.member import Member
from instantchat.features.inbox.api import build_router
from instantchat.features.inbox.service import InboxService
from instantchat.kit.clock import ManualClock, rfc3339
from instantchat.store import records as r
from instantchat.store.ports import Store
from tests.features.conftest import Change
from tests.features.web import as_, client

LIST = "/api/messages/instagram"


@pytest.fixture
def web(store: Store, clock: ManualClock, publisher: Any, ann: Member, bob: Member) -> httpx.AsyncClient:
    assembly: Any = SimpleNamespace(inbox=InboxService(store, clock, publisher, lambda: None))
    return client(build_router(assembly), clock, ann=ann, bob=bob)


@pytest.fixture
async def thread(talk: Any, ann: Member) -> r.Thread:
    thread: r.Thread = await talk(ann)
    return thread


class TestConversations:
    async def test_list_thread_read_patch(self, web: httpx.AsyncClient, thread: r.Thread, clock: ManualClock) -> None:
        url = f"{LIST}/{thread.conversation.id}"
        listed = (await web.get(LIST, headers=as_("ann"))).json()
        assert (listed["totalUnread"], listed["nextCursor"]) == (1, None)
        (row,) = listed["data"]
        assert row["contact"]["igsid"] == "901"
        assert row["lastMessage"] == {"text": "Hello", "at": rfc3339(clock.now()), "direction": "in"}
        messages = (await web.get(url, headers=as_("ann"))).json()["data"]
        assert [message["text"] for message in messages] == ["Hello"]
        assert (await web.post(f"{url}/read", headers=as_("ann"))).json()["unreadCount"] == 0
        until = rfc3339(clock.now() + dt.timedelta(hours=2))
        patched = await web.patch(url, json={"status": "done", "pausedUntil": until}, headers=as_("ann"))
        assert (patched.json()["status"], patched.json()["pausedUntil"]) == ("done", until)
        resumed = await web.patch(url, json={"pausedUntil": None}, headers=as_("ann"))
        assert (resumed.json()["pausedUntil"], resumed.json()["status"]) == (None, "done")
        assert (await web.get(f"{LIST}?status=open", headers=as_("ann"))).json()["data"] == []

    async def test_an_opt_out_is_shown_and_lifted(
        self, web: httpx.AsyncClient, thread: r.Thread, opt_out: Change
    ) -> None:
        url = f"{LIST}/{thread.conversation.id}"
        (row,) = (await web.get(LIST, headers=as_("ann"))).json()["data"]
        assert row["optedOut"] is False
        await opt_out(thread)
        assert (await web.patch(url, json={"optedOut": None}, headers=as_("ann"))).json()["optedOut"] is True
        assert (await web.patch(url, json={"optedOut": True}, headers=as_("ann"))).status_code == 422
        assert (await web.patch(url, json={"optedOut": False}, headers=as_("bob"))).status_code == 404
        assert (await web.patch(url, json={"optedOut": False}, headers=as_("ann"))).json()["optedOut"] is False

    async def test_bad_cursors_and_limits(self, web: httpx.AsyncClient) -> None:
        assert (await web.get(f"{LIST}?cursor=!!", headers=as_("ann"))).json()["code"] == "cursor_invalid"
        assert (await web.get(f"{LIST}?limit=0", headers=as_("ann"))).status_code == 422

    async def test_another_workspace(self, web: httpx.AsyncClient, thread: r.Thread) -> None:
        url = f"{LIST}/{thread.conversation.id}"
        answers = [
            await web.get(url, headers=as_("bob")),
            await web.post(f"{url}/read", headers=as_("bob")),
            await web.patch(url, json={"status": "done"}, headers=as_("bob")),
            await web.get(f"/api/runs?conversationId={thread.conversation.id}", headers=as_("bob")),
            await web.get(f"/api/events?conversationId={thread.conversation.id}", headers=as_("bob")),
        ]
        assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "conversation_not_found")}
        assert (await web.get(LIST, headers=as_("bob"))).json() == {"data": [], "nextCursor": None, "totalUnread": 0}


class TestSendMessage:
    async def test_202_with_the_message(self, web: httpx.AsyncClient, thread: r.Thread, ann: Member) -> None:
        body = {"recipientId": "901", "message": "Hi", "idempotencyKey": "k"}
        answers = [await web.post("/api/instagram/send-message", json=body, headers=as_("ann")) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [202, 202]
        message = answers[0].json()
        assert message == answers[1].json()
        assert (message["status"], message["source"], message["text"]) == ("queued", "api", "Hi")
        assert message["sender"] == {"kind": "member", "id": ann.user_id}

    async def test_refusals(self, web: httpx.AsyncClient, thread: r.Thread, clock: ManualClock) -> None:
        async def code(**body: Any) -> tuple[int, str]:
            answer = await web.post("/api/instagram/send-message", json=body, headers=as_("ann"))
            return answer.status_code, answer.json()["code"]

        assert await code(recipientId="901", message=" ") == (422, "message_empty")
        assert await code(recipientId="999", message="Hi") == (404, "recipient_unknown")
        assert await code(message="Hi") == (422, "invalid_request")
        clock.advance(8 * 24 * 3600)
        assert await code(recipientId="901", message="Hi") == (403, "window_closed")


class TestExplain:
    async def test_events(self, web: httpx.AsyncClient, thread: r.Thread) -> None:
        listed = await web.get(f"/api/events?conversationId={thread.conversation.id}", headers=as_("ann"))
        (event,) = listed.json()["data"]
        one = await web.get(f"/api/events/{event['id']}", headers=as_("ann"))
        decision = one.json()["decision"]
        assert (decision["reason"], decision["verdicts"], one.json()["state"]) == ("none", [], "handled")
        assert decision["sentence"] == "No flow started: no flow was active."
        runs = await web.get(f"/api/runs?conversationId={thread.conversation.id}", headers=as_("ann"))
        assert runs.json() == {"data": []}
        assert (await web.get("/api/runs/run_x", headers=as_("ann"))).json()["code"] == "run_not_found"
