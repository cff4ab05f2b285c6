"""Live events as other processes of the same database hear them: ids go out, rows are read again."""

from __future__ import annotations

import pytest

from instantchat.realtime.rows import address_of, read_again
from instantchat.runtime.live import LiveEvent, Notice
from instantchat.store import records as r
from tests.realtime.test_sockets import talk
from tests.support.app import RunningApp


class TestNotice:
    @pytest.mark.parametrize("member_id", [None, "usr_1"])
    async def test_is_read_again_from_its_note(self, app: RunningApp, member_id: str | None) -> None:
        thread = await talk(app, await app.sign_up())
        conversation, store = thread.conversation, app.assembly.store
        note = r.Note(
            "not_1", conversation.workspace_id, conversation.id, "activity", "flow", "flw_1", "Look", app.clock.now()
        )
        await store.inbox.add_note(note)
        event = LiveEvent(note.workspace_id, "notification", Notice(note, member_id))
        address = address_of(event)
        assert address == [conversation.id, "not_1", member_id or ""]
        assert await read_again(store, "notification", note.workspace_id, address) == event
        assert await read_again(store, "notification", "wsp_other", address) is None
