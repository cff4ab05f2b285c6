"""Webhook bodies and headers as Meta sends them (`instagram-api.md` 2.2)."""

from __future__ import annotations

import json
from typing import Any

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
    return item(sender, recipient, message.at, {"message": {**inner, **(extra or {})}})


def item(sender: str, recipient: str, at: float, event: Json) -> Json:
    """A messaging item around one event."""
    return {"sender": {"id": sender}, "recipient": {"id": recipient}, "timestamp": int(at * 1000), **event}


def body_of(user_id: str, items: list[Json], now: float) -> bytes:
    """Compact ASCII JSON, `\\uXXXX` in lower hex and `/` as `\\/`: what the signature is over."""
    entry = {"time": int(now * 1000), "id": user_id, "messaging": items}
    text = json.dumps({"object": "instagram", "entry": [entry]}, separators=(",", ":"))
    return text.replace("/", "\\/").encode("ascii")


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
