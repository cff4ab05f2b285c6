"""What is stored, as plain data. Every record belongs to a workspace; times are aware UTC; ids are strings."""

from instantchat.store.records.accounts import Account, AccountState
from instantchat.store.records.base import Json, Page
from instantchat.store.records.deletions import Deletion, DeletionState, Erased
from instantchat.store.records.flows import Flow, FlowHead, FlowStatus, FlowVersion
from instantchat.store.records.inbox import (
    AuthorKind,
    Contact,
    ContactOfLane,
    Conversation,
    ConversationStatus,
    Message,
    MessageStatus,
    Note,
    NoteKind,
    SenderKind,
    Source,
    TakeOver,
    Thread,
)
from instantchat.store.records.members import Role, Session, User
from instantchat.store.records.queue import (
    Checkpoint,
    Enqueued,
    Event,
    HandledEvent,
    MessageChange,
    NewEvent,
    OpenSend,
    RunRecord,
    RunState,
    Send,
    SendResult,
    Work,
)
from instantchat.store.records.replay import ReplayEvent
from instantchat.store.records.schedules import Schedule

__all__ = [
    "Account",
    "AccountState",
    "AuthorKind",
    "Checkpoint",
    "Contact",
    "ContactOfLane",
    "Conversation",
    "ConversationStatus",
    "Deletion",
    "DeletionState",
    "Enqueued",
    "Erased",
    "Event",
    "Flow",
    "FlowHead",
    "FlowStatus",
    "FlowVersion",
    "HandledEvent",
    "Json",
    "Message",
    "MessageChange",
    "MessageStatus",
    "NewEvent",
    "Note",
    "NoteKind",
    "OpenSend",
    "Page",
    "ReplayEvent",
    "Role",
    "RunRecord",
    "RunState",
    "Schedule",
    "Send",
    "SendResult",
    "SenderKind",
    "Session",
    "Source",
    "TakeOver",
    "Thread",
    "User",
    "Work",
]
