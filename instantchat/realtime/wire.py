"""Live events in the API's JSON shapes (DESIGN sections 6 and 7), made only when somebody is there to receive them."""

from __future__ import annotations

from typing import Any

from instantchat.features.connect.schemas import AccountOut
from instantchat.features.inbox.schemas import ConversationOut, MessageOut
from instantchat.kit.clock import rfc3339
from instantchat.runtime.live import LiveEvent, Notice, Notification, Typing
from instantchat.store.records import Account, Flow, Message, RunRecord, Thread


class Happening:
    """One event of a workspace: `kind` names it, `data` is its payload, `record` the row it came from.

    The kind `resync` has neither row nor payload: events were missed, read the database again.
    """

    __slots__ = ("_data", "kind", "record", "seq", "workspace_id")

    def __init__(self, event: LiveEvent, seq: int | None) -> None:
        self.workspace_id = event.workspace_id
        self.kind: str = event.kind
        self.record: object = event.record
        self.seq = seq
        self._data: dict[str, Any] | None = None

    @classmethod
    def resync(cls, workspace_id: str) -> Happening:
        """The event that stands for those that were missed."""
        missed = cls.__new__(cls)
        missed.workspace_id, missed.kind = workspace_id, "resync"
        missed.record, missed.seq, missed._data = None, None, {}
        return missed

    @property
    def member_id(self) -> str | None:
        """The only member it is for; None: everybody in the workspace."""
        return self.record.member_id if isinstance(self.record, Notice) else None

    @property
    def data(self) -> dict[str, Any]:
        """The payload, such as `{seq, message}`; made once, however many receive it."""
        if self._data is None:
            numbered = {} if self.seq is None else {"seq": self.seq}
            self._data = numbered | _payload(self.record)
        return self._data

    def __repr__(self) -> str:
        return f"Happening({self.kind}, seq={self.seq})"


def _payload(record: object) -> dict[str, Any]:
    match record:
        case Message():
            return {"message": MessageOut.from_record(record).wire()}
        case Thread():
            return {"conversation": ConversationOut.from_thread(record).wire()}
        case Account():
            return {"account": AccountOut.from_record(record).wire()}
        case RunRecord():
            run = {"id": record.id, "status": record.state, "flowId": record.flow_id}
            return {**run, "conversationId": record.conversation_id}
        case Flow():
            return {"id": record.id, "name": record.name, "status": record.status, "revision": record.revision}
        case Typing():
            who = {"userId": record.user_id, "name": record.name}
            return {"conversationId": record.conversation_id, **who, "isTyping": record.is_typing}
        case Notification():
            return {"notification": {"level": record.level, "code": record.code, "message": record.message}}
        case Notice(note=note):
            notice = {"text": note.text, "conversationId": note.conversation_id, "runId": note.run_id}
            to = {} if record.member_id is None else {"memberId": record.member_id}
            return {"notification": {**notice, **to, "at": rfc3339(note.created_at)}}
        case _:
            raise TypeError(f"no wire form for {type(record).__name__}")
