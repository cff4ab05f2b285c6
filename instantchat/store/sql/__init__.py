"""The SQL adapter: one implementation for SQLite and PostgreSQL, SQLAlchemy Core run in threads."""
