"""Who is who: sign-up, sign-in, refresh, sign-out, and telling the member behind a token or cookie."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from instantchat.config import Settings
from instantchat.errors import Conflict, FieldError, Unauthenticated
from instantchat.features.auth import tokens
from instantchat.features.auth.member import Member
from instantchat.features.auth.passwords import Passwords, check_password
from instantchat.features.auth.schemas import LogInIn, SignUpIn, normal_email
from instantchat.kit.clock import Clock
from instantchat.kit.crypto import fingerprint
from instantchat.kit.ids import new_id, new_token
from instantchat.kit.rate_limit import RateLimit, limit_key
from instantchat.store.ports import MemberStore
from instantchat.store.records import Session, User

_TOO_MANY = "Too many attempts to sign in."


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a request comes from: the address after trusted proxies, and what the browser calls itself."""

    address: str
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session's secrets, shown this once. `cookie` is None where only tokens were renewed."""

    user: User
    token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    cookie: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Verified:
    """A member as of now, and until when the token that proved it is good."""

    member: Member
    user: User
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """Sign-ins that ended: one session, or all of a user (`session_id` None)."""

    user_id: str
    session_id: str | None


class AuthService:
    """Accounts and sessions. `on_ended` callbacks hear of every sign-in that is revoked, so that sockets close."""

    def __init__(self, members: MemberStore, clock: Clock, settings: Settings) -> None:
        self.members = members
        self.clock = clock
        self.passwords = Passwords()
        self.account_limit = RateLimit(clock, *settings.limit("login"))
        self.address_limit = RateLimit(clock, *settings.limit("login_address"))
        self.access_tokens = tokens.AccessTokens(settings.signing_key, clock)
        self.on_ended: list[Callable[[Ended], None]] = []

    async def sign_up(self, body: SignUpIn, caller: Caller) -> SignedIn:
        """A new user with a workspace, signed in. Raises `email_taken`, `weak_password`, `rate_limited`."""
        self.address_limit.take(limit_key(caller.address), _TOO_MANY)
        check_password(body.password)
        if await self.members.user_by_email(body.email):
            raise _email_taken()
        name = body.name or body.email.partition("@")[0]
        user = User(
            id=new_id("usr"),
            workspace_id=new_id("wsp"),
            role="owner",
            name=name,
            email=body.email,
            password_hash=await self.passwords.hash(body.password),
            avatar_url=None,
            created_at=self.clock.now(),
        )
        if not await self.members.create_user(user, f"{name}'s workspace"):
            raise _email_taken()
        return await self.start_session(user, caller)

    async def log_in(self, body: LogInIn, caller: Caller) -> SignedIn:
        """A new session. Raises `invalid_credentials`, the same for a wrong password and an unknown address, after the
        same work; `rate_limited` by address and by account."""
        email = _account_of(body.email)
        self.address_limit.take(limit_key(caller.address), _TOO_MANY)
        self.account_limit.take(email, _TOO_MANY)
        user = await self.members.user_by_email(email)
        verdict = await self.passwords.verify(body.password, user.password_hash if user else None)
        if user is None or not verdict.is_right:
            raise Unauthenticated("invalid_credentials", "The e-mail address or the password is wrong.")
        self.account_limit.forget(email)
        if verdict.upgraded:
            await self.members.update_user(user.id, {"password_hash": verdict.upgraded})
        return await self.start_session(user, caller)

    async def start_session(self, user: User, caller: Caller) -> SignedIn:
        """A new session of a user whose identity is proven."""
        session_id, cookie, now = new_id("ses"), new_token(), self.clock.now()
        refresh_token = tokens.new_refresh_token(session_id)
        session = Session(
            id=session_id,
            user_id=user.id,
            workspace_id=user.workspace_id,
            cookie_hash=fingerprint(cookie),
            refresh_hash=fingerprint(refresh_token),
            user_agent=caller.user_agent[:200],
            address=caller.address,
            created_at=now,
            expires_at=now + tokens.SESSION_LIFETIME,
        )
        await self.members.create_session(session)
        return SignedIn(user, self.access_tokens.issue(session), refresh_token, cookie)

    async def refresh(self, refresh_token: str) -> SignedIn:
        """New tokens for the old refresh token, which is good once: using it again ends the session."""
        session_id = tokens.session_of_refresh(refresh_token)
        session, user = self._alive(await self.members.session_user(session_id))
        renewed = tokens.new_refresh_token(session_id)
        rotation = await self.members.rotate_refresh(
            session_id, fingerprint(refresh_token), fingerprint(renewed), self.clock.now()
        )
        if rotation == "reused":
            self.announce(Ended(user.id, session_id))
        if rotation != "rotated":
            raise tokens.invalid_token()
        return SignedIn(user, self.access_tokens.issue(session), renewed, None)

    async def log_out(self, member: Member) -> None:
        """End the session the member came with: its tokens and its cookie."""
        await self.members.revoke_session(member.session_id, self.clock.now())
        self.announce(Ended(member.user_id, member.session_id))

    async def verify_bearer(self, token: str) -> Verified:
        """Who an access token belongs to now. Raises `token_invalid` or `token_expired`."""
        claims = self.access_tokens.read(token)
        session, user = self._alive(await self.members.session_user(claims.session_id))
        if session.user_id != claims.user_id:
            raise tokens.invalid_token()
        return Verified(_member(session, user), user, claims.expires_at)

    async def verify_cookie(self, cookie: str) -> Verified:
        """Who a browser's cookie belongs to now. Raises `token_invalid` or `token_expired`."""
        session, user = self._alive(await self.members.session_by_cookie(fingerprint(cookie)))
        return Verified(_member(session, user), user, session.expires_at)

    async def member_from_bearer(self, token: str) -> Member:
        """The member behind an access token; raises as `verify_bearer`."""
        return (await self.verify_bearer(token)).member

    async def member_from_cookie(self, cookie: str) -> Member:
        """The member behind a session cookie; raises as `verify_cookie`."""
        return (await self.verify_cookie(cookie)).member

    def announce(self, ended: Ended) -> None:
        """Tell whoever holds a connection open that its sign-in has ended."""
        for callback in self.on_ended:
            callback(ended)

    def _alive(self, found: tuple[Session, User] | None) -> tuple[Session, User]:
        if found is None or found[0].revoked_at is not None:
            raise tokens.invalid_token()
        if found[0].expires_at <= self.clock.now():
            raise tokens.expired_token()
        return found


def _member(session: Session, user: User) -> Member:
    return Member(user.id, user.workspace_id, user.role, user.name, user.email, session.id)


def _account_of(typed: str) -> str:
    """The address as it would be stored; what is no address stays as typed and belongs to nobody."""
    try:
        return normal_email(typed)
    except ValueError:
        return typed.strip().lower()[:254].replace("\0", "")


def _email_taken() -> Conflict:
    message = "There is already an account with this e-mail address. Sign in instead."
    return Conflict("email_taken", message, errors=[FieldError(code="email_taken", field="email", message=message)])
