"""What a workspace decided for each of its Instagram accounts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("accounts", Column("rules", sa.Text(), nullable=False, server_default="{}"))
