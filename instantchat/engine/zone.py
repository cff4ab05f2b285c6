"""Time zones by their IANA names."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def read_zone(name: str) -> tzinfo | None:
    """The zone; None when there is none of this name."""
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def local_date(now: datetime, zone: str) -> date:
    """The day it is there, in UTC where the zone is unknown."""
    return now.astimezone(read_zone(zone) or UTC).date()
