"""What accounts publish: posts, reels, ads, live videos, and stories of 24 hours."""

from __future__ import annotations

import datetime as dt
import sqlite3
from dataclasses import astuple, dataclass
from typing import Any, Literal, cast, get_args

from instantchat import errors
from instantchat.channels.simulator import assets, ids
from instantchat.channels.simulator.refusals import bad_parameter
from instantchat.kit.clock import rfc3339

Kind = Literal["FEED", "REELS", "STORY", "AD", "LIVE"]
KINDS = get_args(Kind)
_FIRST: tuple[tuple[Kind, str], ...] = (
    ("FEED", "Fresh out of the oven. Comment PRICE and we send you the list."),
    ("FEED", "Saturday market: 9 to 2, rain or shine."),
    ("REELS", "How it is made, in 30 seconds."),
)
MOST = 50


@dataclass(frozen=True, slots=True)
class Post:
    """One of them; `ended_at` is when a live video was over."""

    id: str
    user_id: str
    kind: Kind
    caption: str
    ad_title: str
    asset_id: str
    at: float
    ended_at: float | None

    def is_over(self, now: float) -> bool:
        """A story after a day, a live video once it ended."""
        return now > self.at + assets.STORY if self.kind == "STORY" else self.ended_at is not None

    def view(self, picture_url: str) -> dict[str, Any]:
        """As the script API shows it."""
        at = rfc3339(dt.datetime.fromtimestamp(self.at, dt.UTC))
        about = {"id": self.id, "accountId": self.user_id, "kind": self.kind, "caption": self.caption}
        return {**about, "adTitle": self.ad_title, "pictureUrl": picture_url, "at": at}


def publish(
    connection: sqlite3.Connection, user_id: str, kind: str, caption: str, now: float, *, ad_title: str = ""
) -> Post:
    """A new one; raises `Invalid` for a kind there is not."""
    if kind not in KINDS:
        raise errors.Invalid("bad_kind", f"kind is one of {', '.join(KINDS)}.")
    asset_id = assets.make(connection, "image", now, lasts=assets.STORY if kind == "STORY" else None)
    post = Post(ids.media_id(), user_id, cast(Kind, kind), caption[:2200], ad_title, asset_id, now, None)
    connection.execute("INSERT INTO posts VALUES (?, ?, ?, ?, ?, ?, ?, ?)", astuple(post))
    return post


def shown(connection: sqlite3.Connection, user_id: str, now: float) -> list[Post]:
    """What visitors see, newest first: some posts from the beginning, and always a story of today."""
    if connection.execute("SELECT 1 FROM posts WHERE user_id = ? LIMIT 1", (user_id,)).fetchone() is None:
        for kind, caption in reversed(_FIRST):
            publish(connection, user_id, kind, caption, now)
    found = [post for post in _of_account(connection, user_id) if not post.is_over(now)]
    if not any(post.kind == "STORY" for post in found):
        found.insert(0, publish(connection, user_id, "STORY", "Today's special. Reply to this story!", now))
    return found


def find(connection: sqlite3.Connection, media_id: str) -> Post | None:
    """By media id."""
    row = connection.execute("SELECT * FROM posts WHERE id = ?", (media_id,)).fetchone()
    return Post(*tuple(row)) if row else None


def need(connection: sqlite3.Connection, media_id: str) -> Post:
    """By media id; raises `NotFound`."""
    found = find(connection, media_id)
    if found is None:
        raise errors.NotFound("post_not_found", "There is no such post in the simulator.")
    return found


def end_live(connection: sqlite3.Connection, media_id: str, now: float) -> None:
    """The live video is over."""
    connection.execute("UPDATE posts SET ended_at = ? WHERE id = ? AND kind = 'LIVE'", (now, media_id))


def check_shared(connection: sqlite3.Connection, user_id: str, body: dict[str, Any]) -> None:
    """A post that an account sends must be its own; raises 100/2534015."""
    for item in body.get("attachments", []):
        if item.get("type") == "MEDIA_SHARE":
            found = find(connection, str((item.get("payload") or {}).get("id", "")))
            if found is None or found.user_id != user_id:
                raise bad_parameter("(#100) The media is not owned by the account", 2534015)


def _of_account(connection: sqlite3.Connection, user_id: str) -> list[Post]:
    rows = connection.execute(
        "SELECT * FROM posts WHERE user_id = ? ORDER BY at DESC, rowid DESC LIMIT ?", (user_id, MOST)
    )
    return [Post(*tuple(row)) for row in rows]
