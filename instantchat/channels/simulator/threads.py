"""Conversations between accounts and customers, and the 24-hour window."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from dataclasses import dataclass
from typing import Any, Literal

from instantchat.channels.simulator import ids
from instantchat.kit.clock import rfc3339

Json = dict[str, Any]
WINDOW = 24 * 3600.0
MOST = 200


@dataclass(frozen=True, slots=True)
class ThreadMessage:
    """One message; `body` is Meta's message object (text, attachments, quick_replies)."""

    mid: str
    user_id: str
    igsid: str
    direction: Literal["in", "out"]
    body: Json
    at: float

    def view(self) -> Json:
        """As the script API and the page see it; `in` is from the customer, `out` from the account."""
        template = _template(self.body)
        return {
            "mid": self.mid,
            "accountId": self.user_id,
            "igsid": self.igsid,
            "direction": self.direction,
            "text": template.get("text") or self.body.get("text") or "",
            "quickReplies": self.body.get("quick_replies", []),
            "buttons": template.get("buttons", []),
            "cards": template.get("elements", []),
            "attachments": [item for item in self.body.get("attachments", []) if item.get("type") != "template"],
            "reaction": self.body.get("reaction"),
            "at": rfc3339(dt.datetime.fromtimestamp(self.at, dt.UTC)),
        }


def add_message(
    connection: sqlite3.Connection, user_id: str, igsid: str, direction: Literal["in", "out"], body: Json, now: float
) -> ThreadMessage:
    """Keep a message; one from the customer opens the window."""
    message = ThreadMessage(ids.mid(user_id), user_id, igsid, direction, body, now)
    connection.execute(
        "INSERT INTO messages (mid, user_id, igsid, direction, body, at) VALUES (?, ?, ?, ?, ?, ?)",
        (message.mid, user_id, igsid, direction, json.dumps(body), now),
    )
    if direction == "in":
        open_window(connection, user_id, igsid, now)
    return message


def open_window(connection: sqlite3.Connection, user_id: str, igsid: str, now: float) -> None:
    """The customer acted: the account may answer for 24 hours from now."""
    connection.execute(
        "INSERT INTO threads VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET customer_wrote_at = excluded.customer_wrote_at",
        (user_id, igsid, now),
    )


def window_ends(connection: sqlite3.Connection, user_id: str, igsid: str) -> float | None:
    """When the account may no longer answer; None if the customer never wrote."""
    row = connection.execute(
        "SELECT customer_wrote_at FROM threads WHERE user_id = ? AND igsid = ?", (user_id, igsid)
    ).fetchone()
    return row["customer_wrote_at"] + WINDOW if row else None


def read_thread(connection: sqlite3.Connection, user_id: str, igsid: str) -> list[ThreadMessage]:
    """The newest messages, oldest of them first."""
    rows = connection.execute(
        "SELECT * FROM messages WHERE user_id = ? AND igsid = ? ORDER BY seq DESC LIMIT ?", (user_id, igsid, MOST)
    ).fetchall()
    return [_message(row) for row in reversed(rows)]


def find_message(connection: sqlite3.Connection, mid: str) -> ThreadMessage | None:
    """By mid."""
    row = connection.execute("SELECT * FROM messages WHERE mid = ?", (mid,)).fetchone()
    return _message(row) if row else None


def set_reaction(connection: sqlite3.Connection, message: ThreadMessage, emoji: str | None) -> ThreadMessage:
    """The account's reaction on a message, or None to take it back."""
    body = {**message.body, "reaction": emoji}
    connection.execute("UPDATE messages SET body = ? WHERE mid = ?", (json.dumps(body), message.mid))
    return ThreadMessage(message.mid, message.user_id, message.igsid, message.direction, body, message.at)


def _message(row: sqlite3.Row) -> ThreadMessage:
    body = json.loads(row["body"])
    return ThreadMessage(row["mid"], row["user_id"], row["igsid"], row["direction"], body, row["at"])


def _template(body: Json) -> Json:
    for item in body.get("attachments", []):
        if item.get("type") == "template":
            return dict(item.get("payload", {}))
    return {}
