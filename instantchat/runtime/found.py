"""What stands in a conversation or under a post, as the events their webhooks would have been, under the same keys."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from instantchat.channels.instagram.changes import parse_change
from instantchat.channels.instagram.payloads import ParsedEvent, parse_messaging
from instantchat.channels.instagram.reading import Comment, Said
from instantchat.store.records import Account, Json, Message

LATE = dt.timedelta(hours=1)
"""What is found longer after it was written is kept, but flows do not answer it."""
SLACK = dt.timedelta(seconds=5)
"""Instagram tells seconds, and its clock is not ours: so much earlier than its call a message may seem to be."""
QUEUED = dt.timedelta(minutes=10)
"""So long a message of ours may have waited to be sent, since the time it is stored under."""


def is_own(account: Account, said: Said) -> bool:
    """Whether the account wrote it, from here or from the phone. Instagram names it by either of its ids."""
    return said.author in (account.ig_user_id, account.ig_scoped_id) or said.author_name == account.username


def without_twins(account: Account, said: Iterable[Said], named: set[str], stored: Iterable[Message]) -> list[Said]:
    """Those that are no stored message under another name, in case Instagram names messages otherwise here than in
    webhooks: said by the same side, in the same words, at the same time. `named` are all mids that were read; who has
    one of them is nobody's twin."""
    spare = [each for each in stored if each.mid is not None and each.mid not in named]
    kept = []
    for each in said:
        twin = next((message for message in spare if _is_twin(account, each, message)), None)
        if twin is None:
            kept.append(each)
        else:
            spare.remove(twin)
    return kept


def message_events(account: Account, said: Iterable[Said]) -> list[ParsedEvent]:
    """Messages and echoes; the echoes first, as whoever was answered already should not be answered again."""
    events = [event for each in said if (event := _message_event(account, each)) is not None]
    return sorted(events, key=lambda event: (event.kind != "echo", event.at))


def comment_events(account: Account, comments: Iterable[Comment]) -> list[ParsedEvent]:
    """Other people's comments, oldest first."""
    changes = [({"field": "comments", "value": each.raw}, each.at) for each in comments]
    events = [parse_change(account.ig_user_id, change, at) for change, at in changes]
    return sorted((event for event in events if event.direction == "in"), key=lambda event: event.at)


def is_late(payload: Json, at: dt.datetime, now: dt.datetime) -> bool:
    """Whether an event was found by a check, and too late to be answered."""
    return payload.get("foundByCheck") is True and now - at > LATE


def _is_twin(account: Account, said: Said, message: Message) -> bool:
    own = is_own(account, said)
    earliest = said.at - (QUEUED if own else SLACK)
    is_same = message.text.strip() == said.text.strip() and bool(message.attachments) == bool(said.attachments)
    return is_same and own == (message.direction == "out") and earliest <= message.created_at <= said.at + SLACK


def _message_event(account: Account, said: Said) -> ParsedEvent | None:
    own = is_own(account, said)
    contact = said.recipient if own else said.author
    sides = (account.ig_user_id, contact) if own else (contact, account.ig_user_id)
    message = {
        "mid": said.mid,
        "text": said.text or None,
        "attachments": list(said.attachments),
        "reply_to": {"story": said.story} if said.story else None,
        "is_unsupported": said.is_unsupported or None,
        "is_echo": own or None,
    }
    item = {
        "sender": {"id": sides[0]},
        "recipient": {"id": sides[1]},
        "timestamp": int(said.at.timestamp() * 1000),
        "message": {name: value for name, value in message.items() if value},
    }
    event = parse_messaging(account.ig_user_id, item, said.at)
    return event if event.kind in ("message", "echo") else None
