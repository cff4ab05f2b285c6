"""What routes ask for: the member behind a request, where it comes from, a page of a list."""

from __future__ import annotations

from typing import Annotated

import structlog
from fastapi import Depends, Query, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from instantchat.errors import Unauthenticated
from instantchat.features.auth.member import Member
from instantchat.features.auth.service import AuthService, Caller
from instantchat.features.auth.tokens import COOKIE, invalid_token

_BEARER = HTTPBearer(auto_error=False, description="An access token of `POST /api/auth/login`.")
_COOKIE = APIKeyCookie(name=COOKIE, auto_error=False, description="The browser's session, given at sign-in.")


async def current_member(
    request: Request,
    _bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
    cookie: Annotated[str | None, Depends(_COOKIE)],
) -> Member:
    """The member who asks, by `Authorization: Bearer` or else by cookie, as the store knows them now.

    Raises `Unauthenticated` with `token_invalid` or `token_expired`, and `rate_limited`.
    """
    auth: AuthService = request.app.state.auth
    authorization = request.headers.get("authorization")
    if authorization is not None:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise invalid_token()
        member = await auth.member_from_bearer(token.strip())
    elif cookie:
        member = await auth.member_from_cookie(cookie)
    else:
        raise Unauthenticated("token_invalid", "Sign in first: this needs an access token or a browser session.")
    request.app.state.member_limit.take(member.user_id, "You are asking too often.")
    structlog.contextvars.bind_contextvars(user_id=member.user_id, workspace_id=member.workspace_id)
    return member


CurrentMember = Annotated[Member, Depends(current_member)]
"""A route parameter that is the signed-in member."""

Limit = Annotated[int, Query(ge=1, le=100, description="How many to return at most.")]
Cursor = Annotated[str | None, Query(max_length=512, description="`nextCursor` of the page before.")]


def client_caller(request: Request) -> Caller:
    """Where a request comes from, as rate limits and session lists need it."""
    return Caller(request.app.state.proxies.client(request.scope), request.headers.get("user-agent", ""))
