"""Opaque cursors: the sort key of the last record of a page, so that what arrives meanwhile moves nothing."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from instantchat.errors import BadRequest
from instantchat.store.sql.types import EPOCH, micros


def write_cursor(at: dt.datetime, record_id: str) -> str:
    """The cursor that continues after this record."""
    return base64.urlsafe_b64encode(f"{micros(at)}:{record_id}".encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[dt.datetime, str]:
    """The sort key in a cursor; raises `BadRequest("cursor_invalid")`."""
    try:
        at, record_id = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split(":", 1)
        return EPOCH + dt.timedelta(microseconds=int(at)), record_id
    except (ValueError, OverflowError, binascii.Error):
        raise BadRequest("cursor_invalid", "This cursor was not made here. Start from the first page.") from None


def older(at: Any, record_id: Any, cursor: str | None) -> list[ColumnElement[bool]]:
    """The condition for what follows `cursor` when sorting by (at, id), newest first."""
    if cursor is None:
        return []
    moment, last = read_cursor(cursor)
    return [at <= moment, or_(at < moment, and_(at == moment, record_id < last))]
