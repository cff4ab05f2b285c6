"""What the engine may know about the world while it takes a step; the host reads it from the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from .plain import plain


@plain
class ContactView:
    """A contact as flows see it. `profile_known` is False only while its name was never fetched."""

    id: str
    igsid: str
    name: str | None = None
    first_name: str | None = None
    username: str | None = None
    tags: tuple[str, ...] = ()
    fields: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    profile_known: bool = True


@plain
class AccountView:
    """The Instagram account a conversation belongs to; `timezone` is an IANA name."""

    id: str
    ig_user_id: str = ""
    username: str = ""
    timezone: str = "UTC"


@plain
class InboundMessage:
    """Something a contact did. `kind` is `message` (a direct message, quick reply taps included), `postback`
    (a button tap), or a later kind: comment, live_comment, story_reply, story_mention, reaction, referral, ...

    `payload` is that of the quick reply or button; `attachments` are `{type, url}`; `refs` holds ids particular
    to the kind (`mid`, `commentId`, `mediaId`).
    """

    event_id: str
    kind: str
    at: datetime
    text: str | None = None
    payload: str | None = None
    attachments: tuple[dict[str, Any], ...] = ()
    refs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Context:
    """The world of one `advance`: never stored.

    `window_expires_at` is the end of the 24 hour window, None when the contact never wrote. `last_starts` is
    when each flow last started for this contact (only needed for flows whose reentry is once or every).
    """

    contact: ContactView
    account: AccountView
    now: datetime
    rng: Random
    message: InboundMessage | None = None
    window_expires_at: datetime | None = None
    conversation_id: str = ""
    last_starts: Mapping[str, datetime] = field(default_factory=dict)
