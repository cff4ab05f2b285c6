"""An item of `entry.changes` (rows C), or the flat `{field, value}` form of the docs (row D), to a plain event."""

from __future__ import annotations

import datetime as dt
from typing import Any

from instantchat.channels.instagram.payloads import (
    Json,
    ParsedEvent,
    digest,
    ident,
    mapping,
    moment,
    other,
    parse_messaging,
    party,
    text_of,
)

_COMMENTS = {"comments": "comment", "live_comments": "live_comment"}
_PLAIN = {"mentions": "mention", "story_insights": "story_insights"}
_MESSAGING = (
    "message",
    "postback",
    "read",
    "reaction",
    "message_edit",
    "referral",
    "optin",
    "pass_thread_control",
    "take_thread_control",
    "request_thread_control",
)


def parse_change(account: str, item: Any, fallback: dt.datetime, *, about: str = "instagram") -> ParsedEvent:
    """One change; `about` is the delivery's `object` (`permissions` has a shape of its own, row C11)."""
    if not isinstance(item, dict):
        return other(account, {"value": item}, fallback)
    field, value = item.get("field"), item.get("value")
    if about == "permissions" and isinstance(item.get("verb"), str):
        return _plain(account, "permission", item, fallback, text=text_of(field), action=item["verb"])
    if not isinstance(field, str) or not isinstance(value, dict):
        return other(account, item, fallback)
    if field in _COMMENTS:
        return _comment(account, _COMMENTS[field], item, value, moment(value.get("timestamp"), fallback))
    if field in _PLAIN:
        return _plain(account, _PLAIN[field], item, fallback)
    if any(isinstance(value.get(name), dict) for name in _MESSAGING):
        return parse_messaging(account, value, fallback, standby=field == "standby")
    return other(account, item, fallback)


def _comment(account: str, kind: str, item: Json, value: Json, at: dt.datetime) -> ParsedEvent:
    comment_id = ident(value.get("id")) or ident(value.get("comment_id"))
    if comment_id is None:
        return other(account, item, at)
    author = party(value, "from")
    writer = mapping(value.get("from"))
    is_own = author is not None and (author == account or "self_ig_scoped_id" in writer)
    return ParsedEvent(
        account_ig_id=account,
        kind=kind,
        natural_key=f"{kind}:{comment_id[:400]}",
        contact_igsid=author if author and author.isdecimal() and not is_own else None,
        direction="echo" if is_own else "in",
        at=at,
        mid=None,
        text=text_of(value.get("text")),
        payload=None,
        attachments=(),
        reply_to=None,
        referral=None,
        raw=item,
        is_test=account == "0",
        comment={
            "id": comment_id,
            "mediaId": party(value, "media"),
            "mediaKind": text_of(mapping(value.get("media")).get("media_product_type")),
            "parentId": ident(value.get("parent_id")),
            "username": text_of(writer.get("username")),
        },
    )


def _plain(
    account: str, kind: str, item: Json, at: dt.datetime, *, text: str | None = None, action: str | None = None
) -> ParsedEvent:
    value = mapping(item.get("value"))
    return ParsedEvent(
        account_ig_id=account,
        kind=kind,
        natural_key=f"{kind}:{digest(account, item, int(at.timestamp()))}",
        contact_igsid=None,
        direction="in",
        at=at,
        mid=None,
        text=text,
        payload=None,
        attachments=(),
        reply_to=None,
        referral=None,
        raw=item,
        is_test=account == "0",
        action=action,
        comment={"id": ident(value.get("comment_id")), "mediaId": ident(value.get("media_id"))} if value else None,
    )
