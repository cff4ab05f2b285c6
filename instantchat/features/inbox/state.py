"""What one browser tab sees of the inbox: the list, the open thread, and what is typed."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from functools import partial
from typing import cast

import reflex as rx

from instantchat.assembly import current
from instantchat.errors import NotFound, Unauthenticated
from instantchat.features.auth.member import Member
from instantchat.features.auth.state import current_member
from instantchat.features.inbox.composing.state import Composing
from instantchat.features.inbox.reading import MOST, gather, next_batch
from instantchat.features.inbox.service import ConversationList
from instantchat.features.inbox.thread.state import Steering
from instantchat.features.inbox.views import Bubble, Row, bubble_of, has_words, note_of, placed, row_of, when, woven
from instantchat.features.inbox.why.state import Why
from instantchat.kit.ids import new_id
from instantchat.realtime.wire import Happening
from instantchat.runtime.live import Typing
from instantchat.store.records import Account, ConversationStatus, Message, Note, Page, RunRecord, Thread

_PAGE = 30
_THREAD = 50
_NAMES = 500
_LATEST_NOTES = 20  # how many can come between two looks
_TYPING_SECONDS = 6


class Inbox(Steering, Composing, rx.State):
    """The list and the open conversation."""

    rows: list[Row] = []
    next_rows: str = ""
    search: str = ""
    status: str = "all"
    is_loaded: bool = False
    has_failed: bool = False
    has_account: bool = False

    is_missing: bool = False
    bubbles: list[Bubble] = []
    next_bubbles: str = ""
    typing_note: str = ""
    account_state: str = ""
    account_handle: str = ""
    can_answer: bool = True

    member_id: str = ""
    epoch: str = ""

    _said: list[Bubble] = []
    _noted: list[Bubble] = []
    _names: dict[str, str] = {}
    _seen: int = 0
    _typing_until: float = 0.0

    @rx.var
    def is_filtered(self) -> bool:
        """Whether the list leaves something out."""
        return self.search.strip() != "" or self.status != "all"

    @rx.var
    def is_full(self) -> bool:
        """Whether the thread shows as many messages as a page holds."""
        return len(self._said) >= MOST

    @rx.event
    async def load(self) -> None:
        """Read the list, and the thread of the address, from the database."""
        member = await current_member(self)
        if self.member_id != member.user_id:
            self.reset()
            (await self.get_state(Why)).close()
            self.member_id = member.user_id
        self.can_answer = member.role != "viewer"
        self._seen = current().hub.since(member.workspace_id, 0).seq
        self.has_failed = True
        await self._read_all(member)
        await self._follow_why(member)
        self.has_failed, self.is_loaded, self.epoch = False, True, new_id("load")

    @rx.event(background=True)
    async def listen(self) -> None:
        """Follow the workspace live until the page is left; begins with what happened since `load` read."""
        async with self:
            try:
                member = await current_member(self)
            except Unauthenticated:
                return  # the guard is already on its way to the sign-in page
            seen = self._seen
        hub = current().hub
        async with hub.subscribe(member.workspace_id) as events:
            missed = hub.since(member.workspace_id, seen)
            batch = missed.events if missed.complete else [Happening.resync(member.workspace_id)]
            while True:
                async with self:
                    member = await current_member(self)
                    self.can_answer = member.role != "viewer"
                    await self._apply(member, batch)
                    until = self._typing_until if self.typing_note else None
                batch = await next_batch(events, until)

    @rx.event
    async def find(self, text: str) -> None:
        """Narrow the list to people whose name contains `text`."""
        member = await current_member(self)
        self.search = str(text)[:100]
        await self._read_list(member)

    @rx.event
    async def show_status(self, status: str) -> None:
        """Narrow the list to one status, or `all`."""
        member = await current_member(self)
        self.status = status if status in {"open", "waiting", "done"} else "all"
        await self._read_list(member)

    @rx.event
    async def show_all(self) -> None:
        """Leave nothing out of the list."""
        member = await current_member(self)
        self.search, self.status = "", "all"
        await self._read_list(member)

    @rx.event
    async def more_rows(self) -> None:
        """The next page of the list."""
        member = await current_member(self)
        if self.next_rows and len(self.rows) < MOST:
            page = await self._page(member, _PAGE, self.next_rows)
            known = {row.id for row in self.rows}
            more = [row_of(thread) for thread in page.data if thread.conversation.id not in known]
            self.rows = [*self.rows, *more][:MOST]
            self.next_rows = page.next_cursor or ""

    @rx.event
    async def more_bubbles(self) -> None:
        """Earlier messages of the open thread."""
        member = await current_member(self)
        if self.open_row is None or not self.next_bubbles or self.is_full:
            return
        page = await current().inbox.messages(member, self.open_row.id, limit=_THREAD, cursor=self.next_bubbles)
        self.next_bubbles = page.next_cursor or ""
        self._show([*await self._drawn(member, page.data), *self._said])

    @rx.event
    async def resend(self, message: str) -> None:
        """Send a message of the open conversation again, once however often it is asked."""
        member = await current_member(self)
        if self.open_row is not None:
            await current().inbox.resend(member, self.open_row.id, str(message))

    async def _read_all(self, member: Member) -> None:
        await self._read_list(member, at_least=len(self.rows))
        await self._read_thread(member)
        await self._read_account(member)

    async def _read_list(self, member: Member, *, at_least: int = 0) -> None:
        threads, self.next_rows = await gather(partial(self._page, member), _PAGE, at_least)
        self.rows = [row_of(thread) for thread in threads][:MOST]

    async def _page(self, member: Member, limit: int, cursor: str | None) -> ConversationList:
        status = None if self.status == "all" else self.status
        return await current().inbox.conversations(
            member, limit=limit, cursor=cursor, search=self.search or None, status=cast(ConversationStatus, status)
        )

    async def _read_thread(self, member: Member) -> None:
        """The thread of the address; when it is the one shown, as many messages as were shown."""
        wanted = str(getattr(self, "conversation", "") or "")
        is_shown = self.open_row is not None and self.open_row.id == wanted
        thread = await self._found_thread(member, wanted)
        if not is_shown:
            self.typing_note = ""
        if thread is None:
            self.open_row, self.next_bubbles, self._noted = None, "", []
            self._show([])
            return

        async def page(limit: int, cursor: str | None) -> Page[Message]:
            return await current().inbox.messages(member, wanted, limit=limit, cursor=cursor)

        found, self.next_bubbles = await gather(page, _THREAD, len(self._said) if is_shown else 0)
        self.open_row, self._noted = row_of(thread), []
        await self._read_notes(member, wanted, MOST)
        self._show(await self._drawn(member, found))
        self._place_row(thread)

    async def _found_thread(self, member: Member, wanted: str) -> Thread | None:
        self.is_missing = False
        try:
            return await self._seen_thread(member, wanted) if wanted else None
        except NotFound:
            self.is_missing = True
            return None

    async def _read_account(self, member: Member) -> None:
        accounts = await current().connect.status(member)
        self.has_account = any(each.state != "disconnected" for each in accounts)
        self.account_state = self.account_handle = ""
        for each in accounts:
            if self.open_row and each.id == self.open_row.account_id:
                self.account_state, self.account_handle = each.state, f"@{each.username}"

    async def _seen_thread(self, member: Member, conversation_id: str) -> Thread:
        """The conversation, its messages marked as read where the member may do that."""
        inbox = current().inbox
        if self.can_answer:
            return await inbox.mark_read(member, conversation_id)
        return await inbox.conversation(member, conversation_id)

    async def _apply(self, member: Member, batch: Sequence[Happening]) -> None:
        if any(each.kind == "resync" for each in batch):
            await self._read_all(member)
            return
        if asyncio.get_running_loop().time() >= self._typing_until:
            self.typing_note = ""
        records = [each.record for each in batch]
        moved = {each.id for each in records if isinstance(each, RunRecord | Message)}
        if moved:
            await self._follow_why(member, moved)
        for record in records:
            match record:
                case Thread():
                    await self._follow_row(member, record)
                case Message():
                    await self._place_bubble(member, record)
                case Typing():
                    self._show_typing(member, record)
                case Account():
                    await self._read_account(member)

    async def _follow_row(self, member: Member, thread: Thread) -> None:
        """Show a changed conversation; what comes into the open one is read at once."""
        is_open = self.open_row is not None and thread.conversation.id == self.open_row.id
        if is_open and thread.conversation.unread_count and self.can_answer:
            thread = await self._found_thread(member, thread.conversation.id) or thread
        if is_open:
            await self._read_notes(member, thread.conversation.id, _LATEST_NOTES)
            self._show(self._said)
        self._place_row(thread)

    async def _follow_why(self, member: Member, changed: Collection[str] | None = None) -> None:
        """Keep an open explanation current."""
        why = await self.get_state(Why)
        await why.follow(member, self.open_row.id if self.open_row else "", changed)

    async def _read_notes(self, member: Member, conversation_id: str, limit: int) -> None:
        """Take in the latest notes beside those that are known."""
        notes = await current().inbox.notes(member, conversation_id, limit)
        known = {each.id for each in self._noted}
        new = [each for each in notes if each.id not in known]
        if new:
            await self._learn_names(member, new)
            self._noted = sorted([*self._noted, *(note_of(each, self._names) for each in new)], key=when)[-MOST:]

    def _place_row(self, thread: Thread) -> None:
        """Put a conversation where the list has it: newest first, only if the filters let it in."""
        row = row_of(thread)
        if self.open_row and row.id == self.open_row.id:
            self.open_row = row
        fits = self.status in {"all", row.status} and has_words(thread, self.search)
        self.rows = placed(self.rows, row, fits=fits, has_more=bool(self.next_rows))[:MOST]

    async def _place_bubble(self, member: Member, message: Message) -> None:
        if self.open_row is None or message.conversation_id != self.open_row.id:
            return
        (bubble,) = await self._drawn(member, [message])
        kept = [each for each in self._said if each.id != bubble.id]
        if not (self.next_bubbles and kept and when(bubble) < when(kept[0])):
            self._show(sorted([*kept, bubble], key=when))
        if message.direction == "out":
            self.typing_note = ""

    def _show(self, messages: list[Bubble]) -> None:
        is_whole = not self.next_bubbles and len(messages) <= MOST
        self._said = messages[-MOST:]
        self.bubbles = woven(self._said, self._noted, is_whole=is_whole)

    def _show_typing(self, member: Member, typing: Typing) -> None:
        if self.open_row is None or typing.conversation_id != self.open_row.id:
            return
        note = f"{typing.name or 'Somebody'} is typing…"
        if typing.user_id == member.user_id:
            note = "" if self._types_here else "You are typing in another window…"
        self.typing_note = note if typing.is_typing else ""
        self._typing_until = asyncio.get_running_loop().time() + _TYPING_SECONDS

    async def _drawn(self, member: Member, messages: Sequence[Message]) -> list[Bubble]:
        """Messages as bubbles, oldest first; who wrote them is looked up once."""
        await self._learn_names(member, messages)
        return sorted([bubble_of(each, self._names) for each in messages], key=when)

    async def _learn_names(self, member: Member, written: Sequence[Message | Note]) -> None:
        """Of the members and flows that wrote these."""
        authors = [
            (each.sender_kind, each.sender_id) if isinstance(each, Message) else (each.author_kind, each.author_id)
            for each in written
        ]
        ids = {author_id for kind, author_id in authors if kind in {"member", "flow"} and author_id}
        if len(self._names) > _NAMES:
            self._names = {}
        if unknown := sorted(ids - self._names.keys()):
            found = await current().inbox.sender_names(member, unknown)
            self._names = {**self._names, **dict.fromkeys(unknown, ""), **found}
