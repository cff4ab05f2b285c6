"""Contacts, conversations, messages and notes; a message row is also its place in the outbox."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Index, String
from sqlmodel import Field, SQLModel

from instantchat.store.sql.tables import only_when, partial, table_of
from instantchat.store.sql.types import FreeText, JsonText, Moment


class ContactRow(SQLModel, table=True):
    """A person who wrote to an account; `search` is name and user name without case."""

    __tablename__ = "contacts"
    __table_args__ = (
        Index("ux_contacts_igsid", "igsid", "account_id", unique=True),
        Index("ix_contacts_account", "account_id"),
        Index("ix_contacts_workspace", "workspace_id", "created_at", "id"),
    )

    id: str = Field(primary_key=True)
    workspace_id: str
    account_id: str
    igsid: str
    name: str | None = Field(sa_type=FreeText)
    username: str | None = Field(sa_type=FreeText)
    picture_url: str | None
    profile_at: dt.datetime | None = Field(sa_type=Moment)
    tags: Any = Field(sa_type=JsonText, nullable=False)
    fields_: Any = Field(sa_type=JsonText, nullable=False, sa_column_kwargs={"name": "fields", "key": "fields"})
    variables: Any = Field(sa_type=JsonText, nullable=False)
    search: str = Field(sa_type=FreeText)
    created_at: dt.datetime = Field(sa_type=Moment)
    updated_at: dt.datetime = Field(sa_type=Moment)
    opted_out_at: dt.datetime | None = Field(sa_type=Moment)


class ConversationRow(SQLModel, table=True):
    """A thread; `active_at` orders the list (last message, else creation) and `search` copies the contact's."""

    __tablename__ = "conversations"
    __table_args__ = (
        Index("ux_conversations_lane", "lane", unique=True),
        Index("ix_conversations_active", "workspace_id", "active_at", "id"),
        Index("ix_conversations_status", "workspace_id", "status", "active_at", "id"),
        partial("ix_conversations_unread", "workspace_id", "unread_count", where="unread_count > 0"),
    )

    id: str = Field(primary_key=True)
    workspace_id: str
    account_id: str
    contact_id: str
    lane: str
    last_text: str = Field(sa_type=FreeText)
    last_at: dt.datetime | None = Field(sa_type=Moment)
    last_direction: str | None
    unread_count: int
    status: str
    assignee_id: str | None
    paused_until: dt.datetime | None = Field(sa_type=Moment)
    window_expires_at: dt.datetime | None = Field(sa_type=Moment)
    active_at: dt.datetime = Field(sa_type=Moment)
    search: str = Field(sa_type=FreeText)
    created_at: dt.datetime = Field(sa_type=Moment)
    updated_at: dt.datetime = Field(sa_type=Moment)
    heard_at: dt.datetime | None = Field(sa_type=Moment)
    starts: Any = Field(sa_type=JsonText, nullable=False, sa_column_kwargs={"server_default": "{}"})
    answered_at: dt.datetime | None = Field(sa_type=Moment)
    disclosed_at: dt.datetime | None = Field(sa_type=Moment)


class MessageRow(SQLModel, table=True):
    """A message; `claim_owner` and `claim_until` are set while it is `sending`, `queued_in` and `open_in` are the
    conversation while it is queued, and while its end is not known. `tried_at` is when it was claimed last, `look_at`
    when to read what became of an `unknown` one."""

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_thread", "conversation_id", "created_at", "id"),
        partial("ux_messages_mid", "mid", "account_id", where="mid IS NOT NULL", unique=True),
        partial(
            "ux_messages_idempotency",
            "workspace_id",
            "idempotency_key",
            where="idempotency_key IS NOT NULL",
            unique=True,
        ),
        partial("ix_messages_queued", "account_id", "created_at", "id", where="status = 'queued'"),
        partial("ix_messages_queued_in", "queued_in", "created_at", "id", where="queued_in IS NOT NULL"),
        partial("ix_messages_open_in", "open_in", where="open_in IS NOT NULL"),
        partial("ix_messages_later", "not_before", where="not_before IS NOT NULL"),
        partial("ix_messages_claimed", "claim_until", where="claim_until IS NOT NULL"),
        partial("ix_messages_look", "look_at", where="look_at IS NOT NULL"),
    )

    id: str = Field(primary_key=True)
    workspace_id: str
    account_id: str
    conversation_id: str
    direction: str
    source: str
    sender_kind: str
    sender_id: str | None
    text: str = Field(sa_type=FreeText)
    attachments: Any = Field(sa_type=JsonText, nullable=False)
    extras: Any = Field(sa_type=JsonText, nullable=False)
    status: str
    created_at: dt.datetime = Field(sa_type=Moment)
    mid: str | None
    error_code: str | None
    error_text: str | None = Field(sa_type=FreeText)
    event_id: str | None
    run_id: str | None
    idempotency_key: str | None
    not_before: dt.datetime | None = Field(sa_type=Moment)
    attempts: int
    claim_owner: str | None
    claim_until: dt.datetime | None = Field(sa_type=Moment)
    tried_at: dt.datetime | None = Field(sa_type=Moment)
    look_at: dt.datetime | None = Field(sa_type=Moment)
    queued_in: str | None = Field(sa_column=only_when("status = 'queued'", "conversation_id", String()))
    open_in: str | None = Field(
        sa_column=only_when("status = 'sending' OR status = 'unknown'", "conversation_id", String())
    )


class NoteRow(SQLModel, table=True):
    """What members see in a thread, and its contact does not."""

    __tablename__ = "notes"
    __table_args__ = (Index("ix_notes_thread", "conversation_id", "created_at", "id"),)

    id: str = Field(primary_key=True)
    workspace_id: str
    conversation_id: str
    kind: str
    author_kind: str
    author_id: str | None
    text: str = Field(sa_type=FreeText)
    created_at: dt.datetime = Field(sa_type=Moment)
    run_id: str | None


contacts = table_of(ContactRow)
conversations = table_of(ConversationRow)
messages = table_of(MessageRow)
notes = table_of(NoteRow)
