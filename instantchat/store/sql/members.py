"""Workspaces, people, sign-ins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from instantchat.store import records as r
from instantchat.store.ports import Rotation
from instantchat.store.sql.database import Database
from instantchat.store.sql.dialect import insert, is_new, name_of
from instantchat.store.sql.rows import SESSIONS, USERS
from instantchat.store.sql.tables import metadata
from instantchat.store.sql.tables.accounts import nonces
from instantchat.store.sql.tables.members import sessions, users, workspaces

LISTED = 200
KEPT_FINGERPRINTS = 100
CHANGEABLE = {"name", "avatar_url", "password_hash"}


class SqlMembers:
    """`ports.MemberStore` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create_user(self, user: r.User, workspace_name: str) -> bool:
        return await self._database.write(_create_user, user, workspace_name)

    async def user(self, user_id: str) -> r.User | None:
        return await self._database.read(USERS.first, users.c.id == user_id)

    async def user_by_email(self, email: str) -> r.User | None:
        return await self._database.read(USERS.first, users.c.email_key == email.casefold())

    async def members(self, workspace_id: str) -> list[r.User]:
        return await self._database.read(_members, workspace_id)

    async def update_user(self, user_id: str, changes: Mapping[str, Any]) -> r.User | None:
        return await self._database.write(_update_user, user_id, changes)

    async def delete_user(self, user_id: str) -> None:
        await self._database.write(_delete_user, user_id)

    async def create_session(self, session: r.Session) -> None:
        await self._database.write(_create_session, session)

    async def session(self, session_id: str) -> r.Session | None:
        return await self._database.read(SESSIONS.first, sessions.c.id == session_id)

    async def session_by_cookie(self, cookie_hash: str) -> tuple[r.Session, r.User] | None:
        return await self._database.read(_session_user, sessions.c.cookie_hash == cookie_hash)

    async def session_user(self, session_id: str) -> tuple[r.Session, r.User] | None:
        return await self._database.read(_session_user, sessions.c.id == session_id)

    async def rotate_refresh(self, session_id: str, old_hash: str, new_hash: str, now: dt.datetime) -> Rotation:
        return await self._database.write(_rotate, session_id, old_hash, new_hash, now)

    async def revoke_session(self, session_id: str, now: dt.datetime) -> None:
        await self._database.write(_revoke, sessions.c.id == session_id, now)

    async def revoke_user_sessions(self, user_id: str, now: dt.datetime) -> None:
        await self._database.write(_revoke, sessions.c.user_id == user_id, now)


def _create_user(connection: Connection, user: r.User, workspace_name: str) -> bool:
    row = USERS.values(user, email_key=user.email.casefold())
    statement = insert(name_of(connection), users).on_conflict_do_nothing(index_elements=["email_key"])
    if not is_new(connection, statement, row):
        return False
    workspace = {"workspace_id": user.workspace_id, "name": workspace_name, "created_at": user.created_at}
    connection.execute(insert(name_of(connection), workspaces).on_conflict_do_nothing().values(workspace))
    return True


def _members(connection: Connection, workspace_id: str) -> list[r.User]:
    query = USERS.select().where(users.c.workspace_id == workspace_id)
    return USERS.build(connection.execute(query.order_by(users.c.created_at, users.c.id).limit(LISTED)))


def _update_user(connection: Connection, user_id: str, changes: Mapping[str, Any]) -> r.User | None:
    if unknown := set(changes) - CHANGEABLE:
        raise ValueError(f"these cannot be changed: {sorted(unknown)}")
    if changes:
        connection.execute(update(users).where(users.c.id == user_id).values(**changes))
    return USERS.first(connection, users.c.id == user_id)


def _delete_user(connection: Connection, user_id: str) -> None:
    user = USERS.first(connection, users.c.id == user_id)
    if user is None:
        return
    for table in (sessions, nonces):
        connection.execute(delete(table).where(table.c.user_id == user_id))
    connection.execute(delete(users).where(users.c.id == user_id))
    # Locked, so that of two last users leaving at once one sees the other gone.
    workspace = workspaces.c.workspace_id == user.workspace_id
    connection.execute(select(workspaces.c.workspace_id).where(workspace).with_for_update())
    left = select(func.count()).select_from(users).where(users.c.workspace_id == user.workspace_id)
    if connection.execute(left).scalar_one() == 0:
        for table in metadata().sorted_tables:
            connection.execute(delete(table).where(table.c.workspace_id == user.workspace_id))


def _create_session(connection: Connection, session: r.Session) -> None:
    connection.execute(insert(name_of(connection), sessions).values(SESSIONS.values(session, rotated=[])))


def _session_user(connection: Connection, where: Any) -> tuple[r.Session, r.User] | None:
    query = SESSIONS.select(*USERS.columns).join_from(sessions, users, users.c.id == sessions.c.user_id)
    row = connection.execute(query.where(where)).first()
    return None if row is None else (SESSIONS.from_row(row), USERS.from_row(row, SESSIONS.width))


def _rotate(connection: Connection, session_id: str, old_hash: str, new_hash: str, now: dt.datetime) -> Rotation:
    t = sessions.c
    query = select(t.refresh_hash, t.rotated, t.expires_at, t.revoked_at).where(t.id == session_id)
    row = connection.execute(query.with_for_update()).first()
    if row is None or row.revoked_at is not None or row.expires_at <= now:
        return "invalid"
    if row.refresh_hash == old_hash:
        rotated = [*row.rotated, old_hash][-KEPT_FINGERPRINTS:]
        connection.execute(update(sessions).where(t.id == session_id).values(refresh_hash=new_hash, rotated=rotated))
        return "rotated"
    if old_hash in row.rotated:
        _revoke(connection, t.id == session_id, now)
        return "reused"
    return "invalid"


def _revoke(connection: Connection, where: Any, now: dt.datetime) -> None:
    connection.execute(update(sessions).where(where, sessions.c.revoked_at.is_(None)).values(revoked_at=now))
