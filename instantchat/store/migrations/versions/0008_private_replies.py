"""Private replies are found by when they were tried: they are limited by the hour, over restarts too."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    where = sa.text("""extras LIKE '%"commentId":%'""")
    columns = ["account_id", "tried_at"]
    op.create_index("ix_messages_private", "messages", columns, sqlite_where=where, postgresql_where=where)
