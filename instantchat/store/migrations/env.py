"""Alembic's entry: migrates through the connection that `store.sql.schema` passes, within its transaction."""

from __future__ import annotations

from alembic import context

from instantchat.store.sql.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata(),
    render_as_batch=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
