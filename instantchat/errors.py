"""Every refusal of the product: a stable code for programs, a sentence for people.

    AppError
    ├── BadRequest            400  the request itself cannot be read
    ├── Unauthenticated       401  nobody, or not who they say
    ├── Forbidden             403  known, but not allowed
    ├── NotFound              404  not there, or not in your workspace
    ├── Conflict              409  contradicts what is stored
    ├── TooLarge              413  over a size limit
    ├── Invalid               422  readable, but the values are wrong (has `errors`)
    ├── TooManyRequests       429  a rate limit; carries `retry_after` seconds
    ├── Unavailable           503  a part we depend on is not there now
    └── StartRefused           -   the process cannot start; the CLI prints the sentence

A feature raises one of these with its own `code`; `api.problems` renders them as RFC 9457
`application/problem+json`. Any other exception is our bug and is shown as `internal_error`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class FieldError(BaseModel):
    """One thing wrong with a request: where, what (code), and the sentence for the person."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    code: str
    message: str
    field: str | None = None
    node_id: str | None = None


class AppError(Exception):
    """A refusal with an HTTP status, a stable `code` and a sentence that says what to do."""

    status: ClassVar[int] = 500

    def __init__(
        self, code: str, message: str, *, errors: Sequence[FieldError] = (), retry_after: int | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.errors = list(errors)
        self.retry_after = retry_after


class BadRequest(AppError):
    """The request cannot be read: not JSON, a missing part."""

    status = 400


class Unauthenticated(AppError):
    """No credentials, or credentials that are wrong or expired."""

    status = 401


class Forbidden(AppError):
    """Known, but this role, origin or state does not allow it."""

    status = 403


class NotFound(AppError):
    """It does not exist, or belongs to another workspace: the two are told apart by nobody."""

    status = 404


class Conflict(AppError):
    """It contradicts what is stored: a taken name, a stale revision."""

    status = 409


class TooLarge(AppError):
    """A body or upload over its limit."""

    status = 413


class Invalid(AppError):
    """Readable but wrong; `errors` says which field and which node."""

    status = 422


class TooManyRequests(AppError):
    """A rate limit; `retry_after` is in seconds."""

    status = 429


class Unavailable(AppError):
    """Something we depend on cannot be reached now; trying again later is right."""

    status = 503


class StartRefused(AppError):
    """The process cannot start as configured; the message says which setting to change."""

    status = 503
