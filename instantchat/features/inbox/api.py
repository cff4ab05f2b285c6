"""The inbox over HTTP: conversations, messages, sending, and why flows did what they did (DESIGN section 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query

from instantchat.api.dependencies import CurrentMember, Cursor, Limit
from instantchat.features.inbox import schemas as s
from instantchat.features.inbox.why import schemas as w
from instantchat.features.wire import PageOut
from instantchat.store.records import ConversationStatus

if TYPE_CHECKING:
    from instantchat.assembly import Assembly

CONVERSATIONS = "/api/messages/instagram"
OfConversation = Annotated[str, Query(alias="conversationId")]


def build_router(assembly: Assembly) -> APIRouter:
    """Conversations, sending, explanations."""
    router = APIRouter()
    router.include_router(_conversations(assembly), tags=["Inbox"])
    router.include_router(_sending(assembly), tags=["Inbox"])
    router.include_router(_explaining(assembly), tags=["Explain"])
    return router


def _conversations(assembly: Assembly) -> APIRouter:
    router, inbox = APIRouter(), assembly.inbox

    @router.get(CONVERSATIONS)
    async def conversations(
        member: CurrentMember,
        status: ConversationStatus | None = None,
        search: Annotated[str | None, Query(max_length=100)] = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> s.ConversationsOut:
        """Conversations, newest first, with the unread messages of the whole workspace."""
        found = await inbox.conversations(member, limit=limit, cursor=cursor, search=search, status=status)
        data = [s.ConversationOut.from_thread(thread) for thread in found.data]
        return s.ConversationsOut(data=data, next_cursor=found.next_cursor, total_unread=found.total_unread)

    @router.get(CONVERSATIONS + "/{conversation_id}")
    async def messages(
        member: CurrentMember, conversation_id: str, limit: Limit = 50, cursor: Cursor = None
    ) -> PageOut[s.MessageOut]:
        """The messages of a conversation, newest first."""
        page = await inbox.messages(member, conversation_id, limit=limit, cursor=cursor)
        data = [s.MessageOut.from_record(message) for message in page.data]
        return PageOut(data=data, next_cursor=page.next_cursor)

    @router.post(CONVERSATIONS + "/{conversation_id}/read")
    async def read(member: CurrentMember, conversation_id: str) -> s.ConversationOut:
        """Nothing unread here any more."""
        return s.ConversationOut.from_thread(await inbox.mark_read(member, conversation_id))

    @router.patch(CONVERSATIONS + "/{conversation_id}")
    async def patch(member: CurrentMember, conversation_id: str, body: s.ConversationPatch) -> s.ConversationOut:
        """Assign it, set its status, pause flows until a moment (null lets them answer again), or let automatic
        messages reach somebody who opted out."""
        changes = {name: getattr(body, name) for name in body.model_fields_set}
        if changes.get("opted_out", False) is None:
            del changes["opted_out"]
        return s.ConversationOut.from_thread(await inbox.patch(member, conversation_id, changes))

    return router


def _sending(assembly: Assembly) -> APIRouter:
    router, inbox = APIRouter(), assembly.inbox

    @router.post("/api/instagram/send-message", status_code=202)
    async def send_message(member: CurrentMember, body: s.SendIn) -> s.MessageOut:
        """Queue a text to a person who has written to you; `recipientId` is their Instagram-scoped id.

        A text over 1,000 UTF-8 bytes goes out as several messages; the answer is the first. 403 `window_closed`, or
        `opted_out` where an API key writes, 404 `recipient_unknown`, 409 `account_disconnected` or `reauth_needed`, 422
        `message_empty` or `message_too_long`.
        """
        message = await inbox.send(
            member,
            recipient_id=body.recipient_id,
            text=body.message,
            account_id=body.account_id,
            source="api",
            idempotency_key=body.idempotency_key,
        )
        return s.MessageOut.from_record(message)

    @router.post(CONVERSATIONS + "/{conversation_id}/messages/{message_id}/resend", status_code=202)
    async def resend(member: CurrentMember, conversation_id: str, message_id: str) -> s.MessageOut:
        """Queue a message again whose status is `rejected` or `unknown`; the answer is the new message, the same one
        however often it is asked for. What has an unknown outcome may arrive twice.

        403 `window_closed`, 404 `conversation_not_found` or `message_not_found`, 409 `not_failed`, `not_a_message`,
        `private_reply_spent`, `account_disconnected` or `reauth_needed`.
        """
        return s.MessageOut.from_record(await inbox.resend(member, conversation_id, message_id, "api"))

    return router


def _explaining(assembly: Assembly) -> APIRouter:
    router, inbox = APIRouter(), assembly.inbox

    @router.get("/api/runs")
    async def runs(member: CurrentMember, conversation_id: OfConversation) -> w.RunList:
        """The newest 50 runs of a conversation, without their traces."""
        found = await inbox.runs(member, conversation_id)
        return w.RunList(data=[w.RunOut.from_record(run, name) for run, name in found])

    @router.get("/api/runs/{run_id}")
    async def run(member: CurrentMember, run_id: str) -> w.RunOut:
        """A run with every step it took: node, exit, effects, waits, the messaging window, warnings and errors."""
        return w.RunOut.from_story(await inbox.why.run(member, run_id))

    @router.get("/api/events")
    async def events(member: CurrentMember, conversation_id: OfConversation) -> w.EventList:
        """The newest 50 events of a conversation with the decision each led to."""
        found = await inbox.events(member, conversation_id)
        return w.EventList(data=[w.EventOut.from_story(event) for event in found])

    @router.get("/api/events/{event_id}")
    async def event(member: CurrentMember, event_id: str) -> w.EventOut:
        """One event: why it was answered, or why not. Kept for 30 days, or as long as the operator says."""
        return w.EventOut.from_story(await inbox.why.event(member, event_id))

    return router
