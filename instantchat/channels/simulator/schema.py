"""The tables of the simulator's file, and how a file of an earlier version gets what it lacks."""

from __future__ import annotations

import sqlite3

_TABLES = """
CREATE TABLE IF NOT EXISTS accounts (
    user_id TEXT PRIMARY KEY, app_scoped_id TEXT NOT NULL UNIQUE, username TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    account_type TEXT NOT NULL, subscribed_fields TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS customers (
    igsid TEXT PRIMARY KEY, username TEXT NOT NULL UNIQUE, name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS codes (
    code TEXT PRIMARY KEY, user_id TEXT NOT NULL, redirect_uri TEXT NOT NULL, scopes TEXT NOT NULL,
    expires_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS tokens (
    token TEXT PRIMARY KEY, user_id TEXT NOT NULL, is_long INTEGER NOT NULL, issued_at REAL NOT NULL,
    expires_at REAL NOT NULL, is_revoked INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, mid TEXT NOT NULL UNIQUE, user_id TEXT NOT NULL, igsid TEXT NOT NULL,
    direction TEXT NOT NULL, body TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS messages_of_thread ON messages (user_id, igsid, seq);
CREATE TABLE IF NOT EXISTS threads (
    user_id TEXT NOT NULL, igsid TEXT NOT NULL, customer_wrote_at REAL NOT NULL, PRIMARY KEY (user_id, igsid));
CREATE TABLE IF NOT EXISTS relations (
    user_id TEXT NOT NULL, igsid TEXT NOT NULL, follows INTEGER NOT NULL DEFAULT 1,
    blocks INTEGER NOT NULL DEFAULT 0, is_hidden INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (user_id, igsid));
CREATE TABLE IF NOT EXISTS posts (
    id TEXT PRIMARY KEY, user_id TEXT NOT NULL, kind TEXT NOT NULL, caption TEXT NOT NULL, ad_title TEXT NOT NULL,
    asset_id TEXT NOT NULL, at REAL NOT NULL, ended_at REAL);
CREATE INDEX IF NOT EXISTS posts_of_account ON posts (user_id, at);
CREATE TABLE IF NOT EXISTS comments (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, media_id TEXT NOT NULL, user_id TEXT NOT NULL,
    author_id TEXT NOT NULL, username TEXT NOT NULL, text TEXT NOT NULL, parent_id TEXT, at REAL NOT NULL,
    is_hidden INTEGER NOT NULL DEFAULT 0, private_reply TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS comments_of_post ON comments (media_id, seq);
CREATE TABLE IF NOT EXISTS assets (
    id TEXT PRIMARY KEY, signature TEXT NOT NULL, kind TEXT NOT NULL, source TEXT NOT NULL DEFAULT '',
    expires_at REAL);
CREATE TABLE IF NOT EXISTS profiles (
    user_id TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (user_id, field));
CREATE TABLE IF NOT EXISTS held_threads (
    user_id TEXT NOT NULL, igsid TEXT NOT NULL, PRIMARY KEY (user_id, igsid));
CREATE TABLE IF NOT EXISTS welcome_flows (
    id TEXT PRIMARY KEY, user_id TEXT NOT NULL, name TEXT NOT NULL, flow TEXT NOT NULL, updated_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, lane TEXT NOT NULL, kind TEXT NOT NULL, body BLOB NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending', attempts INTEGER NOT NULL DEFAULT 0, next_at REAL NOT NULL,
    status INTEGER, error TEXT, created_at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (state, next_at);
"""
_LATER_COLUMNS = (
    ("accounts", "allows_messages", "INTEGER NOT NULL DEFAULT 1"),
    ("accounts", "is_tester", "INTEGER NOT NULL DEFAULT 1"),
    ("accounts", "is_facebook", "INTEGER NOT NULL DEFAULT 0"),
    ("tokens", "kind", "TEXT NOT NULL DEFAULT ''"),
    ("deliveries", "signer", "TEXT NOT NULL DEFAULT 'instagram'"),
    ("threads", "ends_at", "REAL"),
    ("threads", "consented", "INTEGER NOT NULL DEFAULT 1"),
)


def prepare(connection: sqlite3.Connection) -> None:
    """Create what is missing; what is there stays."""
    connection.executescript(_TABLES)
    for table, column, kind in _LATER_COLUMNS:
        known = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
        if column not in known:
            connection.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
