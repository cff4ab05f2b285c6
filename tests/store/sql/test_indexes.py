"""Every hot query is answered from an index, on each backend, whatever the tables have grown to."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event

from instantchat.store import records as r
from instantchat.store.sql.store import SqlStore
from instantchat.store.sql.tables import metadata
from tests.store.world import (
    LEASE,
    World,
    make_world,
    new_contact,
    new_conversation,
    new_flow,
    new_session,
    new_version,
)

PEOPLE = 400
PARTIAL = {
    index.name
    for table in metadata().sorted_tables
    for index in table.indexes
    if index.dialect_options["sqlite"]["where"] is not None
}
TABLES = set(metadata().tables)
Statements = dict[str, Any]


class TestHotQueries:
    async def test_use_an_index(self, store: SqlStore, world: World) -> None:
        conversations = await _crowd(world)
        if store.database.dialect == "postgresql":  # which does so by itself; SQLite never does
            with store.database.backend.writing().begin() as connection:
                connection.exec_driver_sql("ANALYZE")
        with _recorded(store) as statements:
            await _everything(world, conversations)
        assert len(statements) > 50
        plan = {"sqlite": _sqlite_scans, "postgresql": _postgres_scans}[store.database.dialect]
        with store.database.backend.writing().connect() as connection:
            if store.database.dialect == "postgresql":
                connection.exec_driver_sql("SET enable_seqscan = off")
            found = {sql: scans for sql, given in statements.items() if (scans := plan(connection, sql, given))}
        assert found == {}


class TestLists:
    async def test_are_read_in_the_order_of_an_index(self, store: SqlStore, world: World) -> None:
        """Sorting what a workspace has would pass for an index search, and grow with the workspace."""
        conversation = (await _crowd(world))[0]
        inbox, ours = store.inbox, world.workspace_id
        lists = {
            "ix_conversations_active": lambda: inbox.conversations(ours, limit=5, cursor=None),
            "ix_conversations_status": lambda: inbox.conversations(ours, limit=5, cursor=None, status="open"),
            "ix_messages_thread": lambda: inbox.messages(ours, conversation.id, limit=2, cursor=None),
            "ix_runs_conversation": lambda: inbox.runs(ours, conversation.id, 2),
            "ix_events_lane": lambda: inbox.events(ours, conversation.id, 2),
            "ix_notes_thread": lambda: inbox.notes(ours, conversation.id, 2),
            "ix_events_settled": lambda: inbox.replay_events(ours, ["message"], 2),
            "ix_contacts_workspace": lambda: store.schedules.contacts_page(ours, limit=2, cursor=None),
            "ix_schedules_due": store.schedules.next_due,
            "ux_flow_versions_number": lambda: store.flows.versions(ours, "flow_1", limit=2, cursor=None),
        }
        explain = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN"}[store.database.dialect]
        for index, read in lists.items():
            with _recorded(store) as statements:
                await read()
            with store.database.backend.writing().connect() as connection:
                if store.database.dialect == "postgresql":
                    connection.exec_driver_sql("SET enable_seqscan = off; SET enable_bitmapscan = off")
                rows = [connection.exec_driver_sql(f"{explain} {sql}", given) for sql, given in statements.items()]
                assert index in str([row for found in rows for row in found])


async def _crowd(world: World) -> list[r.Conversation]:
    """Many members, accounts and flows; many people with messages, sleeping runs and handled events."""
    for _ in range(60):
        other = await make_world(world.store, world.clock)
        await world.store.members.create_session(new_session(other.user, world.now))
        flow = new_flow(other)
        await world.store.flows.create(flow)
        await world.store.flows.publish(flow, new_version(flow))
        later = [other.schedule(flow.id, position=position) for position in range(3)]
        await world.store.schedules.replace(other.workspace_id, flow.id, later)
    names = [f"p{number}" for number in range(PEOPLE)]
    await world.arrive(*names)
    checkpoints = []
    for work in await world.claim(limit=PEOPLE):
        contact = new_contact(work, world.now, name=f"Person {work.igsid}")
        conversation = new_conversation(work, contact, world.now)
        messages = [world.message(conversation, mid=f"mid-{work.igsid}-{number}") for number in range(3)]
        runs = [world.run(conversation), world.run(conversation, state="completed", waiting_for=None, wake_at=None)]
        checkpoints.append(
            world.handled(work, contact=contact, conversation=conversation, messages=messages, runs=runs)
        )
    assert all(await world.store.queue.checkpoint(checkpoints))
    return [one.conversation for one in checkpoints if one.conversation]


async def _everything(world: World, conversations: list[r.Conversation]) -> None:
    """Each hot verb with each of its queries."""
    store, now = world.store, world.now
    first = conversations[0]
    await _members(world)
    flow = new_flow(world)
    await store.flows.create(flow)
    await store.flows.update(dataclasses.replace(flow, revision=2), 1)
    await store.flows.publish(dataclasses.replace(flow, revision=2), new_version(flow))
    await store.flows.flow_by_name(world.workspace_id, "Welcome")
    await store.flows.flow_names(world.workspace_id)
    await store.flows.active_heads([world.workspace_id])
    await store.flows.versions(world.workspace_id, flow.id, limit=5, cursor=None)
    await store.flows.version_by_number(world.workspace_id, flow.id, 1)
    await store.flows.flows(world.workspace_id, status=None, category=None, limit=5, cursor=None)

    await world.queue(first, "one", "two")
    (send,) = await world.claim_sends()
    due = world.run(conversations[3], waiting_for="time", wake_at=now)
    call = world.run(conversations[4], waiting_for="result", wake_at=now)
    await world.change(conversations[4], runs=[call])
    await world.change(conversations[3], runs=[due])
    await store.queue.ingest([world.event("p1", mid="mid-p1-0"), world.event("p2")])
    await store.queue.next_due(world.now)
    await store.queue.backlog()
    await store.queue.waiting(world.workspace_id, world.now, 10)
    work = await world.claim()
    moved = [dataclasses.replace(run, rev=1) for run in work[0].waiting_runs]
    message = world.message(conversations[1], mid="mid-new")
    change = r.MessageChange(send.message.id, "sent", mid="mid-echo", forget=True)
    checkpoints = [world.handled(one, conversation=one.conversation, contact=one.contact) for one in work]
    assert work[0].conversation is not None
    started = dataclasses.replace(work[0].conversation, starts={"flow_1": "2026-01-01T12:00:00.000Z"})
    checkpoints[0] = dataclasses.replace(
        checkpoints[0], conversation=started, assign="usr_1", notes=[world.note(started)], runs=moved,
        messages=[message], message_changes=[change], counts={"messages_in": 1},
    )  # fmt: skip
    assert all(await store.queue.checkpoint(checkpoints))
    (claimed,) = await store.queue.claim_calls("c", world.now, world.now + LEASE, 10)
    assert await store.queue.add_result(claimed, world.event())
    (send,) = await world.claim_sends()
    await store.queue.settle_sends([r.SendResult(send.message.id, "sender", "sent", mid="m-1")], world.now)
    await world.queue(first, "three", idempotency_key="k")
    await world.queue(first, "four", idempotency_key="k")
    await world.claim_sends()
    await store.queue.next_due(world.now)
    (lost,) = await store.queue.expire_sends(world.now + LEASE, 10)
    await store.queue.claim_unknown(world.now, world.now, 10)
    await store.queue.look_later(lost.id, world.now)
    await store.queue.settle_unknown(lost.id, "mid-found")
    await store.queue.known_mids(world.account.id, ["mid-found"])
    again = world.message(first, "out")
    await store.inbox.resend(again, lost.id, None)
    await _reads(world, first)
    await _schedules(world)
    await store.queue.prune(now + dt.timedelta(days=1), 10)
    await store.queue.prune(now + dt.timedelta(days=1), 10_000)
    await store.flows.delete(world.workspace_id, flow.id, now)
    await _deletions(world)


async def _deletions(world: World) -> None:
    deletions, asked = world.store.deletions, r.Deletion("code", "key", "received", world.now)
    await world.arrive("p1", "new")
    await deletions.request(asked, world.account.ig_scoped_id)
    await deletions.request(asked, world.account.ig_scoped_id)
    await deletions.deletion("code")
    for limit in (1, 1_000, 10_000):
        await deletions.erase(world.now, limit)


async def _schedules(world: World) -> None:
    schedules = world.store.schedules
    row = world.schedule(next_at=world.now)
    await schedules.replace(world.workspace_id, row.flow_id, [row, world.schedule(position=1)])
    await schedules.replace(world.workspace_id, row.flow_id, [row])
    await schedules.next_due()
    await schedules.claim("clock", world.now, world.now + LEASE, 5)
    given: dict[str, Any] = {"cursor": None, "firing_at": None, "next_at": world.now + LEASE}
    assert await schedules.progress(row.id, "clock", **given, done=True)
    page = await schedules.contacts_page(world.workspace_id, limit=2, cursor=None)
    await schedules.contacts_page(world.workspace_id, limit=2, cursor=page.next_cursor)


async def _members(world: World) -> None:
    members, now = world.store.members, world.now
    session = new_session(world.user, now)
    await members.create_session(session)
    await members.members(world.workspace_id)
    await members.user_by_email(world.user.email)
    await members.session_user(session.id)
    await members.session_by_cookie(session.cookie_hash)
    await members.rotate_refresh(session.id, "first", "second", now)
    await members.revoke_user_sessions(world.user.id, now)
    await world.store.accounts.put_nonce("n", world.user.id, now + dt.timedelta(minutes=1))
    await world.store.accounts.take_nonce("n", world.user.id, now)
    await world.store.accounts.connect(world.account)
    await world.store.accounts.accounts(world.workspace_id)
    await world.store.accounts.of_person(world.account.ig_user_id)
    due = dataclasses.replace(world.account, refresh_at=now)
    await world.store.accounts.connect(due)
    await world.store.accounts.claim_refreshes(now, now + LEASE, 5)
    assert await world.store.accounts.settle_refresh(due, {"state": "ok"}, refresh_at=None)
    await world.store.accounts.set_rules(world.workspace_id, world.account.id, {"reconcile": True})
    await world.store.accounts.claim_reconciles(world.now, world.now + LEASE, 5)
    given: dict[str, Any] = {"reconcile_at": now, "reconciled_to": now, "found_at": None}
    await world.store.accounts.settle_reconcile(world.account.id, **given)


async def _reads(world: World, conversation: r.Conversation) -> None:
    inbox, ours = world.store.inbox, world.workspace_id
    page = await inbox.conversations(ours, limit=5, cursor=None)
    await inbox.conversations(ours, limit=5, cursor=page.next_cursor)
    await inbox.conversations(ours, limit=5, cursor=page.next_cursor, status="open")
    await inbox.conversations(ours, limit=5, cursor=None, search="person p7")
    await inbox.total_unread(ours)
    await inbox.thread(ours, conversation.id)
    await inbox.thread_by_igsid(ours, "p1", None)
    await inbox.thread_by_igsid(ours, "p1", world.account.id)
    messages = await inbox.messages(ours, conversation.id, limit=2, cursor=None)
    await inbox.messages(ours, conversation.id, limit=2, cursor=messages.next_cursor)
    await inbox.message(ours, messages.data[0].id)
    await inbox.mark_read(ours, conversation.id)
    await inbox.patch_conversation(ours, conversation.id, {"status": "done"})
    await inbox.set_profile(conversation.contact_id, name="Maria", username=None, picture_url=None, at=world.now)
    await inbox.runs(ours, conversation.id, 5)
    events = await inbox.events(ours, conversation.id, 5)
    await inbox.event(ours, events[0].id)
    await inbox.last_events(ours, world.account.id)
    await inbox.add_note(world.note(conversation))
    await inbox.notes(ours, conversation.id, 5)
    replayed = await inbox.replay_events(ours, ["message", "comment"], 5)
    await inbox.answers(ours, [one.event.id for one in replayed])
    await world.store.activity.daily(ours, world.now.date(), world.now.date())


@contextmanager
def _recorded(store: SqlStore) -> Iterator[Statements]:
    """Each statement that runs, with values of one execution."""
    found: Statements = {}

    def record(_c: Any, _cursor: Any, statement: str, given: Any, _context: Any, many: bool) -> None:
        if statement.split(None, 1)[0] in {"SELECT", "WITH", "UPDATE", "DELETE"}:
            found.setdefault(statement, given[0] if many else given)

    engines = {store.database.backend.writing(), store.database.backend.reading()}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", record)
    yield found
    for engine in engines:
        event.remove(engine, "before_cursor_execute", record)


def _sqlite_scans(connection: Connection, sql: str, given: Any) -> list[str]:
    """Steps that read a whole table; a partial index may be read from end to end, it holds only what waits."""
    steps = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given)]
    scans = [step for step in steps if step.startswith("SCAN") and "CONSTANT ROW" not in step]
    names = {"walk", "anon_1", "anon_2", *PARTIAL}
    return [step for step in scans if not names & set(step.split())]


def _postgres_scans(connection: Connection, sql: str, given: Any) -> list[str]:
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {sql}", given).scalar_one()
    found: list[str] = []

    def visit(node: dict[str, Any]) -> None:
        whole = node["Node Type"] in {"Index Scan", "Index Only Scan"} and "Index Cond" not in node
        if node["Node Type"] == "Seq Scan" or (whole and node.get("Index Name") not in PARTIAL):
            found.append(f"{node['Node Type']} {node.get('Relation Name')} {node.get('Index Name')}")
        for child in node.get("Plans", ()):
            visit(child)

    visit((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])
    return found
