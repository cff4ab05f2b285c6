"""What the runtime moves: events in, runs, messages out.

`lane` names a conversation before it exists: `<account id>:<IGSID>`. Events of one lane are handled in order.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

from instantchat.store.records.accounts import Account
from instantchat.store.records.base import Json
from instantchat.store.records.inbox import Contact, Conversation, ConversationStatus, Message, MessageStatus, Note

RunState = Literal["running", "waiting", "completed", "failed", "cancelled"]


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
class Enqueued:
    """A message in the outbox, and the runs that taking the conversation over cancelled."""

    message: Message
    cancelled: list[RunRecord] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Resent:
    """A message that took the place of one which did not arrive, or may not have; `is_new`: just now, by a member who
    `cancelled` these runs by it."""

    message: Message
    before: Message
    is_new: bool
    cancelled: list[RunRecord] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class OpenSend:
    """An outgoing message whose end is not known: being sent now, or `unknown`. Reactions and replies to comments are
    none: no echo tells of them. `tried_at` is when its last call began."""

    message_id: str
    status: MessageStatus
    text: str
    tried_at: dt.datetime | None = None


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
    known_mids: dict[str, Message]
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
    """What an event changes of a stored message (echo, unsend, edit, reaction, seen); `extras` are all it has then.

    `forget` also takes what the message said out of the event that brought it and the runs that heard it.
    """

    message_id: str
    status: MessageStatus | None = None
    mid: str | None = None
    text: str | None = None
    drop_attachments: bool = False
    extras: Json | None = None
    forget: bool = False


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Everything the handling of one lane changed, stored in one transaction if the lease still holds.

    `contact` and `conversation` are whole rows to insert or update (None: unchanged); `runs` are whole rows, one for
    each run, inserted when `rev` is 0 and otherwise updated where the stored rev is `rev - 1`.

    People change the same conversation meanwhile, so an update stores `last_*`, `window_expires_at`, `disclosed_at` and
    `updated_at` alone: `unread_count` grows by the incoming `messages` that are not unsent (on insert too, whatever the
    row says), `paused_until`, `heard_at` and `answered_at` only move later, `starts` is added to what is stored, the
    later moment of a flow winning, and the status and the assignee stay, unless `status` and `assign` say otherwise. A
    contact keeps a profile fetched since it was read. A message whose mid the account already has is left out, and a
    change leaves such a mid to the other message.
    `forgotten` are ids of events of which nothing is kept but that what they brought was unsent.
    """

    lane: str
    owner: str
    handled: list[HandledEvent]
    contact: Contact | None = None
    conversation: Conversation | None = None
    messages: list[Message] = field(default_factory=list)
    message_changes: list[MessageChange] = field(default_factory=list)
    runs: list[RunRecord] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    assign: str | None = None
    status: ConversationStatus | None = None
    forgotten: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Send:
    """A claimed outgoing message and what its call needs; `opted_out_at` is the contact's."""

    message: Message
    account: Account
    igsid: str
    conversation: Conversation
    opted_out_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class SendResult:
    """How a claimed send ended. `queued` means provably unsent: try again at `not_before`. `is_untried`: no call was
    made, so it counts as no attempt. `look_at`: when the conversation is to be read for what became of an `unknown`."""

    message_id: str
    owner: str
    status: Literal["sent", "rejected", "unknown", "queued"]
    mid: str | None = None
    error_code: str | None = None
    error_text: str | None = None
    not_before: dt.datetime | None = None
    is_untried: bool = False
    look_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class UnknownSend:
    """A message of which nobody knows whether it went out, and what reading about it needs. `tried_at` is when its call
    began."""

    message: Message
    account: Account
    igsid: str
    tried_at: dt.datetime
