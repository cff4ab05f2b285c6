"""Connecting Instagram over HTTP: `/api/instagram/{connect,callback,status,account,disconnect,doctor}`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter, Cookie, Query, Request
from fastapi.responses import RedirectResponse

from instantchat.api.dependencies import CurrentMember, current_member
from instantchat.errors import AppError, Unauthenticated
from instantchat.features.auth.tokens import COOKIE
from instantchat.features.connect import schemas as s
from instantchat.features.connect.service import CALLBACK_PATH

if TYPE_CHECKING:
    from instantchat.assembly import Assembly

PAGE = "/connect-instagram"
_log = structlog.get_logger(__name__)


def build_router(assembly: Assembly) -> APIRouter:
    """The Instagram connection."""
    router = APIRouter(tags=["Instagram"])
    router.include_router(_oauth(assembly))
    router.include_router(_accounts(assembly))
    return router


def _oauth(assembly: Assembly) -> APIRouter:
    router, connect = APIRouter(), assembly.connect

    @router.get("/api/instagram/connect")
    async def begin(member: CurrentMember) -> s.AuthorizeOut:
        """Where to send the browser (a full page, no popup) so that its owner may allow access."""
        return s.AuthorizeOut(authorize_url=await connect.begin(member))

    @router.get(CALLBACK_PATH, status_code=303, response_class=RedirectResponse)
    async def callback(
        request: Request,
        code: str | None = None,
        state: str | None = None,
        error: str | None = None,
        cookie: Annotated[str | None, Cookie(alias=COOKIE, include_in_schema=False)] = None,
    ) -> RedirectResponse:
        """Where Instagram sends people back to. Always 303: to the connection page with `connected=1` or `error`, a
        stable code; to the sign-in page when nobody is signed in."""
        try:
            member = await current_member(request, None, cookie)
            await connect.complete(member, code=code, state=state, error=error)
        except Unauthenticated:
            return _see_other("/login", next=PAGE)
        except AppError as refusal:
            return _see_other(PAGE, error=refusal.code)
        except Exception:
            _log.exception("instagram_callback_failed")
            return _see_other(PAGE, error="internal_error")
        return _see_other(PAGE, connected="1")

    return router


def _accounts(assembly: Assembly) -> APIRouter:
    router, connect = APIRouter(), assembly.connect

    @router.get("/api/instagram/status")
    async def status(member: CurrentMember) -> s.StatusOut:
        """Whether any account is connected, and all of them, disconnected ones included."""
        accounts = await connect.status(member)
        connected = any(account.state != "disconnected" for account in accounts)
        return s.StatusOut(connected=connected, accounts=[s.AccountOut.from_record(each) for each in accounts])

    @router.get("/api/instagram/account")
    async def account(
        member: CurrentMember, account_id: Annotated[str | None, Query(alias="accountId")] = None
    ) -> s.AccountOut:
        """A connected account, without an id the oldest; 404 `not_connected`."""
        return s.AccountOut.from_record(await connect.account(member, account_id))

    @router.post("/api/instagram/disconnect")
    async def disconnect(member: CurrentMember, body: s.DisconnectIn | None = None) -> s.AccountOut:
        """Drop the token and stop events; the account as it is now."""
        gone = await connect.disconnect(member, body.account_id if body else None)
        return s.AccountOut.from_record(gone)

    @router.get("/api/instagram/doctor")
    async def doctor(member: CurrentMember) -> s.DoctorOut:
        """Try every step of the connection for real; takes the role admin, and up to 20 s."""
        return s.DoctorOut.from_report(await assembly.doctor.examine(member))

    return router


def _see_other(path: str, **query: str) -> RedirectResponse:
    return RedirectResponse(f"{path}?{urlencode(query, safe='/')}", status_code=303)
