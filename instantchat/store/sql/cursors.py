"""Opaque cursors: the sort key of the last record of a page, so that what arrives meanwhile moves nothing."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from instantchat.errors import BadRequest
from instantchat.store.sql.types import EPOCH, micros

LARGEST = 2**63  # what databases hold


def write_cursor(at: dt.datetime, record_id: str) -> str:
    """The cursor that continues after this record."""
    return write_key(micros(at), record_id)


def read_cursor(cursor: str) -> tuple[dt.datetime, str]:
    """The sort key in a cursor; raises `BadRequest("cursor_invalid")`."""
    at, record_id = read_key(cursor)
    try:
        return EPOCH + dt.timedelta(microseconds=at), record_id
    except OverflowError:
        raise _refusal() from None


def write_key(number: int, record_id: str = "") -> str:
    """The cursor of a list that is sorted by a number, or by a number and an id."""
    return base64.urlsafe_b64encode(f"{number}:{record_id}".encode()).decode().rstrip("=")


def read_key(cursor: str) -> tuple[int, str]:
    """Number and id in a cursor; raises `BadRequest("cursor_invalid")`."""
    try:
        number, record_id = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split(":", 1)
        found = int(number)
    except (ValueError, binascii.Error):
        raise _refusal() from None
    if abs(found) >= LARGEST:
        raise _refusal()
    return found, record_id


def older(at: Any, record_id: Any, cursor: str | None) -> list[ColumnElement[bool]]:
    """The condition for what follows `cursor` when sorting by (at, id), newest first."""
    if cursor is None:
        return []
    moment, last = read_cursor(cursor)
    return [at <= moment, or_(at < moment, and_(at == moment, record_id < last))]


def newer(at: Any, record_id: Any, cursor: str | None) -> list[ColumnElement[bool]]:
    """The same, oldest first."""
    if cursor is None:
        return []
    moment, last = read_cursor(cursor)
    return [at >= moment, or_(at > moment, and_(at == moment, record_id > last))]


def _refusal() -> BadRequest:
    return BadRequest("cursor_invalid", "This cursor was not made here. Start from the first page.")
