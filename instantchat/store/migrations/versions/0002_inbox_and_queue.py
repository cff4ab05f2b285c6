"""Conversations, and what the runtime moves."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import BigInteger, Column, Computed, Integer, PrimaryKeyConstraint, String, Text

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _contacts()
    _conversations()
    _messages()
    _events()
    _runs()
    _lane_leases()
    _daily_counts()


def _contacts() -> None:
    op.create_table(
        "contacts",
        Column("id", String(), nullable=False),
        Column("workspace_id", String(), nullable=False),
        Column("account_id", String(), nullable=False),
        Column("igsid", String(), nullable=False),
        Column("name", Text(), nullable=True),
        Column("username", Text(), nullable=True),
        Column("picture_url", String(), nullable=True),
        Column("profile_at", BigInteger(), nullable=True),
        Column("tags", Text(), nullable=False),
        Column("fields", Text(), nullable=False),
        Column("variables", Text(), nullable=False),
        Column("search", Text(), nullable=False),
        Column("created_at", BigInteger(), nullable=False),
        Column("updated_at", BigInteger(), nullable=False),
        PrimaryKeyConstraint("id"),
    )
    op.create_index("ux_contacts_igsid", "contacts", ["igsid", "account_id"], unique=True)


def _conversations() -> None:
    op.create_table(
        "conversations",
        Column("id", String(), nullable=False),
        Column("workspace_id", String(), nullable=False),
        Column("account_id", String(), nullable=False),
        Column("contact_id", String(), nullable=False),
        Column("lane", String(), nullable=False),
        Column("last_text", Text(), nullable=False),
        Column("last_at", BigInteger(), nullable=True),
        Column("last_direction", String(), nullable=True),
        Column("unread_count", Integer(), nullable=False),
        Column("status", String(), nullable=False),
        Column("assignee_id", String(), nullable=True),
        Column("paused_until", BigInteger(), nullable=True),
        Column("window_expires_at", BigInteger(), nullable=True),
        Column("active_at", BigInteger(), nullable=False),
        Column("search", Text(), nullable=False),
        Column("created_at", BigInteger(), nullable=False),
        Column("updated_at", BigInteger(), nullable=False),
        PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_conversations_active", "conversations", ["workspace_id", "active_at", "id"])
    op.create_index("ix_conversations_status", "conversations", ["workspace_id", "status", "active_at", "id"])
    _partial("ix_conversations_unread", "conversations", ["workspace_id", "unread_count"], "unread_count > 0")
    op.create_index("ux_conversations_lane", "conversations", ["lane"], unique=True)


def _messages() -> None:
    op.create_table(
        "messages",
        Column("id", String(), nullable=False),
        Column("workspace_id", String(), nullable=False),
        Column("account_id", String(), nullable=False),
        Column("conversation_id", String(), nullable=False),
        Column("direction", String(), nullable=False),
        Column("source", String(), nullable=False),
        Column("sender_kind", String(), nullable=False),
        Column("sender_id", String(), nullable=True),
        Column("text", Text(), nullable=False),
        Column("attachments", Text(), nullable=False),
        Column("extras", Text(), nullable=False),
        Column("status", String(), nullable=False),
        Column("created_at", BigInteger(), nullable=False),
        Column("mid", String(), nullable=True),
        Column("error_code", String(), nullable=True),
        Column("error_text", Text(), nullable=True),
        Column("event_id", String(), nullable=True),
        Column("run_id", String(), nullable=True),
        Column("idempotency_key", String(), nullable=True),
        Column("not_before", BigInteger(), nullable=True),
        Column("attempts", Integer(), nullable=False),
        Column("claim_owner", String(), nullable=True),
        Column("claim_until", BigInteger(), nullable=True),
        Column(
            "queued_in",
            String(),
            Computed("CASE WHEN status = 'queued' THEN conversation_id END", persisted=True),
            nullable=True,
        ),
        Column(
            "open_in",
            String(),
            Computed("CASE WHEN status = 'sending' OR status = 'unknown' THEN conversation_id END", persisted=True),
            nullable=True,
        ),
        PrimaryKeyConstraint("id"),
    )
    _partial("ix_messages_claimed", "messages", ["claim_until"], "claim_until IS NOT NULL")
    _partial("ix_messages_later", "messages", ["not_before"], "not_before IS NOT NULL")
    _partial("ix_messages_open_in", "messages", ["open_in"], "open_in IS NOT NULL")
    _partial("ix_messages_queued", "messages", ["account_id", "created_at", "id"], "status = 'queued'")
    _partial("ix_messages_queued_in", "messages", ["queued_in", "created_at", "id"], "queued_in IS NOT NULL")
    op.create_index("ix_messages_thread", "messages", ["conversation_id", "created_at", "id"])
    _partial(
        "ux_messages_idempotency",
        "messages",
        ["workspace_id", "idempotency_key"],
        "idempotency_key IS NOT NULL",
        unique=True,
    )
    _partial("ux_messages_mid", "messages", ["mid", "account_id"], "mid IS NOT NULL", unique=True)


def _events() -> None:
    op.create_table(
        "events",
        Column("seq", BigInteger().with_variant(Integer(), "sqlite"), nullable=False),
        Column("id", String(), nullable=False),
        Column("workspace_id", String(), nullable=False),
        Column("account_id", String(), nullable=False),
        Column("lane", String(), nullable=False),
        Column("kind", String(), nullable=False),
        Column("natural_key", Text(), nullable=False),
        Column("payload", Text(), nullable=False),
        Column("at", BigInteger(), nullable=False),
        Column("received_at", BigInteger(), nullable=False),
        Column("state", String(), nullable=False),
        Column("attempts", Integer(), nullable=False),
        Column("not_before", BigInteger(), nullable=True),
        Column("handled_at", BigInteger(), nullable=True),
        Column("decision", Text(), nullable=True),
        Column("error", Text(), nullable=True),
        Column(
            "pending_in", String(), Computed("CASE WHEN state = 'pending' THEN lane END", persisted=True), nullable=True
        ),
        PrimaryKeyConstraint("seq"),
    )
    op.create_index("ix_events_lane", "events", ["lane", "seq"])
    _partial("ix_events_later", "events", ["not_before"], "not_before IS NOT NULL")
    _partial("ix_events_pending", "events", ["account_id", "seq"], "state = 'pending'")
    _partial("ix_events_pending_in", "events", ["pending_in", "seq"], "pending_in IS NOT NULL")
    op.create_index("ux_events_id", "events", ["id"], unique=True)
    op.create_index("ux_events_natural", "events", ["account_id", "natural_key"], unique=True)


def _runs() -> None:
    op.create_table(
        "runs",
        Column("id", String(), nullable=False),
        Column("workspace_id", String(), nullable=False),
        Column("conversation_id", String(), nullable=False),
        Column("lane", String(), nullable=False),
        Column("flow_id", String(), nullable=False),
        Column("version_id", String(), nullable=False),
        Column("state", String(), nullable=False),
        Column("waiting_for", String(), nullable=True),
        Column("wake_at", BigInteger(), nullable=True),
        Column("rev", Integer(), nullable=False),
        Column("data", Text(), nullable=False),
        Column("trace", Text(), nullable=False),
        Column("event_id", String(), nullable=True),
        Column("error", Text(), nullable=True),
        Column("started_at", BigInteger(), nullable=False),
        Column("updated_at", BigInteger(), nullable=False),
        Column(
            "due_at",
            BigInteger(),
            Computed("CASE WHEN state = 'waiting' AND waiting_for <> 'result' THEN wake_at END", persisted=True),
            nullable=True,
        ),
        Column(
            "call_at",
            BigInteger(),
            Computed("CASE WHEN state = 'waiting' AND waiting_for = 'result' THEN wake_at END", persisted=True),
            nullable=True,
        ),
        PrimaryKeyConstraint("id"),
    )
    _partial("ix_runs_calls", "runs", ["call_at"], "call_at IS NOT NULL")
    op.create_index("ix_runs_conversation", "runs", ["conversation_id", "started_at", "id"])
    _partial("ix_runs_due", "runs", ["due_at"], "due_at IS NOT NULL")
    _partial("ix_runs_waiting_lane", "runs", ["lane"], "state = 'waiting'")


def _lane_leases() -> None:
    op.create_table(
        "lane_leases",
        Column("lane", String(), nullable=False),
        Column("workspace_id", String(), nullable=False),
        Column("owner", String(), nullable=False),
        Column("lease_until", BigInteger(), nullable=False),
        PrimaryKeyConstraint("lane"),
    )
    op.create_index("ix_lane_leases_until", "lane_leases", ["lease_until"])


def _daily_counts() -> None:
    op.create_table(
        "daily_counts",
        Column("workspace_id", String(), nullable=False),
        Column("day", String(), nullable=False),
        Column("metric", String(), nullable=False),
        Column("count", Integer(), nullable=False),
        PrimaryKeyConstraint("workspace_id", "day", "metric"),
    )


def _partial(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
