"""Connected Instagram accounts."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Connection, Select, bindparam, delete, func, null, or_, select, update

from instantchat.kit.clock import Clock
from instantchat.store import records as r
from instantchat.store.sql.database import Database
from instantchat.store.sql.dialect import NOW, insert, name_of
from instantchat.store.sql.rows import ACCOUNTS, padded
from instantchat.store.sql.tables.accounts import accounts, nonces
from instantchat.store.sql.tables.members import users
from instantchat.store.sql.types import Moment

LISTED = 100
REFRESHED = {"refresh_at", "sealed_token", "token_expires_at", "state", "state_reason"}


def _due(column: Column[Any], *where: Any) -> Select[Any]:
    """The accounts whose time has come, the longest due first."""
    due = select(accounts.c.id).where(column.is_not(null()), column <= NOW, *where)
    return due.order_by(column).limit(bindparam("count")).with_for_update(skip_locked=True)


DUE_REFRESHES = _due(accounts.c.refresh_at)
DUE_RECONCILES = _due(accounts.c.reconcile_at, accounts.c.state.in_(["ok", "expiring"]))


class SqlAccounts:
    """`ports.AccountStore` over SQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def put_nonce(self, nonce: str, user_id: str, expires_at: dt.datetime) -> None:
        await self._database.write(_put_nonce, nonce, user_id, expires_at, self._clock.now())

    async def take_nonce(self, nonce: str, user_id: str, now: dt.datetime) -> bool:
        return await self._database.write(_take_nonce, nonce, user_id, now)

    async def connect(self, account: r.Account) -> r.Account | None:
        return await self._database.write(_connect, account)

    async def accounts(self, workspace_id: str) -> list[r.Account]:
        return await self._database.read(_accounts, workspace_id)

    async def account(self, workspace_id: str, account_id: str) -> r.Account | None:
        t = accounts.c
        return await self._database.read(ACCOUNTS.first, t.id == account_id, t.workspace_id == workspace_id)

    async def set_state(self, account_id: str, state: r.AccountState, reason: str | None) -> r.Account | None:
        return await self._database.write(_set_state, account_id, state, reason)

    async def set_rules(self, workspace_id: str, account_id: str, rules: r.Json) -> r.Account | None:
        return await self._database.write(_set_rules, workspace_id, account_id, rules, self._clock.now())

    async def connected(self, limit: int) -> list[r.Account]:
        return await self._database.read(_connected, limit)

    async def of_person(self, ig_id: str) -> list[r.Account]:
        return await self._database.read(of_person, ig_id)

    async def claim_refreshes(self, now: dt.datetime, until: dt.datetime, limit: int) -> list[r.Account]:
        return await self._database.write(_claim, DUE_REFRESHES, accounts.c.refresh_at, now, until, limit)

    async def settle_refresh(
        self, account: r.Account, changes: Mapping[str, Any], *, refresh_at: dt.datetime | None
    ) -> r.Account | None:
        return await self._database.write(_settle_refresh, account, {**changes, "refresh_at": refresh_at})

    async def claim_reconciles(self, now: dt.datetime, until: dt.datetime, limit: int) -> list[r.Account]:
        return await self._database.write(_claim, DUE_RECONCILES, accounts.c.reconcile_at, now, until, limit)

    async def settle_reconcile(
        self,
        account_id: str,
        *,
        reconcile_at: dt.datetime,
        reconciled_to: dt.datetime | None,
        found_at: dt.datetime | None,
    ) -> None:
        t = accounts.c
        values = {"reconcile_at": reconcile_at, "reconciled_to": reconciled_to, "found_at": found_at}
        known = {name: value for name, value in values.items() if value is not None}
        is_on = (t.id == account_id, t.reconcile_at.is_not(null()))
        await self._database.write(Connection.execute, update(accounts).where(*is_on).values(known))


def of_person(connection: Connection, ig_id: str, *, lock: bool = False) -> list[r.Account]:
    """The accounts with this id of either kind, oldest first."""
    t = accounts.c
    query = ACCOUNTS.select().where(or_(t.ig_user_id == ig_id, t.ig_scoped_id == ig_id)).order_by(t.connected_at, t.id)
    return ACCOUNTS.build(connection.execute(query.with_for_update() if lock else query))


