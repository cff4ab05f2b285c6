"""Webhook bodies and headers as Meta sends them (`instagram-api.md` 2.2)."""

from __future__ import annotations

import json
from typing import Any

from instantchat.channels.simulator.comments import Comment
from instantchat.channels.simulator.posts import Post
from instantchat.channels.simulator.threads import ThreadMessage
from instantchat.kit.crypto import Secret, hmac_hex

API_VERSION = "v25.0"
Json = dict[str, Any]


def message_item(message: ThreadMessage, extra: Json | None = None) -> Json:
    """The customer's message, or the echo of the account's (which never carries an app_id)."""
    inner: Json = {"mid": message.mid}
    if message.body.get("text"):
        inner["text"] = message.body["text"]
    if message.body.get("attachments"):
        inner["attachments"] = message.body["attachments"]
    sender, recipient = message.igsid, message.user_id
    if message.direction == "out":
        sender, recipient = recipient, sender
        inner["is_echo"] = True
    if message.body.get("is_self"):
        inner["is_self"] = True
    return item(sender, recipient, message.at, {"message": {**inner, **(extra or {})}})


def item(sender: str, recipient: str, at: float, event: Json) -> Json:
    """A messaging item around one event."""
    return {"sender": {"id": sender}, "recipient": {"id": recipient}, "timestamp": int(at * 1000), **event}


def comment_change(comment: Comment, post: Post, app_scoped_id: str, form: str, *, boosted: bool = False) -> Json:
    """A `comments` change (row C1; C4 for the account's own, C5 with `comment_id`), which the flat form (D) spreads;
    `boosted`: told again, as of the ad that the post was made into."""
    writer: Json = {"id": comment.author_id, "username": comment.username}
    if comment.is_own:
        writer["self_ig_scoped_id"] = app_scoped_id
    media: Json = {"id": post.id, "media_product_type": "FEED" if post.kind == "LIVE" else post.kind}
    if post.kind == "AD":
        media |= {"ad_id": post.id, "ad_title": post.ad_title, "original_media_id": post.id}
    if boosted:
        ad_id = f"120{post.id[3:]}"
        media = {"id": ad_id, "media_product_type": "AD", "ad_id": ad_id, "ad_title": post.caption[:40]}
        media["original_media_id"] = post.id
    value = {"from": writer, "media": media, "comment_id" if form == "comment_id" else "id": comment.id}
    if comment.parent_id:
        value["parent_id"] = comment.parent_id
    return {"field": comments_field(post), "value": {**value, "text": comment.text}}


def comments_field(post: Post) -> str:
    """The subscription that hears of comments under it."""
    return "live_comments" if post.kind == "LIVE" else "comments"


def body_of(user_id: str, items: list[Json], now: float, *, is_standby: bool = False) -> bytes:
    """Of messaging items, in ms; under `standby` while another app holds the conversation."""
    return encode([{"time": int(now * 1000), "id": user_id, "standby" if is_standby else "messaging": items}])


def change_body(user_id: str, change: Json, now: float, *, flat: bool = False) -> bytes:
    """Of one change, in s; `flat` is the form of the docs without `changes`."""
    entry = {"time": int(now), "id": user_id}
    return encode([{**entry, **change} if flat else {**entry, "changes": [change]}])


def encode(entries: list[Json]) -> bytes:
    """Compact ASCII JSON, `\\uXXXX` in lower hex and `/` as `\\/`: what the signature is over."""
    return encode_document({"object": "instagram", "entry": entries})


def encode_document(document: Json) -> bytes:
    """As `encode`, of a whole delivery."""
    return json.dumps(document, separators=(",", ":")).replace("/", "\\/").encode("ascii")


def merged(bodies: list[bytes]) -> bytes:
    """Several deliveries as one: neighbouring messaging items of an account share an entry, as in Meta's batches."""
    entries: list[Json] = []
    for body in bodies:
        for entry in json.loads(body).get("entry", []):
            last = entries[-1] if entries else {}
            if "messaging" in entry and "messaging" in last and last["id"] == entry["id"]:
                last["messaging"] += entry["messaging"]
            else:
                entries.append(entry)
    return encode(entries)


def headers_of(body: bytes, app_secret: Secret) -> dict[str, str]:
    """The header set observed in the wild (chatwoot#11983)."""
    return {
        "User-Agent": "facebookexternalua",
        "Content-Type": "application/json",
        "X-Hub-Signature": "sha1=" + hmac_hex(app_secret.reveal(), body, "sha1"),
        "X-Hub-Signature-256": "sha256=" + hmac_hex(app_secret.reveal(), body),
        "Facebook-API-Version": API_VERSION,
        "Accept": "*/*",
        "Accept-Encoding": "deflate, gzip",
    }
