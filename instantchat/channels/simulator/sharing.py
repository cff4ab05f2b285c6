"""What customers put into messages: media, posts, stories and where they came from, in the forms of the webhooks."""

from __future__ import annotations

import sqlite3
from typing import Any

from instantchat import errors
from instantchat.channels.simulator import assets, ids, posts
from instantchat.channels.simulator.simulator import Simulator
from instantchat.channels.simulator.threads import Json

_WITH_ADDRESS = ("image", "video", "audio", "file", "ig_reel", "reel", "ig_story", "unsupported_type")
_BARE = ("like_heart", "ephemeral")
_MOST = 10


def attachments(simulator: Simulator, connection: sqlite3.Connection, wanted: Any) -> list[Json]:
    """`[{type, url?}]` as Meta's attachments with addresses that expire; raises `Invalid`."""
    if not isinstance(wanted, list) or not 0 < len(wanted) <= _MOST:
        raise errors.Invalid("bad_attachments", f"attachments is a list of 1 to {_MOST}.")
    return [_attachment(simulator, connection, item) for item in wanted]


def post(simulator: Simulator, connection: sqlite3.Connection, media_id: str) -> list[Json]:
    """A post sent into a conversation: `ig_post`, `share` or both, as the time of Meta's change orders (A6, A7)."""
    shared = posts.need(connection, media_id)
    url = simulator.asset_url(connection, shared.asset_id)
    if shared.kind == "STORY":
        return [{"type": "ig_story", "payload": {"url": url}}]
    if shared.kind == "REELS":
        return [{"type": "ig_reel", "payload": {"reel_video_id": shared.id, "title": shared.caption, "url": url}}]
    payload = {"ig_post_media_id": shared.id, "title": shared.caption, "url": url}
    form = simulator.faults.shares_form
    return [{"type": kind, "payload": payload} for kind in (("share", "ig_post") if form == "both" else (form,))]


def story(simulator: Simulator, connection: sqlite3.Connection, media_id: str) -> tuple[str, Json]:
    """The account of a story and what a reply names of it (A18); raises `Conflict` once it is over."""
    found = posts.need(connection, media_id)
    if found.kind != "STORY":
        raise errors.Invalid("not_a_story", "This post is no story.")
    if found.is_over(simulator.now()):
        raise errors.Conflict("story_over", "This story is over: stories last 24 hours.")
    return found.user_id, {"id": found.id, "url": simulator.asset_url(connection, found.asset_id)}


def mention(simulator: Simulator, connection: sqlite3.Connection) -> Json:
    """A story of the customer's that mentions the account (A4); its address dies with the story."""
    asset_id = assets.make(connection, "image", simulator.now(), lasts=assets.STORY)
    return {"type": "story_mention", "payload": {"url": simulator.asset_url(connection, asset_id)}}


def link_referral(ref: str) -> Json:
    """Of an `ig.me` link (A28)."""
    return {"ref": ref, "source": "SHORTLINK", "type": "OPEN_THREAD"}


def ad_referral(ref: str, ad: Json) -> Json:
    """Of a click-to-Direct ad (A22)."""
    about = {"ad_title": str(ad.get("title") or "Ad")}
    found = {"ad_id": str(ad.get("id") or ids.media_id()), "source": "ADS", "type": "OPEN_THREAD"}
    return {**({"ref": ref} if ref else {}), **found, "ads_context_data": about}


def _attachment(simulator: Simulator, connection: sqlite3.Connection, item: Any) -> Json:
    kind = item.get("type") if isinstance(item, dict) else None
    if kind in _BARE:
        return {"type": kind}
    if kind not in _WITH_ADDRESS:
        raise errors.Invalid("bad_attachments", f"type is one of {', '.join((*_WITH_ADDRESS, *_BARE))}.")
    source = str(item.get("url") or "")
    if source and not source.startswith(("http://", "https://")):
        raise errors.Invalid("bad_attachments", "url is an http or https address.")
    asset_id = assets.make(connection, kind, simulator.now(), source=source)
    return {"type": kind, "payload": {"url": simulator.asset_url(connection, asset_id)}}
