"""When accounts are checked for what webhooks missed, and when to read what became of unknown sends."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import BigInteger, Column

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    for name in ("reconcile_at", "reconciled_to", "found_at"):
        op.add_column("accounts", Column(name, BigInteger(), nullable=True))
    op.execute("UPDATE accounts SET reconcile_at = 0 WHERE rules LIKE '%reconcile%true%'")
    _partial("ix_accounts_reconcile", "accounts", "reconcile_at")
    for name in ("tried_at", "look_at"):
        op.add_column("messages", Column(name, BigInteger(), nullable=True))
    _partial("ix_messages_look", "messages", "look_at")


def _partial(name: str, table: str, column: str) -> None:
    where = sa.text(f"{column} IS NOT NULL")
    op.create_index(name, table, [column], sqlite_where=where, postgresql_where=where)
