"""What is stored, as plain data. Every record belongs to a workspace; times are aware UTC; ids are strings.

`lane` names a conversation before it exists: `<account id>:<IGSID>`. Events of one lane are handled in order.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

T = TypeVar("T")

Json = dict[str, Any]
Role = Literal["owner", "admin", "agent", "viewer"]
AccountState = Literal["ok", "expiring", "reauth_needed", "restricted", "disconnected"]
FlowStatus = Literal["draft", "active", "archived"]
ConversationStatus = Literal["open", "waiting", "done"]
MessageStatus = Literal["received", "queued", "sending", "sent", "rejected", "unknown"]
SenderKind = Literal["contact", "member", "flow", "phone"]
Source = Literal["instagram", "web", "api"]
RunState = Literal["running", "waiting", "completed", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class User:
    """A person with a login; `workspace_id` and `role` are their one membership."""

    id: str
    workspace_id: str
    role: Role
    name: str
    email: str
    password_hash: str = field(repr=False)
    avatar_url: str | None
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in: the family of its refresh tokens, and its browser cookie. Only fingerprints are kept."""

    id: str
    user_id: str
    workspace_id: str
    cookie_hash: str = field(repr=False)
    refresh_hash: str = field(repr=False)
    user_agent: str
    address: str
    created_at: dt.datetime
    expires_at: dt.datetime
    revoked_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """A connected Instagram professional account; `sealed_token` is ciphertext of `kit.crypto.Vault`."""

    id: str
    workspace_id: str
    user_id: str
    ig_user_id: str
    ig_scoped_id: str
    username: str
    name: str
    picture_url: str | None
    state: AccountState
    sealed_token: str = field(repr=False)
    token_expires_at: dt.datetime | None
    connected_at: dt.datetime
    state_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow's draft and its settings. `graph` is `{nodes, edges, viewport}` as React Flow writes it."""

    id: str
    workspace_id: str
    name: str
    category: str
    status: FlowStatus
    priority: int
    reentry: Json
    graph: Json
    revision: int
    published_version: int | None
    created_at: dt.datetime
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class FlowVersion:
    """What was published: immutable."""

    id: str
    flow_id: str
    workspace_id: str
    number: int
    name: str
    graph: Json
    author_id: str | None
    note: str
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class FlowHead:
    """What the worker needs of an active flow without its graph (fetch that by `version_id`, it never changes)."""

    flow_id: str
    version_id: str
    name: str
    priority: int
    reentry: Json
    created_at: dt.datetime


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


@dataclass(frozen=True, slots=True)
class Conversation:
    """The thread of one contact with one account."""

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


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation with its contact, as every list shows it."""

    conversation: Conversation
    contact: Contact


@dataclass(frozen=True, slots=True)
class Message:
    """One message, and for outgoing ones its place in the outbox (`status`, `not_before`, `attempts`).

    `extras` holds what the channel needs beside the text: `{quickReplies, buttons, typingSeconds, tag}`.
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
class NewEvent:
    """Something that happened, not yet stored. `natural_key` is unique per account: what it is, not which delivery."""

    id: str
    ig_user_id: str
    igsid: str | None
    kind: str
    natural_key: str
    payload: Json
    at: dt.datetime
    received_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Event:
    """A stored event. `decision` is the record of every candidate flow; `error` says why handling failed."""

    id: str
    seq: int
    workspace_id: str
    account_id: str
    lane: str
    kind: str
    natural_key: str
    payload: Json
    at: dt.datetime
    received_at: dt.datetime
    state: Literal["pending", "handled", "failed"]
    attempts: int
    handled_at: dt.datetime | None = None
    decision: Json | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run of a flow version for one conversation; `data` is the engine's own state, `trace` its steps so far."""

    id: str
    workspace_id: str
    conversation_id: str
    lane: str
    flow_id: str
    version_id: str
    state: RunState
    waiting_for: Literal["reply", "time", "result", "profile"] | None
    wake_at: dt.datetime | None
    rev: int
    data: Json
    trace: list[Json]
    event_id: str | None
    error: str | None
    started_at: dt.datetime
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class OpenSend:
    """An outgoing message whose end is not known: being sent now, or `unknown`."""

    message_id: str
    status: MessageStatus
    text: str


@dataclass(frozen=True, slots=True)
class Work:
    """One leased lane with everything its handling needs, read in one go.

    `waiting_runs` are those that are not in `due_runs`, oldest first, among them those that wait for a `result`.
    `known_mids` tells, of the `mid` in the events' payloads, the message that has it. `open_sends` are the newest 20.
    """

    lane: str
    account: Account
    igsid: str
    events: list[Event]
    due_runs: list[RunRecord]
    waiting_runs: list[RunRecord]
    contact: Contact | None
    conversation: Conversation | None
    known_mids: dict[str, str]
    open_sends: list[OpenSend]


@dataclass(frozen=True, slots=True)
class HandledEvent:
    """How an event ended: handled, failed with a reason, or to be tried again at `retry_at`."""

    event_id: str
    decision: Json | None = None
    error: str | None = None
    retry_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class MessageChange:
    """What an event changes of a stored message (echo, unsend, edit)."""

    message_id: str
    status: MessageStatus | None = None
    mid: str | None = None
    text: str | None = None
    drop_attachments: bool = False


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Everything the handling of one lane changed, stored in one transaction if the lease still holds.

    `contact` and `conversation` are whole rows to insert or update (None: unchanged); `runs` are whole rows, one for
    each run, inserted when `rev` is 0 and otherwise updated where the stored rev is `rev - 1`.

    People change the same conversation meanwhile, so an update stores `last_*`, `window_expires_at` and `updated_at`
    alone: `unread_count` grows by the incoming `messages` (on insert too, whatever the row says), `paused_until` only
    moves later, `status` and `assignee_id` stay. A contact keeps a profile fetched since it was read. A message whose
    mid the account already has is left out, and a change leaves such a mid to the other message.
    """

    lane: str
    owner: str
    handled: list[HandledEvent]
    contact: Contact | None = None
    conversation: Conversation | None = None
    messages: list[Message] = field(default_factory=list)
    message_changes: list[MessageChange] = field(default_factory=list)
    runs: list[RunRecord] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Send:
    """A claimed outgoing message and what its call needs."""

    message: Message
    account: Account
    igsid: str
    conversation: Conversation


@dataclass(frozen=True, slots=True)
class SendResult:
    """How a claimed send ended. `queued` means provably unsent: try again at `not_before`."""

    message_id: str
    owner: str
    status: Literal["sent", "rejected", "unknown", "queued"]
    mid: str | None = None
    error_code: str | None = None
    error_text: str | None = None
    not_before: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Up to `limit` records and the cursor of what follows."""

    data: list[T]
    next_cursor: str | None
