"""One webhook item to one plain event, leniently: no shape is ever an exception.

Shapes and their sources: `instagram-payloads.md` (A messaging, B standby, C changes, D flat). What is not
understood becomes kind `other` and is kept whole.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from instantchat.kit.clock import from_epoch

Json = dict[str, Any]
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MAX_ID = 64
TEST_ACCOUNT = "0"  # the dashboard's Test button
_EMPTY: Json = {}


@dataclass(frozen=True, slots=True)
class ParsedEvent:
    """Something Meta told us.

    `natural_key` names the event itself, not its delivery, and is unique within the account: kind + mid or comment
    id, with sender, action and timestamp for kinds that repeat, or a digest where there is no id.
    kinds: message, echo, unsend, edit, postback, read, reaction, referral, optin, handover, app_roles, policy,
    comment, live_comment, mention, story_insights, permission, other. `direction` echo means the account itself did it.
    `payload` is what a tap carries (quick reply, button, menu) or the emoji of a reaction; `action` is
    react|unreact, or the verb of a handover; `comment` is `{id, mediaId, parentId, username}`;
    `attachments` are `{type, url, title}`; `raw` is the item whole. `is_standby`: another app holds the thread,
    do not answer. `is_test`: sent by the dashboard's Test button, no customer.
    """

    account_ig_id: str
    kind: str
    natural_key: str
    contact_igsid: str | None
    direction: Literal["in", "echo"]
    at: dt.datetime
    mid: str | None
    text: str | None
    payload: str | None
    attachments: tuple[Json, ...]
    reply_to: Json | None
    referral: Json | None
    raw: Json
    is_test: bool
    action: str | None = None
    comment: Json | None = None
    is_standby: bool = False


def parse_messaging(account: str, item: Any, fallback: dt.datetime, *, standby: bool = False) -> ParsedEvent:
    """An item of `entry.messaging` or `entry.standby` (rows A, B, C9, C12)."""
    if not isinstance(item, dict):
        return other(account, {"value": item}, fallback)
    sender, recipient = party(item, "sender"), party(item, "recipient")
    at = moment(item.get("timestamp"), fallback)
    found = _event_of(item)
    if found is None:
        return other(account, item, at)
    name, kind, body = found
    is_echo = bool(name == "message" and body.get("is_echo")) or bool(
        item.get("is_self") or (account and sender == account)
    )
    account = account or (sender if is_echo else recipient) or ""
    if account != TEST_ACCOUNT and sender is not None and recipient is not None and account not in (sender, recipient):
        return other(account, item, at)  # of another account than the entry names
    contact = _contact(account, sender, recipient, is_echo)
    if contact is not None and not contact.isdecimal():
        return other(account, item, at)
    mid, action, payload = ident(body.get("mid")), None, None
    if name == "message":
        kind = "unsend" if _is_true(body.get("is_deleted")) else "echo" if is_echo else "message"
        payload = text_of(mapping(body.get("quick_reply")).get("payload"))
    elif name == "postback":
        payload = text_of(body.get("payload"))
    elif name == "reaction":
        action = text_of(body.get("action"))
        payload = text_of(body.get("emoji")) or text_of(body.get("reaction"))
    elif kind == "handover":
        action = name
    reply_to = body.get("reply_to")
    referral = body if kind == "referral" else body.get("referral")
    return ParsedEvent(
        account_ig_id=account,
        kind=kind,
        natural_key=_messaging_key(account, kind, mid, contact, action, at, item, body),
        contact_igsid=contact,
        direction="echo" if is_echo else "in",
        at=at,
        mid=mid,
        text=text_of(body.get("title") if kind == "postback" else body.get("text")),
        payload=payload,
        attachments=_attachments(body["attachments"]) if "attachments" in body else (),
        reply_to=reply_to if isinstance(reply_to, dict) else None,
        referral=referral if isinstance(referral, dict) else None,
        raw=item,
        is_test=account == TEST_ACCOUNT or mid == "random_mid",
        action=action,
        is_standby=standby,
    )


def other(account: str, raw: Json, at: dt.datetime) -> ParsedEvent:
    """What is not understood, kept whole; the same content from the same account is the same event."""
    return ParsedEvent(
        account_ig_id=account,
        kind="other",
        natural_key=f"other:{digest(account, raw)}",
        contact_igsid=None,
        direction="in",
        at=at,
        mid=None,
        text=None,
        payload=None,
        attachments=(),
        reply_to=None,
        referral=None,
        raw=raw,
        is_test=account == TEST_ACCOUNT,
    )


def ident(value: Any) -> str | None:
    """An id given as text or number; None for anything else."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return None


