"""The inbox: conversations, what was said in them, and why flows did what they did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from instantchat.errors import Invalid, NotFound
from instantchat.features.auth.member import Member
from instantchat.features.inbox.notes import activity, what_was_done, written_note
from instantchat.features.inbox.resending import ResendingService
from instantchat.features.inbox.sending import Outgoing, SendingService
from instantchat.features.inbox.why.service import MOST, WhyService
from instantchat.features.inbox.why.story import EventStory
from instantchat.kit.clock import Clock
from instantchat.runtime.live import LiveEvent, Publisher, Typing
from instantchat.store import records as r
from instantchat.store.ports import Store

_LONGEST_PAUSE = dt.timedelta(days=366)
_LATEST_NOTES = 50


@dataclass(frozen=True, slots=True)
class ConversationList:
    """One page of conversations, and how many messages of the whole workspace are unread."""

    data: list[r.Thread]
    next_cursor: str | None
    total_unread: int


class InboxService:
    """What people do with conversations. Viewers read, agents act; anything of another workspace is `NotFound`. `why`
    explains what flows did."""

    def __init__(self, store: Store, clock: Clock, publisher: Publisher, wake_outbox: Callable[[], None]) -> None:
        self._store = store
        self._inbox = store.inbox
        self._clock = clock
        self._publisher = publisher
        self.why = WhyService(store)
        self._sending = SendingService(store, clock, publisher, wake_outbox)
        self._resending = ResendingService(store, clock, publisher, wake_outbox)

    async def conversations(
        self,
        member: Member,
        *,
        limit: int = 50,
        cursor: str | None = None,
        search: str | None = None,
        status: r.ConversationStatus | None = None,
    ) -> ConversationList:
        """Conversations, newest activity first; `limit` is at most 100."""
        page = await self._inbox.conversations(
            member.workspace_id, limit=_bounded(limit), cursor=cursor, search=search or None, status=status
        )
        unread = await self._inbox.total_unread(member.workspace_id)
        return ConversationList(page.data, page.next_cursor, unread)

    async def conversation(self, member: Member, conversation_id: str) -> r.Thread:
        """One conversation with its contact."""
        return _found(await self._inbox.thread(member.workspace_id, conversation_id))

    async def messages(
        self, member: Member, conversation_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> r.Page[r.Message]:
        """What was said, newest first; `limit` is at most 100."""
        await self.conversation(member, conversation_id)
        return await self._inbox.messages(member.workspace_id, conversation_id, limit=_bounded(limit), cursor=cursor)

    async def mark_read(self, member: Member, conversation_id: str) -> r.Thread:
        """Nothing unread here any more."""
        member.require("agent")
        return self._told(await self._inbox.mark_read(member.workspace_id, conversation_id))

    async def patch(self, member: Member, conversation_id: str, changes: Mapping[str, Any]) -> r.Thread:
        """Set `status`, `assignee_id` (a member of the workspace, or None) or `paused_until` (a moment until which
        flows stay silent, at most 366 days ahead; None or a past moment resumes them). `opted_out` False lets
        automatic messages reach a contact who asked for none. The conversation tells who did the last two.

        Raises `Invalid` (`unknown_member`, `pause_too_long`, `unknown_change`).
        """
        member.require("agent")
        before = await self.conversation(member, conversation_id)
        checked = {name: await self._checked(member, name, value) for name, value in changes.items()}
        if not checked.pop("opted_out", True):
            await self._inbox.opt_in(member.workspace_id, conversation_id)
        after = await self._inbox.patch_conversation(member.workspace_id, conversation_id, checked)
        for text in what_was_done(member.name, before, _found(after), self._clock.now()):
            await self._inbox.add_note(activity(member, conversation_id, text, self._clock.now()))
        return self._told(after)

    async def send(
        self,
        member: Member,
        *,
        text: str,
        conversation_id: str | None = None,
        recipient_id: str | None = None,
        account_id: str | None = None,
        source: r.Source = "web",
        idempotency_key: str | None = None,
    ) -> r.Message:
        """Queue a text to a conversation or an IGSID; see `SendingService.send` for the promises and refusals."""
        outgoing = Outgoing(text, conversation_id, recipient_id, account_id, source, idempotency_key)
        return await self._sending.send(member, outgoing)

    async def resend(
        self, member: Member, conversation_id: str, message_id: str, source: r.Source = "web"
    ) -> r.Message:
        """Queue a message again, once; see `ResendingService.resend` for the promises and refusals."""
        return await self._resending.resend(member, conversation_id, message_id, source)

    async def typing(self, member: Member, conversation_id: str, is_typing: bool) -> None:
        """Tell the workspace that this member is, or is no longer, writing an answer."""
        member.require("agent")
        await self.conversation(member, conversation_id)
        typing = Typing(conversation_id, member.user_id, member.name, is_typing)
        self._publisher.publish(LiveEvent(member.workspace_id, "typing", typing))

    async def sender_names(self, member: Member, ids: Sequence[str]) -> dict[str, str]:
        """The names of members and flows of the workspace by id, at most 100; who is gone is left out."""
        names = {}
        for each in ids[:100]:
            user = await self._store.members.user(each)
            if user is not None and user.workspace_id == member.workspace_id:
                names[each] = user.name
            elif (flow := await self._store.flows.flow(member.workspace_id, each)) is not None:
                names[each] = flow.name
        return names

    async def runs(self, member: Member, conversation_id: str) -> list[tuple[r.RunRecord, str | None]]:
        """The newest 50 runs of a conversation, each with its flow's name while there is one."""
        await self.conversation(member, conversation_id)
        names = await self._store.flows.flow_names(member.workspace_id)
        runs = await self._inbox.runs(member.workspace_id, conversation_id, MOST)
        return [(run, names.get(run.flow_id)) for run in runs]

    async def events(self, member: Member, conversation_id: str) -> list[EventStory]:
        """The newest 50 events of a conversation, each with the decision it led to."""
        await self.conversation(member, conversation_id)
        return await self.why.events(member, conversation_id)

    async def notes(self, member: Member, conversation_id: str, limit: int) -> list[r.Note]:
        """Notes and activity, newest first."""
        await self.conversation(member, conversation_id)
        return await self._inbox.notes(member.workspace_id, conversation_id, limit)

    async def add_note(self, member: Member, conversation_id: str, text: str, *, key: str | None = None) -> r.Note:
        """A note of a member's, for members only; with a `key` once however often it is asked.

        Raises `Invalid` (`note_empty`, `note_too_long`).
        """
        member.require("agent")
        thread = await self.conversation(member, conversation_id)
        note = written_note(member, conversation_id, text, self._clock.now(), key)
        latest = await self._inbox.notes(member.workspace_id, conversation_id, _LATEST_NOTES)
        known = next((each for each in latest if each.id == note.id), None)
        if known is not None:
            return known
        await self._inbox.add_note(note)
        self._told(thread)
        return note

    async def _checked(self, member: Member, name: str, value: Any) -> Any:
        now = self._clock.now()
        match name, value:
            case (("assignee_id" | "paused_until"), None):
                return None
            case "assignee_id", str():
                user = await self._store.members.user(value)
                if user is None or user.workspace_id != member.workspace_id:
                    raise Invalid("unknown_member", "Assign the conversation to somebody of this workspace.")
                return value
            case "paused_until", dt.datetime():
                if value > now + _LONGEST_PAUSE:
                    raise Invalid("pause_too_long", "Flows can be paused for at most 366 days.")
                return value if value > now else None
            case ("status", ("open" | "waiting" | "done")) | ("opted_out", False):
                return value
        raise Invalid("unknown_change", f"{name} cannot be set to {value!r}.")

    def _told(self, thread: r.Thread | None) -> r.Thread:
        thread = _found(thread)
        self._publisher.publish(LiveEvent(thread.conversation.workspace_id, "conversation", thread))
        return thread


def _bounded(limit: int) -> int:
    return max(1, min(limit, 100))


def _found(thread: r.Thread | None) -> r.Thread:
    if thread is None:
        raise NotFound("conversation_not_found", "This conversation does not exist.")
    return thread
