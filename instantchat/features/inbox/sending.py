"""Messages people and programs write: checked, split, queued durably; the outbox does the rest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

from instantchat.errors import Conflict, Invalid, NotFound
from instantchat.features.auth.member import Member
from instantchat.features.inbox.rules import parts_of, usable
from instantchat.features.inbox.taking_over import authored, take_over
from instantchat.kit.clock import Clock
from instantchat.kit.ids import new_id
from instantchat.runtime.live import LiveEvent, Publisher
from instantchat.store import records as r
from instantchat.store.ports import Store

_KEY_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What to send and to whom: a conversation by its id, or a person by IGSID (and account, where several know them).

    `source` is `web` for pages and sockets, `api` for REST. With `idempotency_key` a repeated request sends nothing
    twice.
    """

    text: str
    conversation_id: str | None = None
    recipient_id: str | None = None
    account_id: str | None = None
    source: r.Source = "web"
    idempotency_key: str | None = None


class SendingService:
    """Queues messages."""

    def __init__(self, store: Store, clock: Clock, publisher: Publisher, wake_outbox: Callable[[], None]) -> None:
        self._store = store
        self._clock = clock
        self._publisher = publisher
        self._wake_outbox = wake_outbox

    async def send(self, member: Member, outgoing: Outgoing) -> r.Message:
        """Queue a text. One over 1,000 UTF-8 bytes goes out as several messages, of which the first is returned.

        A person's message takes the conversation over from flows, for as long as the account's rules say, and may use
        the `HUMAN_AGENT` tag; an API key's does neither, and goes to nobody who opted out. Raises `NotFound`
        (`conversation_not_found`, `recipient_unknown`), `Invalid` (`message_empty`, `message_too_long`,
        `idempotency_key_bad`), `Conflict` (`account_disconnected`, `reauth_needed`, `account_restricted`) and
        `Forbidden` (`window_closed`, `opted_out`); then nothing is queued.
        """
        member.require("agent")
        key = _checked_key(outgoing.idempotency_key)
        parts = parts_of(outgoing.text)
        thread = await self._thread(member, outgoing)
        account = usable(await self._store.accounts.account(member.workspace_id, thread.conversation.account_id))
        now = self._clock.now()
        first = _message(member, thread, outgoing, now, authored(member, thread, now))
        taken_over = take_over(member, thread.conversation, account, now)
        queued: list[r.Enqueued] = []
        for number, part in enumerate(parts):
            message = replace(first, id=new_id("msg"), text=part, idempotency_key=_part_key(key, number))
            queued.append(await self._store.inbox.enqueue(message, taken_over))
            if queued[0].message.conversation_id != thread.conversation.id:
                raise Conflict("idempotency_key_used", "This idempotencyKey was used for a message to somebody else.")
            taken_over = replace(taken_over, note=None) if taken_over is not None else None
        await self._tell(member, queued)
        self._wake_outbox()
        return queued[0].message

    async def _thread(self, member: Member, outgoing: Outgoing) -> r.Thread:
        inbox = self._store.inbox
        if outgoing.conversation_id is not None:
            thread = await inbox.thread(member.workspace_id, outgoing.conversation_id)
            if thread is None:
                raise NotFound("conversation_not_found", "This conversation does not exist.")
            return thread
        if not outgoing.recipient_id:
            raise Invalid("recipient_missing", "Say whom to write to: recipientId is their Instagram-scoped id.")
        thread = await inbox.thread_by_igsid(member.workspace_id, outgoing.recipient_id, outgoing.account_id)
        if thread is None:
            raise NotFound(
                "recipient_unknown",
                "Nobody with this recipientId has written to your account. Instagram lets you write only to people "
                "who wrote to you first.",
            )
        return thread

    async def _tell(self, member: Member, queued: list[r.Enqueued]) -> None:
        for one in queued:
            self._publisher.publish(LiveEvent(member.workspace_id, "message", one.message))
            for run in one.cancelled:
                self._publisher.publish(LiveEvent(member.workspace_id, "run", run))
        thread = await self._store.inbox.thread(member.workspace_id, queued[0].message.conversation_id)
        if thread is not None:
            self._publisher.publish(LiveEvent(member.workspace_id, "conversation", thread))


def _message(member: Member, thread: r.Thread, outgoing: Outgoing, now: dt.datetime, extras: r.Json) -> r.Message:
    return r.Message(
        id="",
        workspace_id=member.workspace_id,
        account_id=thread.conversation.account_id,
        conversation_id=thread.conversation.id,
        direction="out",
        source=outgoing.source,
        sender_kind="member",
        sender_id=member.user_id,
        text="",
        attachments=[],
        extras=extras,
        status="queued",
        created_at=now,
    )


def _checked_key(key: str | None) -> str | None:
    if key is not None and not (0 < len(key) <= _KEY_LENGTH and key.isprintable()):
        raise Invalid("idempotency_key_bad", f"idempotencyKey must have 1 to {_KEY_LENGTH} printable characters.")
    return key


def _part_key(key: str | None, number: int) -> str | None:
    return key if key is None or number == 0 else f"{key}#{number + 1}"
