"""What people do to their own account: name, picture, password, export, deletion."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from instantchat.errors import Forbidden, NotFound
from instantchat.features.auth.avatars import Avatars
from instantchat.features.auth.member import Member
from instantchat.features.auth.passwords import check_password
from instantchat.features.auth.schemas import ProfileIn
from instantchat.features.auth.service import AuthService, Caller, Ended, SignedIn
from instantchat.store.records import User

AVATAR_ROUTE = "/api/user/avatar/"


class ProfileService:
    """The account of the member who asks, never another's."""

    def __init__(self, auth: AuthService, data_dir: Path) -> None:
        self._auth = auth
        self._members = auth.members
        self.avatars = Avatars(data_dir / "avatars")

    async def get(self, member: Member) -> User:
        """The member's own row."""
        return _found(await self._members.user(member.user_id))

    async def update(self, member: Member, body: ProfileIn) -> User:
        """Change what the body gives."""
        changes: dict[str, Any] = body.model_dump(exclude_none=True)
        return _found(await self._members.update_user(member.user_id, changes)) if changes else await self.get(member)

    async def set_avatar(self, member: Member, upload: bytes) -> User:
        """Replace the picture; the old one's address stops working. Raises `not_an_image`."""
        before = await self.get(member)
        name = await self.avatars.save(upload)
        after = await self._members.update_user(member.user_id, {"avatar_url": AVATAR_ROUTE + name})
        if after is None:
            await self.avatars.drop(name)
            raise _gone()
        await self._drop_avatar(before)
        return after

    async def remove_avatar(self, member: Member) -> User:
        """Go back to no picture."""
        before = await self.get(member)
        after = _found(await self._members.update_user(member.user_id, {"avatar_url": None}))
        await self._drop_avatar(before)
        return after

    async def change_password(self, member: Member, current: str, new: str, caller: Caller) -> SignedIn:
        """Set a new password and end every session but a new one for the caller. Raises `wrong_password`,
        `weak_password`, `rate_limited`."""
        user = await self._prove(member, current)
        check_password(new, field="newPassword")
        changed = {"password_hash": await self._auth.passwords.hash(new)}
        after = _found(await self._members.update_user(user.id, changed))
        await self._members.revoke_user_sessions(user.id, self._auth.clock.now())
        self._auth.announce(Ended(user.id, None))
        return await self._auth.start_session(after, caller)

    async def delete(self, member: Member, password: str) -> None:
        """Delete the account and, with its last member, the workspace. Raises `wrong_password`, `rate_limited`."""
        user = await self._prove(member, password)
        await self._members.delete_user(user.id)
        self._auth.announce(Ended(user.id, None))
        await self._drop_avatar(user)

    async def _prove(self, member: Member, password: str) -> User:
        """The user, once the password is right; guesses are counted as at sign-in."""
        user = await self.get(member)
        self._auth.account_limit.take(user.email, "Too many wrong passwords.")
        if not (await self._auth.passwords.verify(password, user.password_hash)).is_right:
            raise Forbidden("wrong_password", "The password is wrong.")
        self._auth.account_limit.forget(user.email)
        return user

    async def _drop_avatar(self, user: User) -> None:
        if user.avatar_url and user.avatar_url.startswith(AVATAR_ROUTE):
            await self.avatars.drop(user.avatar_url.removeprefix(AVATAR_ROUTE))


def _found(user: User | None) -> User:
    if user is None:
        raise _gone()
    return user


def _gone() -> NotFound:
    return NotFound("user_not_found", "This account has been deleted.")
