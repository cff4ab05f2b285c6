"""Conversations between accounts and customers, and the window in which an account may answer."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from dataclasses import dataclass, replace
from typing import Any, Literal

from instantchat.channels.simulator import ids
from instantchat.kit.clock import rfc3339

Json = dict[str, Any]
WINDOW = 24 * 3600.0
AD_WINDOW = 7 * WINDOW
HUMAN_WINDOW = 7 * WINDOW
MOST = 200


@dataclass(frozen=True, slots=True)
class ThreadMessage:
    """One message; `body` is Meta's message object (text, attachments, quick_replies, reply_to) and what became of it:
    `reaction` is the account's, `customer_reaction` the customer's, `is_deleted` unsent, `comment` the one it
    answers in private, `via` `phone` when the owner wrote it there, or `other_app`, `is_self` when the account wrote it
    to itself."""

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
            "customerReaction": self.body.get("customer_reaction"),
            "replyTo": self.body.get("reply_to"),
            "comment": self.body.get("comment"),
            "edits": self.body.get("num_edit", 0),
            "unsent": bool(self.body.get("is_deleted")),
            "via": self.body.get("via", "api" if self.direction == "out" else "customer"),
            "at": rfc3339(dt.datetime.fromtimestamp(self.at, dt.UTC)),
        }


def add_message(
    connection: sqlite3.Connection,
    user_id: str,
    igsid: str,
    direction: Literal["in", "out"],
    body: Json,
    now: float,
    lasts: float = WINDOW,
) -> ThreadMessage:
    """Keep a message; one from the customer opens the window for `lasts` seconds."""
    message = ThreadMessage(ids.mid(user_id), user_id, igsid, direction, body, now)
    connection.execute(
        "INSERT INTO messages (mid, user_id, igsid, direction, body, at) VALUES (?, ?, ?, ?, ?, ?)",
        (message.mid, user_id, igsid, direction, json.dumps(body), now),
    )
    if direction == "in":
        open_window(connection, user_id, igsid, now, lasts)
    return message


def open_window(
    connection: sqlite3.Connection,
    user_id: str,
    igsid: str,
    now: float,
    lasts: float = WINDOW,
    *,
    consents: bool = True,
) -> None:
    """The customer acted: the account may answer for `lasts` seconds from now, and if that act `consents`, read the
    profile. A longer window from before stays."""
    connection.execute(
        "INSERT INTO threads (user_id, igsid, customer_wrote_at, ends_at, consented) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET customer_wrote_at = excluded.customer_wrote_at,"
        " ends_at = max(coalesce(ends_at, 0), excluded.ends_at), consented = max(consented, excluded.consented)",
        (user_id, igsid, now, now + lasts, consents),
    )


def window_ends(connection: sqlite3.Connection, user_id: str, igsid: str) -> float | None:
    """When the account may no longer answer; None if the customer never wrote."""
    row = _thread(connection, user_id, igsid)
    return (row["ends_at"] or row["customer_wrote_at"] + WINDOW) if row else None


def human_window_ends(connection: sqlite3.Connection, user_id: str, igsid: str) -> float | None:
    """When a person with the HUMAN_AGENT tag may no longer answer."""
    row = _thread(connection, user_id, igsid)
    return row["customer_wrote_at"] + HUMAN_WINDOW if row else None


def has_consented(connection: sqlite3.Connection, user_id: str, igsid: str) -> bool:
    """Whether the account may read the customer's profile."""
    row = _thread(connection, user_id, igsid)
    return bool(row and row["consented"])


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


def change(connection: sqlite3.Connection, message: ThreadMessage, **changes: Any) -> ThreadMessage:
    """The message with these parts of its body changed; None takes a part away."""
    body = {name: value for name, value in {**message.body, **changes}.items() if value is not None}
    connection.execute("UPDATE messages SET body = ? WHERE mid = ?", (json.dumps(body), message.mid))
    return replace(message, body=body)


def has_messages(connection: sqlite3.Connection, user_id: str, igsid: str) -> bool:
    """Whether there is a conversation."""
    found = connection.execute("SELECT 1 FROM messages WHERE user_id = ? AND igsid = ? LIMIT 1", (user_id, igsid))
    return found.fetchone() is not None


def is_held(connection: sqlite3.Connection, user_id: str, igsid: str) -> bool:
    """Whether another app than ours holds the conversation."""
    found = connection.execute("SELECT 1 FROM held_threads WHERE user_id = ? AND igsid = ?", (user_id, igsid))
    return found.fetchone() is not None


def hold(connection: sqlite3.Connection, user_id: str, igsid: str, *, held: bool) -> None:
    """The other app holds the conversation from now on, or ours."""
    connection.execute("DELETE FROM held_threads WHERE user_id = ? AND igsid = ?", (user_id, igsid))
    if held:
        connection.execute("INSERT INTO held_threads VALUES (?, ?)", (user_id, igsid))


def _message(row: sqlite3.Row) -> ThreadMessage:
    body = json.loads(row["body"])
    return ThreadMessage(row["mid"], row["user_id"], row["igsid"], row["direction"], body, row["at"])


def _thread(connection: sqlite3.Connection, user_id: str, igsid: str) -> sqlite3.Row | None:
    found = connection.execute("SELECT * FROM threads WHERE user_id = ? AND igsid = ?", (user_id, igsid)).fetchone()
    return found if isinstance(found, sqlite3.Row) else None


def _template(body: Json) -> Json:
    for item in body.get("attachments", []):
        if item.get("type") == "template":
            return dict(item.get("payload", {}))
    return {}
