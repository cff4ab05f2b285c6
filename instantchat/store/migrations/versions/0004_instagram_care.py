"""When tokens are refreshed, what owners allowed, and what people asked to have deleted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import BigInteger, Column, Integer, PrimaryKeyConstraint, String, UniqueConstraint

revision = "0004"
down_revision = "0003"

_TEN_DAYS = 10 * 86_400_000_000


def upgrade() -> None:
    _accounts()
    _deletions()
    op.create_index("ix_contacts_account", "contacts", ["account_id"])


def _accounts() -> None:
    op.add_column("accounts", Column("refresh_at", BigInteger(), nullable=True))
    op.add_column("accounts", Column("scopes", String(), nullable=False, server_default=""))
    living = "state <> 'disconnected' AND state <> 'reauth_needed'"
    op.execute(f"UPDATE accounts SET refresh_at = token_expires_at - {_TEN_DAYS} WHERE {living}")  # noqa: S608 - ours
    op.create_index("ix_accounts_ig_scoped", "accounts", ["ig_scoped_id"])
    _partial("ix_accounts_refresh", "accounts", ["refresh_at"], "refresh_at IS NOT NULL")


def _deletions() -> None:
    op.create_table(
        "data_deletions",
        Column("code", String(), nullable=False),
        Column("workspace_id", String(), nullable=False),
        Column("request_key", String(), nullable=False),
        Column("state", String(), nullable=False),
        Column("received_at", BigInteger(), nullable=False),
        Column("rows", Integer(), nullable=False),
        Column("done_at", BigInteger(), nullable=True),
        PrimaryKeyConstraint("code"),
        UniqueConstraint("request_key"),
    )
    _partial("ix_data_deletions_open", "data_deletions", ["received_at"], "done_at IS NULL")


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
