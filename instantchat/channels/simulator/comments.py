"""Comments under posts, and the ledger of private replies: one a comment, within seven days."""

from __future__ import annotations

import datetime as dt
import sqlite3
from dataclasses import dataclass
from typing import Any, Literal

from instantchat import errors
from instantchat.channels.simulator import ids
from instantchat.channels.simulator.posts import Post
from instantchat.kit.clock import rfc3339

MOST = 200
_COLUMNS = "id, media_id, user_id, author_id, username, text, parent_id, at, is_hidden, private_reply"


@dataclass(frozen=True, slots=True)
class Comment:
    """`user_id` is the account whose post it is under; `private_reply` is empty, `used` or `burned`."""

    id: str
    media_id: str
    user_id: str
    author_id: str
    username: str
    text: str
    parent_id: str | None
    at: float
    is_hidden: int
    private_reply: str

    @property
    def is_own(self) -> bool:
        """The account's own."""
        return self.author_id == self.user_id

    def view(self) -> dict[str, Any]:
        """As the script API and the page see it."""
        return {
            "id": self.id,
            "mediaId": self.media_id,
            "accountId": self.user_id,
            "authorId": self.author_id,
            "username": self.username,
            "text": self.text,
            "parentId": self.parent_id,
            "isOwn": self.is_own,
            "isHidden": bool(self.is_hidden),
            "privateReply": self.private_reply,
            "at": rfc3339(dt.datetime.fromtimestamp(self.at, dt.UTC)),
        }


def add(
    connection: sqlite3.Connection, post: Post, author_id: str, username: str, text: str, parent_id: str, now: float
) -> Comment:
    """A comment, or an answer to one: answers to answers hang under the same first comment, as on Instagram."""
    parent = need(connection, parent_id) if parent_id else None
    if parent is not None and parent.media_id != post.id:
        raise errors.NotFound("comment_not_found", "This comment is under another post.")
    top = (parent.parent_id or parent.id) if parent is not None else None
    row = (ids.comment_id(), post.id, post.user_id, author_id, username, text, top, now, 0, "")
    marks = ", ".join("?" * len(row))
    connection.execute(f"INSERT INTO comments ({_COLUMNS}) VALUES ({marks})", row)  # noqa: S608 - only constants
    return Comment(*row)


def under(connection: sqlite3.Connection, media_id: str) -> list[Comment]:
    """The newest of a post, oldest of them first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM comments WHERE media_id = ? ORDER BY seq DESC LIMIT ?",  # noqa: S608 - a constant
        (media_id, MOST),
    ).fetchall()
    return [Comment(*tuple(row)) for row in reversed(rows)]


def find(connection: sqlite3.Connection, comment_id: str) -> Comment | None:
    """By id."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM comments WHERE id = ?",  # noqa: S608 - a constant
        (comment_id,),
    ).fetchone()
    return Comment(*tuple(row)) if row else None


def need(connection: sqlite3.Connection, comment_id: str) -> Comment:
    """By id; raises `NotFound`."""
    found = find(connection, comment_id)
    if found is None:
        raise errors.NotFound("comment_not_found", "There is no such comment in the simulator.")
    return found


def hide(connection: sqlite3.Connection, comment_id: str, *, hidden: bool) -> None:
    """From everybody but its author and the account."""
    connection.execute("UPDATE comments SET is_hidden = ? WHERE id = ?", (hidden, comment_id))


def delete(connection: sqlite3.Connection, comment_id: str) -> None:
    """It and the answers to it."""
    connection.execute("DELETE FROM comments WHERE id = ? OR parent_id = ?", (comment_id, comment_id))


def spend(connection: sqlite3.Connection, comment_id: str, how: Literal["used", "burned"]) -> None:
    """The comment can have no private reply any more."""
    connection.execute("UPDATE comments SET private_reply = ? WHERE id = ?", (how, comment_id))
