"""Everything kept about a person, and for an owner about the workspace, as one JSON document."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

import orjson

from instantchat.features.auth.member import Member
from instantchat.features.auth.schemas import UserOut
from instantchat.features.connect.schemas import AccountOut
from instantchat.features.inbox.schemas import ConversationOut, MessageOut
from instantchat.kit.clock import Clock, rfc3339
from instantchat.store.ports import Store
from instantchat.store.records import Flow, Page, Thread, User

T = TypeVar("T")
_PAGE = 100


async def export_account(store: Store, clock: Clock, member: Member, user: User) -> AsyncIterator[bytes]:
    """The document in pieces, read from the store page by page: `{exportedAt, user, accounts, flows, conversations}`.

    Only an owner's document has the last three, each conversation with its messages. Tokens are never in it.
    """
    yield (
        b'{"exportedAt":'
        + orjson.dumps(rfc3339(clock.now()))
        + b',"user":'
        + orjson.dumps(UserOut.from_record(user).wire())
    )
    if member.role == "owner":
        accounts = await store.accounts.accounts(member.workspace_id)
        yield b',"accounts":' + orjson.dumps([AccountOut.from_record(account).wire() for account in accounts])
        async for piece in _flows(store, member.workspace_id):
            yield piece
        async for piece in _conversations(store, member.workspace_id):
            yield piece
    yield b"}"


async def _flows(store: Store, workspace_id: str) -> AsyncIterator[bytes]:
    def read(cursor: str | None) -> Awaitable[Page[Flow]]:
        return store.flows.flows(workspace_id, status=None, category=None, limit=_PAGE, cursor=cursor)

    yield b',"flows":['
    between = b""
    async for flow in _every(read):
        document = {"name": flow.name, "category": flow.category, "status": flow.status, "priority": flow.priority}
        yield between + orjson.dumps({"formatVersion": 1, **document, "reentry": flow.reentry, **flow.graph})
        between = b","
    yield b"]"


async def _conversations(store: Store, workspace_id: str) -> AsyncIterator[bytes]:
    def read(cursor: str | None) -> Awaitable[Page[Thread]]:
        return store.inbox.conversations(workspace_id, limit=_PAGE, cursor=cursor)

    yield b',"conversations":['
    between = b""
    async for thread in _every(read):
        document: dict[str, Any] = ConversationOut.from_thread(thread).wire()
        contact = thread.contact
        document["contact"] |= {"tags": contact.tags, "fields": contact.fields, "variables": contact.variables}
        yield between + orjson.dumps(document)[:-1] + b',"messages":['
        async for piece in _messages(store, workspace_id, thread.conversation.id):
            yield piece
        yield b"]}"
        between = b","
    yield b"]"


async def _messages(store: Store, workspace_id: str, conversation_id: str) -> AsyncIterator[bytes]:
    between = b""
    async for message in _every(
        lambda cursor: store.inbox.messages(workspace_id, conversation_id, limit=_PAGE, cursor=cursor)
    ):
        yield between + orjson.dumps(MessageOut.from_record(message).wire())
        between = b","


async def _every(read: Callable[[str | None], Awaitable[Page[T]]]) -> AsyncIterator[T]:
    """Every record of a list, page after page."""
    cursor: str | None = None
    while True:
        page = await read(cursor)
        for record in page.data:
            yield record
        if (cursor := page.next_cursor) is None:
            return