def _put_nonce(connection: Connection, nonce: str, user_id: str, expires_at: dt.datetime, now: dt.datetime) -> None:
    connection.execute(delete(nonces).where(nonces.c.expires_at < now - dt.timedelta(days=1)))
    workspace = func.coalesce(select(users.c.workspace_id).where(users.c.id == user_id).scalar_subquery(), "")
    row = {"nonce": nonce, "user_id": user_id, "expires_at": expires_at, "workspace_id": workspace}
    connection.execute(insert(name_of(connection), nonces).values(row))


def _take_nonce(connection: Connection, nonce: str, user_id: str, now: dt.datetime) -> bool:
    t = nonces.c
    taken = connection.execute(delete(nonces).where(t.nonce == nonce, t.user_id == user_id, t.expires_at > now))
    return taken.rowcount == 1


def _connect(connection: Connection, account: r.Account) -> r.Account | None:
    """Two processes connecting the same account at once meet at the unique index; the later one then sees the first."""
    t = accounts.c
    same = ACCOUNTS.select().where(t.ig_user_id == account.ig_user_id).with_for_update()
    known = ACCOUNTS.build(connection.execute(same))
    if any(one.state != "disconnected" and one.workspace_id != account.workspace_id for one in known):
        return None
    ours = [one for one in known if one.workspace_id == account.workspace_id]
    if not ours:
        connection.execute(insert(name_of(connection), accounts).values(ACCOUNTS.values(account)))
        return account
    kept = min(ours, key=lambda one: one.state == "disconnected")
    checked = {name: getattr(kept, name) for name in ("reconcile_at", "reconciled_to", "found_at")}
    renewed = dataclasses.replace(account, id=kept.id, rules=kept.rules, **checked)
    connection.execute(update(accounts).where(t.id == kept.id).values(ACCOUNTS.values(renewed)))
    return renewed


def _accounts(connection: Connection, workspace_id: str) -> list[r.Account]:
    t = accounts.c
    query = ACCOUNTS.select().where(t.workspace_id == workspace_id).order_by(t.connected_at, t.id).limit(LISTED)
    return ACCOUNTS.build(connection.execute(query))


def _connected(connection: Connection, limit: int) -> list[r.Account]:
    t = accounts.c
    query = ACCOUNTS.select().where(t.state != "disconnected").order_by(t.connected_at, t.id).limit(limit)
    return ACCOUNTS.build(connection.execute(query))


def _set_state(connection: Connection, account_id: str, state: r.AccountState, reason: str | None) -> r.Account | None:
    """A disconnected account has no token, and another workspace may hold it by now: only `connect` brings it back."""
    values: dict[str, object] = {"state": state, "state_reason": reason}
    if state in ("disconnected", "reauth_needed"):
        values["refresh_at"] = None
    if state == "disconnected":
        values |= {"sealed_token": "", "token_expires_at": None}
    t = accounts.c
    connection.execute(update(accounts).where(t.id == account_id, t.state != "disconnected").values(values))
    return ACCOUNTS.first(connection, t.id == account_id)


def _set_rules(
    connection: Connection, workspace_id: str, account_id: str, rules: r.Json, now: dt.datetime
) -> r.Account | None:
    """Switching the check on makes it due at once; where it was on it keeps its time."""
    t = accounts.c
    ours = (t.id == account_id, t.workspace_id == workspace_id)
    reconcile_at = func.coalesce(t.reconcile_at, bindparam("now", now, Moment)) if rules.get("reconcile") else None
    connection.execute(update(accounts).where(*ours).values(rules=rules, reconcile_at=reconcile_at))
    return ACCOUNTS.first(connection, *ours)


def _claim(
    connection: Connection, due: Select[Any], column: Column[Any], now: dt.datetime, until: dt.datetime, limit: int
) -> list[r.Account]:
    t = accounts.c
    ids = list(connection.execute(due, {"now": now, "count": limit}).scalars())
    if not ids:
        return []
    connection.execute(update(accounts).where(t.id.in_(padded(ids))).values({column: until}))
    found = {one.id: one for one in ACCOUNTS.build(connection.execute(ACCOUNTS.select().where(t.id.in_(padded(ids)))))}
    return [found[account_id] for account_id in ids]


def _settle_refresh(connection: Connection, account: r.Account, values: Mapping[str, Any]) -> r.Account | None:
    if unknown := set(values) - REFRESHED:
        raise ValueError(f"these cannot be changed: {sorted(unknown)}")
    t = accounts.c
    same = (t.id == account.id, t.sealed_token == account.sealed_token, t.state != "disconnected")
    if connection.execute(update(accounts).where(*same).values(**values)).rowcount == 0:
        return None
    return ACCOUNTS.first(connection, t.id == account.id)
