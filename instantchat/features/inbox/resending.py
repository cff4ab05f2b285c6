"""Send again: a person repeats a message that did not arrive, or of which nobody knows whether it did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from instantchat.errors import Conflict, NotFound
from instantchat.features.auth.member import Member
from instantchat.features.inbox.rules import usable
from instantchat.features.inbox.taking_over import authored, take_over
from instantchat.kit.clock import Clock
from instantchat.kit.ids import new_id
from instantchat.runtime.live import LiveEvent, Publisher
from instantchat.store import records as r
from instantchat.store.ports import Store

PRIVATE_REPLY = (
    "Instagram allows one private reply to a comment, and this one may have used it up: it is not sent again. Answer "
    "under the post, or here once the person has written."
)
_SAID = ("quickReplies", "buttons", "cards")  # of the extras, what the person sees


def why_not(message: r.Message) -> Conflict | None:
    """Why a message cannot be sent again, or None."""
    if message.direction != "out" or message.status not in ("unknown", "rejected"):
        return Conflict("not_failed", "Only a message that did not arrive, or may not have, can be sent again.")
    if "action" in message.extras:
        return Conflict("not_a_message", "Reactions and replies under a post are not sent again from here.")
    if "commentId" in message.extras:
        return Conflict("private_reply_spent", PRIVATE_REPLY)
    return None


class ResendingService:
    """Queues a new message in place of the old one."""

    def __init__(self, store: Store, clock: Clock, publisher: Publisher, wake_outbox: Callable[[], None]) -> None:
        self._store = store
        self._clock = clock
        self._publisher = publisher
        self._wake_outbox = wake_outbox

    async def resend(
        self, member: Member, conversation_id: str, message_id: str, source: r.Source = "web"
    ) -> r.Message:
        """The new message, with the text, media and choices of the old one, which is marked with `resentAs`; the same
        one however often and by whomever it is asked for.

        It counts as any message of the member's: a person's takes the conversation over. Raises
        `NotFound` (`conversation_not_found`, `message_not_found`), `Conflict` (`not_failed`, `not_a_message`,
        `private_reply_spent`, and those of an account that cannot send) and `Forbidden` (`window_closed`, `opted_out`).
        """
        member.require("agent")
        thread, old = await self._found(member, conversation_id, message_id)
        known = await self._store.inbox.message(member.workspace_id, old.extras.get("resentAs", ""))
        if known is not None:
            return known
        if (refused := why_not(old)) is not None:
            raise refused
        account = usable(await self._store.accounts.account(member.workspace_id, old.account_id))
        now = self._clock.now()
        new = self._repeated(member, thread, old, now, source)
        done = await self._store.inbox.resend(new, old.id, take_over(member, thread.conversation, account, now))
        if done is None:
            raise Conflict("not_failed", "It has arrived meanwhile.")
        if done.is_new:
            await self._tell(member, done)
            self._wake_outbox()
        return done.message

    async def _found(self, member: Member, conversation_id: str, message_id: str) -> tuple[r.Thread, r.Message]:
        thread = await self._store.inbox.thread(member.workspace_id, conversation_id)
        if thread is None:
            raise NotFound("conversation_not_found", "This conversation does not exist.")
        message = await self._store.inbox.message(member.workspace_id, message_id)
        if message is None or message.conversation_id != conversation_id:
            raise NotFound("message_not_found", "This message does not exist.")
        return thread, message

    def _repeated(
        self, member: Member, thread: r.Thread, old: r.Message, now: dt.datetime, source: r.Source
    ) -> r.Message:
        said = {name: old.extras[name] for name in _SAID if name in old.extras}
        return r.Message(
            id=new_id("msg"),
            workspace_id=old.workspace_id,
            account_id=old.account_id,
            conversation_id=old.conversation_id,
            direction="out",
            source=source,
            sender_kind="member",
            sender_id=member.user_id,
            text=old.text,
            attachments=old.attachments,
            extras=said | authored(member, thread, now),
            status="queued",
            created_at=now,
        )

    async def _tell(self, member: Member, done: r.Resent) -> None:
        for message in (done.before, done.message):
            self._publisher.publish(LiveEvent(member.workspace_id, "message", message))
        for run in done.cancelled:
            self._publisher.publish(LiveEvent(member.workspace_id, "run", run))
        thread = await self._store.inbox.thread(member.workspace_id, done.message.conversation_id)
        if thread is not None:
            self._publisher.publish(LiveEvent(member.workspace_id, "conversation", thread))
