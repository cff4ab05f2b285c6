"""Who is looking at the page: the session cookie, resolved against the store on every event.

Reflex keeps page state per browser tab and lets any browser call any public method of any state. So a handler never
trusts what its state holds about the person: it begins with `member = await current_member(self)`.
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import quote

import reflex as rx

from instantchat import assembly
from instantchat.errors import Unauthenticated
from instantchat.features.auth.member import Member
from instantchat.features.auth.tokens import COOKIE


async def current_member(state: rx.State) -> Member:
    """The person whose browser sent this event; raises `Unauthenticated`, which sends them to the sign-in page.

    In a background event call it inside `async with self`.
    """
    return await assembly.current().auth.member_from_cookie(_cookie(state))


class Session(rx.State):
    """What pages show about the person signed in. Display only: it grants nothing."""

    name: str = ""
    email: str = ""
    avatar_url: str = ""
    role: str = ""
    workspace_id: str = ""
    simulator: bool = False
    _user_id: str = ""

    @rx.var
    def is_known(self) -> bool:
        """Whether the guard has let somebody in."""
        return bool(self.email)

    @rx.var
    def signup_href(self) -> str:
        """The sign-up page, taking along where the visitor wanted to go."""
        return _with_next("/signup", self.router.url.query_parameters.get("next"))

    @rx.var
    def login_href(self) -> str:
        """The sign-in page, taking along where the visitor wanted to go."""
        return _with_next("/login", self.router.url.query_parameters.get("next"))

    @rx.event
    async def guard(self) -> Any:
        """First `on_load` of every protected page: shows who is signed in, or sends visitors to `/login?next=`."""
        try:
            await self._show()
        except Unauthenticated:
            return await self._leave()
        return None

    @rx.event
    async def visit(self) -> Any:
        """`on_load` of the sign-in and sign-up pages: people who are signed in go on to where they wanted to be."""
        try:
            await current_member(self)
        except Unauthenticated:
            if self._user_id:
                await self._forget()
            return await self._say_deleted()
        return rx.redirect(safe_path(self.router.url.query_parameters.get("next")), replace=True)

    @rx.event
    async def expired(self) -> Any:
        """The session ended while the page was open."""
        return await self._leave()

    @rx.event
    async def refresh(self, _answer: dict[str, Any] | None = None) -> None:
        """Show the profile as it is now, after it was changed."""
        await self._show()

    async def _say_deleted(self) -> Any:
        """Say so after the full load that follows a deleted account."""
        if self.router.url.query_parameters.get("deleted") != "account":
            return None
        from instantchat.ui.toast import toast  # the package of `ui` imports this module

        await toast(self, "Your account is deleted.")
        return rx.redirect("/signup", replace=True)

    async def _show(self) -> None:
        parts = assembly.current()
        user = (await parts.auth.verify_cookie(_cookie(self))).user
        if self._user_id not in {"", user.id}:
            await self._forget()
        self._user_id = user.id
        self.name, self.email, self.role = user.name, user.email, user.role
        self.avatar_url = user.avatar_url or ""
        self.workspace_id = user.workspace_id
        self.simulator = parts.settings.simulator_on

    async def _leave(self) -> Any:
        await self._forget()
        url = self.router.url
        wanted = safe_path(url.path + (f"?{url.query}" if url.query else ""))
        if wanted.startswith(("/login", "/signup")):
            return None
        return rx.redirect(_with_next("/login", wanted), replace=True)

    async def _forget(self) -> None:
        """Empty every state of this tab: nothing of one person may be left for the next."""
        root = await self.get_state(rx.State)
        root.reset()


def _with_next(path: str, wanted: str | None) -> str:
    kept = safe_path(wanted)
    return path if kept == "/" else f"{path}?next={quote(kept, safe='/')}"


def safe_path(wanted: str | None) -> str:
    """`wanted` if it is a path within this site, else `/`."""
    if not wanted or not wanted.startswith("/") or wanted.startswith(("//", "/\\")):
        return "/"
    return "/" if any(sign in wanted for sign in "\\\r\n\t") else wanted


def _cookie(state: rx.State) -> str:
    try:
        found = SimpleCookie(state.router.headers.cookie or "").get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""
