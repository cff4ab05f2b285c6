"""What the whole engine needs: who may be written to until when, notes, schedules, and how old things are found."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import BigInteger, Column, Integer, PrimaryKeyConstraint, String, Text

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _contacts()
    _conversations()
    _notes()
    _schedules()
    _partial("ix_events_settled", "events", ["workspace_id", "received_at", "seq", "kind"], "state <> 'pending'")
    _partial("ix_runs_over", "runs", ["updated_at"], "state <> 'running' AND state <> 'waiting'")


def _contacts() -> None:
    op.add_column("contacts", Column("opted_out_at", BigInteger(), nullable=True))
    op.create_index("ix_contacts_workspace", "contacts", ["workspace_id", "created_at", "id"])


def _conversations() -> None:
    op.add_column("conversations", Column("heard_at", BigInteger(), nullable=True))
    op.add_column("conversations", Column("starts", Text(), nullable=False, server_default="{}"))
    op.execute("UPDATE conversations SET heard_at = window_expires_at - 86400000000")  # it was always heard + 24 h


def _notes() -> None:
    op.create_table(
        "notes",
        Column("id", String(), nullable=False),
        Column("workspace_id", String(), nullable=False),
        Column("conversation_id", String(), nullable=False),
        Column("kind", String(), nullable=False),
        Column("author_kind", String(), nullable=False),
        Column("author_id", String(), nullable=True),
        Column("text", Text(), nullable=False),
        Column("created_at", BigInteger(), nullable=False),
        Column("run_id", String(), nullable=True),
        PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_notes_thread", "notes", ["conversation_id", "created_at", "id"])


def _schedules() -> None:
    op.create_table(
        "schedules",
        Column("id", String(), nullable=False),
        Column("workspace_id", String(), nullable=False),
        Column("flow_id", String(), nullable=False),
        Column("version_id", String(), nullable=False),
        Column("node_id", Text(), nullable=False),
        Column("position", Integer(), nullable=False),
        Column("spec", Text(), nullable=False),
        Column("next_at", BigInteger(), nullable=False),
        Column("firing_at", BigInteger(), nullable=True),
        Column("cursor", String(), nullable=True),
        Column("due_at", BigInteger(), nullable=False),
        Column("lease_owner", String(), nullable=True),
        PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_schedules_due", "schedules", ["due_at"])
    op.create_index("ux_schedules_trigger", "schedules", ["flow_id", "node_id", "position"], unique=True)


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
