"""The SQL backend as a whole."""

from __future__ import annotations

from sqlalchemy import Connection

from instantchat.kit.clock import Clock, SystemClock
from instantchat.store import ports
from instantchat.store.sql.accounts import SqlAccounts
from instantchat.store.sql.activity import SqlActivity
from instantchat.store.sql.database import Backend, Database
from instantchat.store.sql.deletions import SqlDeletions
from instantchat.store.sql.flows import SqlFlows
from instantchat.store.sql.inbox import SqlInbox
from instantchat.store.sql.members import SqlMembers
from instantchat.store.sql.queue import SqlQueue
from instantchat.store.sql.schedules import SqlSchedules
from instantchat.store.sql.schema import upgrade


class SqlStore:
    """`ports.Store` over SQLite or PostgreSQL. `clock` dates what the port passes no time for."""

    def __init__(self, backend: Backend, clock: Clock | None = None) -> None:
        clock = clock or SystemClock()
        self.database = Database(backend)
        self.members: ports.MemberStore = SqlMembers(self.database)
        self.accounts: ports.AccountStore = SqlAccounts(self.database, clock)
        self.deletions: ports.DeletionStore = SqlDeletions(self.database)
        self.flows: ports.FlowStore = SqlFlows(self.database)
        self.inbox: ports.InboxStore = SqlInbox(self.database, clock)
        self.queue: ports.QueueStore = SqlQueue(self.database, clock)
        self.schedules: ports.ScheduleStore = SqlSchedules(self.database)
        self.activity: ports.ActivityStore = SqlActivity(self.database)

    async def start(self) -> None:
        await self.database.open(upgrade)

    async def close(self) -> None:
        await self.database.close()

    async def ping(self) -> None:
        await self.database.read(_ping)


def _ping(connection: Connection) -> None:
    connection.exec_driver_sql("SELECT 1")
