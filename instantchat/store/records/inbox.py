"""Contacts, conversations, messages and notes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

from instantchat.store.records.base import Json

ConversationStatus = Literal["open", "waiting", "done"]
MessageStatus = Literal["received", "queued", "sending", "sent", "rejected", "unknown"]
SenderKind = Literal["contact", "member", "flow", "phone"]
Source = Literal["instagram", "web", "api"]
NoteKind = Literal["note", "activity"]
AuthorKind = Literal["member", "flow", "system"]


@dataclass(frozen=True, slots=True)
class Contact:
    """A person who wrote to an account."""

    id: str
    workspace_id: str
    account_id: str
    igsid: str
    name: str | None
    username: str | None
    picture_url: str | None
    profile_at: dt.datetime | None
    tags: list[str]
    fields: Json
    variables: Json
    created_at: dt.datetime
    updated_at: dt.datetime
    opted_out_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """The thread of one contact with one account.

    `heard_at` is the last thing the contact did that opens the messaging window. `starts` tells when flows last started
    for this contact: RFC 3339 by flow id, of those flows alone that need to know. `answered_at` is when a person last
    took the conversation over from flows by an answer; `disclosed_at` when automation was disclosed in it, None while
    that is due.
    """

    id: str
    workspace_id: str
    account_id: str
    contact_id: str
    lane: str
    last_text: str
    last_at: dt.datetime | None
    last_direction: Literal["in", "out"] | None
    unread_count: int
    status: ConversationStatus
    assignee_id: str | None
    paused_until: dt.datetime | None
    window_expires_at: dt.datetime | None
    created_at: dt.datetime
    updated_at: dt.datetime
    heard_at: dt.datetime | None = None
    starts: Json = field(default_factory=dict)
    answered_at: dt.datetime | None = None
    disclosed_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation with its contact, as every list shows it."""

    conversation: Conversation
    contact: Contact


@dataclass(frozen=True, slots=True)
class Message:
    """One message, and for outgoing ones its place in the outbox (`status`, `not_before`, `attempts`).

    `extras` holds what the channel needs beside the text: `{quickReplies, buttons, cards, typingSeconds, tag}`,
    `commentId` of a private reply, and, where it is no direct message, `action`: `comment_reply` (to `commentId`) or
    `react` (to `mid`, with `emoji`). What came later: `edited` and `unsent` (true), `reactions` (emoji by `contact` or
    `account`), `seenAt` (RFC 3339; what was sent before it is seen too). Of an incoming one: `replyTo`, `referral`,
    `tapped` (`postback` or `quick_reply`), `standby`, `unsupported`. `notice` is set where no node of a flow wrote it:
    `disclosure` or `opt_out`. `isProgram`: an API key sent it. Of one that no webhook brought: `foundByCheck`; of one
    that a person sent again: `resentAs`, the id of the new message.
    """

    id: str
    workspace_id: str
    account_id: str
    conversation_id: str
    direction: Literal["in", "out"]
    source: Source
    sender_kind: SenderKind
    sender_id: str | None
    text: str
    attachments: list[Json]
    extras: Json
    status: MessageStatus
    created_at: dt.datetime
    mid: str | None = None
    error_code: str | None = None
    error_text: str | None = None
    event_id: str | None = None
    run_id: str | None = None
    idempotency_key: str | None = None
    not_before: dt.datetime | None = None
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Note:
    """What members see in a conversation and its contact never does: a `note` someone wrote, an `activity` that
    happened. `author_id` is the member, or the flow of `run_id`."""

    id: str
    workspace_id: str
    conversation_id: str
    kind: NoteKind
    author_kind: AuthorKind
    author_id: str | None
    text: str
    created_at: dt.datetime
    run_id: str | None = None


@dataclass(frozen=True, slots=True)
class TakeOver:
    """A person's answer takes the conversation over: flows are paused `until` then, waiting runs are cancelled for the
    `reason` (`code: sentence`), and the `note` says so, if there is something new to say."""

    until: dt.datetime
    reason: str
    note: Note | None = None


@dataclass(frozen=True, slots=True)
class ContactOfLane:
    """A contact of a connected account, and where an event for them goes."""

    contact: Contact
    ig_user_id: str
    lane: str
    window_expires_at: dt.datetime | None
