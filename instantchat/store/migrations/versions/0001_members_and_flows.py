"""Members, accounts and flows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import BigInteger, Column, Integer, PrimaryKeyConstraint, String, Text

revision = "0001"
down_revision = None


def upgrade() -> None:
    _workspaces()
    _users()
    _sessions()
    _accounts()
    _oauth_nonces()
    _flows()
    _flow_versions()


def _workspaces() -> None:
    op.create_table(
        "workspaces",
        Column("workspace_id", String(), nullable=False),
        Column("name", Text(), nullable=False),
        Column("created_at", BigInteger(), nullable=False),
        PrimaryKeyConstraint("workspace_id"),
    )


def _users() -> None:
    op.create_table(
        "users",
        Column("id", String(), nullable=False),
        Column("workspace_id", String(), nullable=False),
        Column("role", String(), nullable=False),
        Column("name", Text(), nullable=False),
        Column("email", String(), nullable=False),
        Column("email_key", String(), nullable=False),
        Column("password_hash", String(), nullable=False),
        Column("avatar_url", String(), nullable=True),
        Column("created_at", BigInteger(), nullable=False),
        PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_users_workspace", "users", ["workspace_id"])
    op.create_index("ux_users_email", "users", ["email_key"], unique=True)


def _sessions() -> None:
    op.create_table(
        "sessions",
        Column("id", String(), nullable=False),
        Column("user_id", String(), nullable=False),
        Column("workspace_id", String(), nullable=False),
        Column("cookie_hash", String(), nullable=False),
        Column("refresh_hash", String(), nullable=False),
        Column("rotated", Text(), nullable=False),
        Column("user_agent", Text(), nullable=False),
        Column("address", String(), nullable=False),
        Column("created_at", BigInteger(), nullable=False),
        Column("expires_at", BigInteger(), nullable=False),
        Column("revoked_at", BigInteger(), nullable=True),
        PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_sessions_user", "sessions", ["user_id"])
    op.create_index("ux_sessions_cookie", "sessions", ["cookie_hash"], unique=True)


def _accounts() -> None:
    op.create_table(
        "accounts",
        Column("id", String(), nullable=False),
        Column("workspace_id", String(), nullable=False),
        Column("user_id", String(), nullable=False),
        Column("ig_user_id", String(), nullable=False),
        Column("ig_scoped_id", String(), nullable=False),
        Column("username", String(), nullable=False),
        Column("name", Text(), nullable=False),
        Column("picture_url", String(), nullable=True),
        Column("state", String(), nullable=False),
        Column("sealed_token", String(), nullable=False),
        Column("token_expires_at", BigInteger(), nullable=True),
        Column("connected_at", BigInteger(), nullable=False),
        Column("state_reason", Text(), nullable=True),
        PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_accounts_ig_user", "accounts", ["ig_user_id"])
    op.create_index("ix_accounts_workspace", "accounts", ["workspace_id", "connected_at"])
    _partial("ux_accounts_live", "accounts", ["ig_user_id"], "state <> 'disconnected'", unique=True)


def _oauth_nonces() -> None:
    op.create_table(
        "oauth_nonces",
        Column("nonce", String(), nullable=False),
        Column("workspace_id", String(), nullable=False),
        Column("user_id", String(), nullable=False),
        Column("expires_at", BigInteger(), nullable=False),
        PrimaryKeyConstraint("nonce"),
    )
    op.create_index("ix_oauth_nonces_expiry", "oauth_nonces", ["expires_at"])


def _flows() -> None:
    op.create_table(
        "flows",
        Column("id", String(), nullable=False),
        Column("workspace_id", String(), nullable=False),
        Column("name", Text(), nullable=False),
        Column("name_key", Text(), nullable=False),
        Column("category", Text(), nullable=False),
        Column("status", String(), nullable=False),
        Column("priority", Integer(), nullable=False),
        Column("reentry", Text(), nullable=False),
        Column("graph", Text(), nullable=False),
        Column("revision", Integer(), nullable=False),
        Column("published_version", Integer(), nullable=True),
        Column("created_at", BigInteger(), nullable=False),
        Column("updated_at", BigInteger(), nullable=False),
        Column("deleted_at", BigInteger(), nullable=True),
        PrimaryKeyConstraint("id"),
    )
    _partial("ix_flows_active", "flows", ["workspace_id"], "status = 'active' AND deleted_at IS NULL")
    _partial("ix_flows_changed", "flows", ["workspace_id", "updated_at", "id"], "deleted_at IS NULL")
    _partial("ux_flows_name", "flows", ["workspace_id", "name_key"], "deleted_at IS NULL", unique=True)


def _flow_versions() -> None:
    op.create_table(
        "flow_versions",
        Column("id", String(), nullable=False),
        Column("flow_id", String(), nullable=False),
        Column("workspace_id", String(), nullable=False),
        Column("number", Integer(), nullable=False),
        Column("name", Text(), nullable=False),
        Column("graph", Text(), nullable=False),
        Column("author_id", String(), nullable=True),
        Column("note", Text(), nullable=False),
        Column("created_at", BigInteger(), nullable=False),
        PrimaryKeyConstraint("id"),
    )
    op.create_index("ux_flow_versions_number", "flow_versions", ["flow_id", "number"], unique=True)


def _partial(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
