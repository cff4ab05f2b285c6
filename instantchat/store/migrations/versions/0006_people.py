"""When a person last answered in a conversation, and when automation was last disclosed there."""

from alembic import op
from sqlalchemy import BigInteger, Column

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("conversations", Column("answered_at", BigInteger(), nullable=True))
    op.add_column("conversations", Column("disclosed_at", BigInteger(), nullable=True))
