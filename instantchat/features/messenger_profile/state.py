"""The conversation starters and the menu on `/settings`."""

from __future__ import annotations

from typing import Any, TypedDict

import reflex as rx

from instantchat import assembly
from instantchat.channels.instagram.messenger_profile import ICE_BREAKERS, MENU_ITEMS
from instantchat.errors import AppError, Unauthenticated
from instantchat.features.auth.member import Member
from instantchat.features.auth.state import current_member
from instantchat.features.messenger_profile.schemas import IceBreaker, MenuItem, ProfileIn, ProfileOut
from instantchat.ui.toast import toast

_MOST = {"starters": ICE_BREAKERS, "menu": MENU_ITEMS}
_PARTS = {"iceBreakers": "starters", "menu": "menu"}
_KEPT = 2_000
_DIFFERS = (
    "Instagram does not show what you saved yet. It may take some minutes; what is here is what it says now. "
    "Reload the page later to compare."
)


class Row(TypedDict):
    """A starter or a line of the menu. `key` is its name while the page is open; the errors are the fields'."""

    key: str
    title: str
    kind: str
    target: str
    title_error: str
    target_error: str
    warning: str


class Option(TypedDict):
    """Of a select, or of the suggestions."""

    value: str
    label: str


class MessengerProfile(rx.State):
    """What Instagram shows for one account, being edited."""

    is_loaded: bool = False
    is_busy: bool = False
    can_edit: bool = False
    problem: str = ""
    error: str = ""
    notice: str = ""
    accounts: list[Option] = []
    account_id: str = ""
    starters: list[Row] = []
    menu: list[Row] = []
    heard: list[Option] = []
    _made: int = 0
    _last: dict[str, Any] = {}

    @rx.event(background=True)
    async def load(self) -> None:
        """Read the connected accounts, and what Instagram shows for the chosen one or the first. A reconnect comes here
        too: what is being edited stays while Instagram says what it said before."""
        async with self:
            try:
                member = await current_member(self)
            except Unauthenticated:
                return  # the guard is already on its way to the sign-in page
            self.problem = self.error = self.notice = ""
            self.can_edit = member.has("admin")
            connected = [each for each in await assembly.current().connect.status(member) if _is_on(each.state)]
            self.accounts = [{"value": each.id, "label": f"@{each.username}"} for each in connected]
            if self.account_id not in {each["value"] for each in self.accounts}:
                self.account_id = self.accounts[0]["value"] if self.accounts else ""
                self._last = {}
            self.is_loaded = bool(self._last) or not self.accounts
            account_id = self.account_id
        if account_id:
            await self._read(member, account_id)

    @rx.event
    async def choose(self, account_id: str) -> Any:
        """Another account."""
        await current_member(self)
        self.account_id, self.is_loaded, self._last = account_id[:100], False, {}
        return MessengerProfile.load

    @rx.event
    async def add(self, part: str) -> None:
        """An empty row at the end."""
        await current_member(self)
        rows = self._rows(part)
        if rows is not None and len(rows) < _MOST[part]:
            rows.append(self._row("", "postback", ""))

    @rx.event
    async def remove(self, part: str, key: str) -> None:
        """A row goes; nothing is saved yet."""
        await current_member(self)
        rows = self._rows(part)
        if rows is not None:
            rows[:] = [row for row in rows if row["key"] != key]

    @rx.event
    async def move(self, part: str, key: str, step: int) -> None:
        """A row changes places with its neighbour above (-1) or below (1)."""
        await current_member(self)
        rows = self._rows(part) or []
        place = next((place for place, row in enumerate(rows) if row["key"] == key), -1)
        other = place + (1 if step > 0 else -1)
        if place >= 0 and 0 <= other < len(rows):
            rows[place], rows[other] = rows[other], rows[place]

    @rx.event
    async def set_kind(self, key: str, kind: str) -> None:
        """A line of the menu goes on in a flow, or opens a page."""
        await current_member(self)
        for row in self.menu:
            if row["key"] == key and kind in ("postback", "web_url"):
                row["kind"], row["target"], row["target_error"], row["warning"] = kind, "", "", ""

    @rx.event
    async def save(self, form: dict[str, Any]) -> Any:
        """Put it on Instagram and show what Instagram says then."""
        member = await current_member(self)
        self._take(form)
        self.is_busy, self.error, self.notice = True, "", ""
        yield
        try:
            found = await assembly.current().messenger_profile.save(member, self.account_id, self._body())
        except Unauthenticated:
            raise
        except AppError as refusal:
            self._refuse(refusal)
            return
        finally:
            self.is_busy = False
        self._show(found)
        self.notice = _DIFFERS if found.differs else ""
        if not found.differs:
            await toast(self, "Saved. People see it when they next open the conversation.")

    async def _read(self, member: Member, account_id: str) -> None:
        """From Instagram, while the page stays usable."""
        try:
            found = await assembly.current().messenger_profile.read(member, account_id)
        except AppError as refusal:
            async with self:
                self.problem, self.is_loaded = refusal.message, True
            return
        async with self:
            self.is_loaded = True
            if self.account_id == account_id and found.wire() != self._last:
                self._show(found)

    def _show(self, found: ProfileOut) -> None:
        self.starters = [self._row(each.question, "postback", each.payload) for each in found.ice_breakers]
        self.menu = [self._row(each.title, each.type, each.url or each.payload) for each in found.menu]
        for warned in found.warnings:
            self._mark(warned.field, "warning", warned.message)
        self.heard = [{"value": each.payload, "label": each.flow} for each in found.heard]
        self._last = found.wire()

    def _take(self, form: dict[str, Any]) -> None:
        """What was typed; the rows themselves and their order are known here."""
        for row in [*self.starters, *self.menu]:
            row["title"] = str(form.get(f"title-{row['key']}") or "")[:_KEPT]
            row["target"] = str(form.get(f"target-{row['key']}") or "")[:_KEPT]
            row["title_error"] = row["target_error"] = ""

    def _body(self) -> ProfileIn:
        return ProfileIn(
            ice_breakers=[IceBreaker(question=row["title"], payload=row["target"]) for row in self.starters],
            menu=[
                MenuItem(type="web_url", title=row["title"], url=row["target"])
                if row["kind"] == "web_url"
                else MenuItem(title=row["title"], payload=row["target"])
                for row in self.menu
            ],
        )

    def _refuse(self, refusal: AppError) -> None:
        unplaced = [each for each in refusal.errors if not self._mark(each.field or "", "", each.message)]
        self.error = unplaced[0].message if unplaced else refusal.message

    def _mark(self, field: str, what: str, text: str) -> bool:
        """Write a sentence at a row, by a path such as `menu.0.title`; False when that names none."""
        part, _, rest = field.partition(".")
        place, _, name = rest.partition(".")
        rows = self._rows(_PARTS.get(part, "")) or []
        if not place.isdecimal() or int(place) >= len(rows):
            return False
        at: Any = rows[int(place)]
        at[what or ("title_error" if name in ("title", "question") else "target_error")] = text
        return True

    def _rows(self, part: str) -> list[Row] | None:
        return {"starters": self.starters, "menu": self.menu}.get(part)

    def _row(self, title: str, kind: str, target: str) -> Row:
        self._made += 1
        return {
            "key": f"r{self._made}",
            "title": title[:_KEPT],
            "kind": kind,
            "target": target[:_KEPT],
            "title_error": "",
            "target_error": "",
            "warning": "",
        }


def _is_on(state: str) -> bool:
    return state != "disconnected"