def party(holder: Mapping[str, Any], name: str) -> str | None:
    """The id of `sender`, `recipient` or `from`, given as `{id}` or bare; None when absent or absurdly long."""
    value = holder.get(name)
    found = ident(value.get("id") if isinstance(value, dict) else value)
    return found if found is None or len(found) <= _MAX_ID else None


def text_of(value: Any) -> str | None:
    """Text, or the digits of a number; None for anything else."""
    if isinstance(value, str):
        return value
    return ident(value)


def moment(value: Any, fallback: dt.datetime) -> dt.datetime:
    """Milliseconds or seconds, as number or digits, or ISO 8601; `fallback` for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str) or not value:
        return fallback
    try:
        return from_epoch(value)
    except ValueError:
        return _iso(str(value)) or fallback


def mapping(value: Any) -> Json:
    """The object, or an empty one for anything else."""
    return value if isinstance(value, dict) else _EMPTY


def digest(*parts: Any) -> str:
    """SHA-256 of the canonical JSON (sorted keys) of `parts`."""
    return hashlib.sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()


# The first key present decides; `message` goes before what may accompany it.
_EVENT_KEYS: tuple[tuple[str, str], ...] = (
    ("message", "message"),
    ("postback", "postback"),
    ("read", "read"),
    ("reaction", "reaction"),
    ("message_edit", "edit"),
    ("optin", "optin"),
    ("pass_thread_control", "handover"),
    ("take_thread_control", "handover"),
    ("request_thread_control", "handover"),
    ("app_roles", "app_roles"),
    ("policy_enforcement", "policy"),
    ("policy-enforcement", "policy"),
    ("referral", "referral"),
)
_ONCE_PER_MID = frozenset({"message", "echo", "unsend", "postback"})


def _event_of(item: Json) -> tuple[str, str, Json] | None:
    for name, kind in _EVENT_KEYS:
        body = item.get(name)
        if isinstance(body, dict):
            return name, kind, body
    return None


def _messaging_key(
    account: str,
    kind: str,
    mid: str | None,
    contact: str | None,
    action: str | None,
    at: dt.datetime,
    item: Json,
    body: Json,
) -> str:
    if mid and kind in _ONCE_PER_MID:
        return f"{kind}:{_short(mid)}"
    if mid:
        step = body.get("num_edit", "") if kind == "edit" else action or ""
        emoji = body.get("emoji") or body.get("reaction") or "" if kind == "reaction" else ""
        return f"{kind}:{_short(mid)}:{contact}:{step}:{emoji}:{int(at.timestamp() * 1000)}"
    return f"{kind}:{digest(account, item)}"


def _short(mid: str) -> str:
    """Real mids have 150-200 characters; an index row has a limit."""
    return mid if len(mid) <= 400 else hashlib.sha256(mid.encode()).hexdigest()


def _contact(account: str, sender: str | None, recipient: str | None, is_echo: bool) -> str | None:
    first, second = (recipient, sender) if is_echo else (sender, recipient)
    if first == account and second is not None and second != account:
        return second
    return first


def _is_true(value: Any) -> bool:
    """Meta once sent the flag as the text "true" (airy#2139)."""
    return value is True or value == "true"


def _attachments(value: Any) -> tuple[Json, ...]:
    """A shared post may come as `share` and `ig_post` beside each other, its old and its new form (row A7): once."""
    items = value if isinstance(value, list) else [value]
    found = [_attachment(item) for item in items if isinstance(item, dict)]
    posts = {each["url"] for each in found if each["type"] == "ig_post"}
    return tuple(each for each in found if each["type"] != "share" or each["url"] not in posts)


def _attachment(item: Json) -> Json:
    payload = mapping(item.get("payload"))
    return {
        "type": text_of(item.get("type")) or "unknown",
        "url": text_of(payload.get("url") or item.get("url")),
        "title": text_of(payload.get("title") or item.get("title")),
    }


def _iso(value: str) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(value)
        return (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None
