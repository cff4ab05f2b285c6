"""Bodies of the account routes (DESIGN section 6)."""

from __future__ import annotations

from typing import Annotated, Self

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field

from instantchat.features.wire import Wire
from instantchat.store import records as r


def normal_email(value: str) -> str:
    """An address in the one form it is stored in; raises ValueError with a sentence."""
    try:
        checked = validate_email(value.strip(), check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise ValueError(f"That is not an e-mail address: {error}") from None
    if "." not in checked.domain:
        raise ValueError("That is not an e-mail address: the part after the @ needs a dot.")
    return checked.normalized.lower()


def one_line(value: str) -> str:
    """Text without control characters and with single spaces."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in value).split())


def some_name(value: str) -> str:
    """A name for a person; raises ValueError when nothing is left of it."""
    if not (name := one_line(value)):
        raise ValueError("A name needs at least one letter.")
    return name


Email = Annotated[str, Field(max_length=254, examples=["ada@example.com"]), AfterValidator(normal_email)]
Name = Annotated[str, Field(max_length=80, examples=["Ada"]), AfterValidator(some_name)]
Typed = Annotated[str, Field(max_length=1024)]


class SignUpIn(Wire):
    """A new person; without a name, the part of the address before the @ is used."""

    name: Annotated[str, Field(max_length=80), AfterValidator(one_line)] | None = None
    email: Email
    password: Typed


class LogInIn(Wire):
    """Anything may be typed here: what is no address belongs to nobody."""

    email: Typed
    password: Typed


class RefreshIn(Wire):
    """The refresh token of the last answer."""

    refresh_token: Typed


class ProfileIn(Wire):
    """What people may change of themselves; a field that is left out stays."""

    name: Name | None = None


class ChangePasswordIn(Wire):
    """The old password proves who asks."""

    current_password: Typed
    new_password: Typed


class DeleteIn(Wire):
    """The password, as this cannot be undone."""

    password: Typed


class UserOut(Wire):
    """`User` of DESIGN section 6."""

    id: str
    name: str
    email: str
    avatar_url: str | None
    workspace_id: str
    role: r.Role

    @classmethod
    def from_record(cls, user: r.User) -> Self:
        """The wire form of a stored user, which has no password in it."""
        return cls(
            id=user.id,
            name=user.name,
            email=user.email,
            avatar_url=user.avatar_url,
            workspace_id=user.workspace_id,
            role=user.role,
        )


class SignedInOut(Wire):
    """An access token for 15 minutes, the refresh token for the next one, and who you are."""

    token: str
    refresh_token: str
    user: UserOut


class VerifyOut(Wire):
    """The token is good, and whose it is."""

    valid: bool
    user: UserOut
