"""What another process needs in order to read a live event's row again: ids, never values."""

from __future__ import annotations

from collections.abc import Sequence

from instantchat.runtime.live import LiveEvent, Notice, Notification, Typing
from instantchat.store.ports import Store
from instantchat.store.records import Account, Flow, Message, RunRecord, Thread

_LATEST_NOTES = 50


def address_of(event: LiveEvent) -> list[str] | None:
    """The ids of an event's record; None for a notification, which is no row."""
    match event.record:
        case Thread(conversation=conversation):
            return [conversation.id]
        case Message(id=record_id) | RunRecord(id=record_id) | Account(id=record_id) | Flow(id=record_id):
            return [record_id]
        case Typing() as typing:
            return [typing.conversation_id, typing.user_id, "1" if typing.is_typing else ""]
        case Notice(note=note, member_id=member_id):
            return [note.conversation_id, note.id, member_id or ""]
        case Notification():
            return None


async def read_again(store: Store, kind: str, workspace_id: str, address: Sequence[str]) -> LiveEvent | None:
    """The event with its row as it is now; None when the row is gone. Raises `Unavailable`."""
    match kind, address:
        case "message", [record_id]:
            message = await store.inbox.message(workspace_id, record_id)
            return LiveEvent(workspace_id, "message", message) if message else None
        case "conversation", [record_id]:
            thread = await store.inbox.thread(workspace_id, record_id)
            return LiveEvent(workspace_id, "conversation", thread) if thread else None
        case "run", [record_id]:
            run = await store.inbox.run(workspace_id, record_id)
            return LiveEvent(workspace_id, "run", run) if run else None
        case "account", [record_id]:
            account = await store.accounts.account(workspace_id, record_id)
            return LiveEvent(workspace_id, "account", account) if account else None
        case "flow", [record_id]:
            flow = await store.flows.flow(workspace_id, record_id)
            return LiveEvent(workspace_id, "flow", flow) if flow else None
        case "typing", [conversation_id, user_id, is_typing]:
            user = await store.members.user(user_id)
            if user is None or user.workspace_id != workspace_id:
                return None
            return LiveEvent(workspace_id, "typing", Typing(conversation_id, user_id, user.name, bool(is_typing)))
        case "notification", [conversation_id, note_id, member_id]:
            notes = await store.inbox.notes(workspace_id, conversation_id, _LATEST_NOTES)
            note = next((each for each in notes if each.id == note_id), None)
            return LiveEvent(workspace_id, "notification", Notice(note, member_id or None)) if note else None
        case _:
            return None  # of a newer version, in the middle of an upgrade
