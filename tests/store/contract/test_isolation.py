"""Nobody reads or changes what belongs to another workspace, whatever id they present."""

from __future__ import annotations

from instantchat.store.ports import Store
from tests.store.world import World, new_flow, new_version


class TestAnotherWorkspace:
    async def test_sees_nothing(self, store: Store, world: World, another) -> None:
        conversation = await world.meet("maria")
        event = (await store.inbox.events(world.workspace_id, conversation.id, 1))[0]
        message, run = world.message(conversation, "out", event_id=event.id), world.run(conversation)
        written = {"messages": [message], "runs": [run], "notes": [world.note(conversation)]}
        await world.change(conversation, conversation=conversation, **written, counts={"messages_out": 1})
        flow = new_flow(world)
        await store.flows.create(flow)
        version = new_version(flow)
        await store.flows.publish(flow, version)
        stranger = (await another()).workspace_id
        inbox, flows, today = store.inbox, store.flows, world.now.date()

        assert (await inbox.conversations(stranger, limit=9, cursor=None)).data == []
        assert (await inbox.conversations(stranger, limit=9, cursor=None, search="a", status="open")).data == []
        assert await inbox.total_unread(stranger) == 0
        assert await inbox.thread(stranger, conversation.id) is None
        assert await inbox.thread_by_igsid(stranger, "maria", None) is None
        assert await inbox.thread_by_igsid(stranger, "maria", world.account.id) is None
        assert (await inbox.messages(stranger, conversation.id, limit=9, cursor=None)).data == []
        assert await inbox.message(stranger, message.id) is None
        assert await inbox.runs(stranger, conversation.id, 9) == []
        assert await inbox.run(stranger, run.id) is None
        assert await inbox.events(stranger, conversation.id, 9) == []
        assert await inbox.event(stranger, event.id) is None
        assert await inbox.last_events(stranger, world.account.id) == {}
        assert await inbox.notes(stranger, conversation.id, 9) == []
        assert await inbox.replay_events(stranger, ["message"], 9) == []
        assert await inbox.answers(stranger, [event.id]) == {}
        assert (await store.schedules.contacts_page(stranger, limit=9, cursor=None)).data == []
        assert await store.members.members(stranger) != [world.user]
        assert await store.accounts.account(stranger, world.account.id) is None
        assert world.account not in await store.accounts.accounts(stranger)
        assert await flows.flow(stranger, flow.id) is None
        assert await flows.flow_by_name(stranger, flow.name) is None
        assert (await flows.flows(stranger, status=None, category=None, limit=9, cursor=None)).data == []
        assert (await flows.versions(stranger, flow.id, limit=9, cursor=None)).data == []
        assert await flows.version_by_number(stranger, flow.id, version.number) is None
        assert await flows.flow_names(stranger) == {}
        assert await flows.active_heads([stranger]) == {stranger: []}
        assert await store.activity.daily(stranger, today, today) == {}

    async def test_changes_nothing(self, store: Store, world: World, another) -> None:
        conversation = await world.meet("maria")
        await world.change(conversation, conversation=conversation, messages=[world.message(conversation)])
        before = await world.thread(conversation)
        flow = new_flow(world)
        await store.flows.create(flow)
        stranger = (await another()).workspace_id

        assert await store.inbox.mark_read(stranger, conversation.id) is None
        assert await store.inbox.patch_conversation(stranger, conversation.id, {"status": "done"}) is None
        assert await store.flows.set_status(stranger, flow.id, "archived", world.now) is None
        assert not await store.flows.delete(stranger, flow.id, world.now)

        assert await world.thread(conversation) == before
        assert await store.flows.flow(world.workspace_id, flow.id) == flow
