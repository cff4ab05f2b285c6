from __future__ import annotations

import datetime as dt

import pytest

from instantchat.store.ports import Store
from tests.store.world import World, new_flow, new_session, new_user, new_version

HOUR = dt.timedelta(hours=1)


class TestUsers:
    async def test_are_found_by_id_and_by_email_in_any_case(self, store: Store, world: World) -> None:
        user = new_user(world.now, email="Ann.Lee@Example.com")
        assert await store.members.create_user(user, "Shop")
        assert await store.members.user(user.id) == user
        assert await store.members.user_by_email("ann.lee@EXAMPLE.com") == user
        assert await store.members.user_by_email("nobody@example.com") is None

    async def test_a_taken_email_stores_nothing(self, store: Store, world: World) -> None:
        second = new_user(world.now, email=world.user.email.upper())
        assert not await store.members.create_user(second, "Other")
        assert await store.members.user(second.id) is None

    async def test_change_only_what_is_named(self, store: Store, world: World) -> None:
        changed = await store.members.update_user(world.user.id, {"name": "Bea", "avatar_url": "/a.png"})
        assert changed is not None
        assert (changed.name, changed.avatar_url, changed.email) == ("Bea", "/a.png", world.user.email)
        assert await store.members.update_user("usr_none", {"name": "x"}) is None

    async def test_of_a_workspace_are_listed_oldest_first(self, store: Store, world: World, another) -> None:
        colleague = new_user(world.now + HOUR, workspace_id=world.workspace_id, role="agent")
        assert await store.members.create_user(colleague, "Shop")
        await another()
        assert await store.members.members(world.workspace_id) == [world.user, colleague]

    async def test_refuse_changes_of_anything_else(self, store: Store, world: World) -> None:
        with pytest.raises(ValueError, match="role"):
            await store.members.update_user(world.user.id, {"role": "viewer"})


class TestDeletingTheLastUser:
    async def test_removes_every_row_of_the_workspace(self, store: Store, world: World) -> None:
        conversation = await world.meet()
        run = world.run(conversation)
        message = world.message(conversation)
        changes = {"messages": [message], "runs": [run], "notes": [world.note(conversation)]}
        assert await world.change(conversation, **changes, counts={"messages_in": 1})
        flow = new_flow(world)
        assert await store.flows.create(flow)
        version = new_version(flow)
        assert await store.flows.publish(flow, version) == "saved"
        await store.schedules.replace(world.workspace_id, flow.id, [world.schedule(flow.id)])
        session = new_session(world.user, world.now)
        await store.members.create_session(session)
        event = (await store.inbox.events(world.workspace_id, conversation.id, 1))[0]

        await store.members.delete_user(world.user.id)

        workspace_id = world.workspace_id
        assert await store.members.user(world.user.id) is None
        assert await store.members.session(session.id) is None
        assert await store.accounts.accounts(workspace_id) == []
        assert await store.flows.flow(workspace_id, flow.id) is None
        assert await store.flows.version(version.id) is None
        assert await store.inbox.thread(workspace_id, conversation.id) is None
        assert await store.inbox.message(workspace_id, message.id) is None
        assert await store.inbox.run(workspace_id, run.id) is None
        assert await store.inbox.notes(workspace_id, conversation.id, 9) == []
        assert await store.schedules.next_due() is None
        assert await store.inbox.event(workspace_id, event.id) is None
        assert await store.activity.daily(workspace_id, world.now.date(), world.now.date()) == {}
        assert await store.queue.ingest([world.event()]) == ["unknown_account"]

    async def test_leaves_other_workspaces_alone(self, store: Store, world: World, another) -> None:
        other = await another()
        conversation = await other.meet()
        await store.members.delete_user(world.user.id)
        assert await store.members.user(other.user.id) == other.user
        assert await store.inbox.thread(other.workspace_id, conversation.id) is not None

    async def test_a_colleague_keeps_the_workspace(self, store: Store, world: World) -> None:
        colleague = new_user(world.now, workspace_id=world.workspace_id)
        assert await store.members.create_user(colleague, "Shop")
        await store.members.delete_user(world.user.id)
        assert await store.accounts.accounts(world.workspace_id) == [world.account]

    async def test_work_under_way_stores_nothing_more(self, store: Store, world: World) -> None:
        await world.arrive("maria")
        work = (await world.claim())[0]
        await store.members.delete_user(world.user.id)
        assert not await world.store_one(world.handled(work, counts={"messages_in": 1}))


class TestSessions:
    async def test_are_found_with_their_user(self, store: Store, world: World) -> None:
        session = new_session(world.user, world.now)
        await store.members.create_session(session)
        assert await store.members.session(session.id) == session
        assert await store.members.session_user(session.id) == (session, world.user)
        assert await store.members.session_by_cookie(session.cookie_hash) == (session, world.user)
        assert await store.members.session_by_cookie("unknown") is None

    async def test_revoked_ones_are_still_found_and_say_so(self, store: Store, world: World) -> None:
        session = new_session(world.user, world.now)
        await store.members.create_session(session)
        await store.members.revoke_session(session.id, world.now)
        await store.members.revoke_session(session.id, world.now + HOUR)
        found = await store.members.session_by_cookie(session.cookie_hash)
        assert found is not None
        assert found[0].revoked_at == world.now

    async def test_all_of_a_user_can_be_revoked(self, store: Store, world: World) -> None:
        sessions = [new_session(world.user, world.now) for _ in range(2)]
        for session in sessions:
            await store.members.create_session(session)
        await store.members.revoke_user_sessions(world.user.id, world.now)
        for session in sessions:
            found = await store.members.session(session.id)
            assert found is not None
            assert found.revoked_at == world.now


class TestRefresh:
    async def test_rotates(self, store: Store, world: World) -> None:
        session = new_session(world.user, world.now)
        await store.members.create_session(session)
        assert await store.members.rotate_refresh(session.id, "first", "second", world.now) == "rotated"
        assert await store.members.rotate_refresh(session.id, "second", "third", world.now) == "rotated"

    async def test_reuse_of_any_earlier_fingerprint_revokes(self, store: Store, world: World) -> None:
        session = new_session(world.user, world.now)
        await store.members.create_session(session)
        await store.members.rotate_refresh(session.id, "first", "second", world.now)
        await store.members.rotate_refresh(session.id, "second", "third", world.now)
        assert await store.members.rotate_refresh(session.id, "first", "x", world.now) == "reused"
        assert await store.members.rotate_refresh(session.id, "third", "x", world.now) == "invalid"
        found = await store.members.session(session.id)
        assert found is not None
        assert found.revoked_at == world.now

    async def test_a_fingerprint_that_never_was_is_invalid_and_harmless(self, store: Store, world: World) -> None:
        session = new_session(world.user, world.now)
        await store.members.create_session(session)
        assert await store.members.rotate_refresh(session.id, "guess", "x", world.now) == "invalid"
        assert await store.members.rotate_refresh("ses_none", "first", "x", world.now) == "invalid"
        assert await store.members.rotate_refresh(session.id, "first", "second", world.now) == "rotated"

    async def test_an_expired_session_is_invalid(self, store: Store, world: World) -> None:
        session = new_session(world.user, world.now)
        await store.members.create_session(session)
        assert await store.members.rotate_refresh(session.id, "first", "second", session.expires_at) == "invalid"
