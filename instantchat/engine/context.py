"""What the engine may know about the world while it takes a step; the host reads it from the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from .library import EMPTY, Library
from .plain import plain
from .window import NEVER, Window


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
    """Something that happened to a contact. `kind` is one of these, with these `refs`:

    - `message`, a direct message (quick reply taps and shared posts included): `mid`, and with a referral those below
    - `postback`, a tap on a button, ice breaker or menu item: `mid`, and with a referral those below
    - `story_reply`, `story_mention`: `mid`, `storyId`, `storyUrl`
    - `comment`, `live_comment`: `commentId`, `mediaId`, `mediaKind`, `parentId` (a reply to a comment), `username`
    - `reaction`: `mid` (of the message reacted to); `payload` is the emoji or its name (`love`)
    - `referral`, a link or ad opened: `ref`, `referralSource` (`link` or `ad`), `adId`
    - `contact_changed`: `change` (`tag_added`, `tag_removed` or `field_set`), `name`, `value`
    - `schedule`: `flowId`, `nodeId`, `moment`
    - `api`: `flowId`, `variables`

    `payload` is that of the quick reply or button; `attachments` are `{type, url}`. Absent refs are left out.
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

    `last_starts` is when each flow last started for this contact (only kept for flows that ask: reentry once or every,
    a default reply once a day). `is_first`: the contact never sent a direct message before this event.
    `has_ai`: the operator set up an AI endpoint. `library`: the flows this one may lead into. `stop_words`, folded: a
    message that is one of them ends what runs.
    """

    contact: ContactView
    account: AccountView
    now: datetime
    rng: Random
    message: InboundMessage | None = None
    window: Window = NEVER
    conversation_id: str = ""
    last_starts: Mapping[str, datetime] = field(default_factory=dict)
    is_first: bool = False
    has_ai: bool = False
    library: Library = EMPTY
    stop_words: frozenset[str] = frozenset()
