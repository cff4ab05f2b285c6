"""What a customer does in a conversation, and the webhook each act makes (`instagram-payloads.md` A)."""

from __future__ import annotations

import sqlite3
from typing import Any

from instantchat import errors
from instantchat.channels.simulator import people, relations, threads, webhooks
from instantchat.channels.simulator.simulator import Simulator
from instantchat.channels.simulator.threads import Json, ThreadMessage

# Meta's name of an emoji, where it has one (v12 and later).
_REACTIONS = {"❤": "love", "❤️": "love", "😠": "angry", "😢": "sad", "😮": "wow", "👍": "like", "😂": "laugh"}
_OWN_WORDS = ("quick_reply", "reply_to", "referral")


async def write(
    simulator: Simulator,
    igsid: str,
    account_id: str,
    body: Json,
    *,
    kind: str = "message",
    lasts: float = threads.WINDOW,
) -> Json:
    """A customer sends `body` (A1 to A12, A18 to A22); its quick_reply, reply_to and referral go into the webhook."""

    def work(connection: sqlite3.Connection) -> ThreadMessage:
        account = parties(connection, igsid, account_id)
        message = threads.add_message(connection, account.user_id, igsid, "in", body, simulator.now(), lasts)
        extra = {name: body[name] for name in (*_OWN_WORDS, "is_unsupported") if name in body}
        simulator.tell(connection, account, igsid, kind, webhooks.message_item(message, extra))
        return message

    message = await simulator.run(work)
    return simulator.happened("message", message.view())


async def act(
    simulator: Simulator, igsid: str, account_id: str, kind: str, event: Json, *, opens: bool, consents: bool = True
) -> None:
    """A customer taps (`postback`), reads (`read`) or comes by a link (`referral`); `opens`: that opens the window."""

    def work(connection: sqlite3.Connection) -> None:
        account, now = parties(connection, igsid, account_id), simulator.now()
        if opens:
            threads.open_window(connection, account.user_id, igsid, now, consents=consents)
        item = webhooks.item(igsid, account.user_id, now, event)
        simulator.tell(connection, account, igsid, kind, item, field=_FIELDS[kind])

    await simulator.run(work)
    simulator.happened(kind, {"accountId": account_id, "igsid": igsid, **event})


async def react(simulator: Simulator, igsid: str, mid: str, emoji: str | None) -> Json:
    """A reaction on any message of the conversation, or None to take it back (A27); opens no window."""
    reaction: Json = {"mid": mid, "action": "unreact" if emoji is None else "react"}
    if emoji is not None:
        reaction |= {"reaction": _REACTIONS.get(emoji, "other"), "emoji": emoji}
    return await _change(simulator, igsid, mid, "reaction", {"reaction": reaction}, customer_reaction=emoji)


async def unsend(simulator: Simulator, igsid: str, mid: str) -> Json:
    """The customer's own message is gone everywhere (A13)."""
    event = {"message": {"mid": mid, "is_deleted": True}}
    gone = {"is_deleted": True, "text": None, "attachments": None}
    return await _change(simulator, igsid, mid, "unsend", event, of_own=True, **gone)


async def edit(simulator: Simulator, igsid: str, mid: str, text: str) -> Json:
    """The customer's own message says something else (A29)."""
    message = await simulator.run(lambda c: own_message(c, igsid, mid, of_own=True))
    number = int(message.body.get("num_edit", 0)) + 1
    event = {"message_edit": {"mid": mid, "text": text, "num_edit": number}}
    return await _change(simulator, igsid, mid, "edit", event, of_own=True, text=text, num_edit=number)


async def refer(simulator: Simulator, igsid: str, account_id: str, referral: Json, text: str, *, is_ad: bool) -> None:
    """A customer follows a link or ad: into a conversation there is, the event alone (A28); else the first message
    carries it (A22). An ad opens the window for seven days."""
    account = await simulator.run(lambda c: parties(c, igsid, account_id))
    known = await simulator.run(lambda c: threads.has_messages(c, account.user_id, igsid))
    if known and not text and not is_ad:
        await act(simulator, igsid, account_id, "referral", {"referral": referral}, opens=False)
        return
    if not text:
        raise errors.Invalid("missing_value", "text is missing: the first message carries the referral.")
    lasts = threads.AD_WINDOW if is_ad else threads.WINDOW
    await write(simulator, igsid, account_id, {"text": text, "referral": referral}, lasts=lasts)


def parties(connection: sqlite3.Connection, igsid: str, account_id: str) -> people.Account:
    """The account; raises `NotFound` when one of the two is nobody, `Conflict` when the customer has blocked it."""
    account = people.need_account(connection, account_id)
    people.need_customer(connection, igsid)
    if relations.find(connection, account.user_id, igsid).blocks:
        raise errors.Conflict("blocked", "This customer has blocked the account. Unblock it first.")
    return account


def own_message(connection: sqlite3.Connection, igsid: str, mid: str, *, of_own: bool) -> ThreadMessage:
    """A message of the customer's conversations; `of_own`: one the customer wrote. Raises `NotFound`."""
    found = threads.find_message(connection, mid)
    is_there = found is not None and found.igsid == igsid and not found.body.get("is_deleted")
    if found is None or not is_there or (of_own and found.direction != "in"):
        raise errors.NotFound("message_not_found", "This customer has no such message.")
    return found


_FIELDS = {
    "postback": "messaging_postbacks",
    "read": "messaging_seen",
    "reaction": "message_reactions",
    "referral": "messaging_referral",
    "edit": "message_edit",
    "unsend": "messages",
}


async def _change(
    simulator: Simulator, igsid: str, mid: str, kind: str, event: Json, *, of_own: bool = False, **changes: Any
) -> Json:
    def work(connection: sqlite3.Connection) -> ThreadMessage:
        found = own_message(connection, igsid, mid, of_own=of_own)
        account = parties(connection, igsid, found.user_id)
        item = webhooks.item(igsid, account.user_id, simulator.now(), event)
        simulator.tell(connection, account, igsid, kind, item, field=_FIELDS[kind])
        return threads.change(connection, found, **changes)

    message = await simulator.run(work)
    return simulator.happened("changed", message.view())
