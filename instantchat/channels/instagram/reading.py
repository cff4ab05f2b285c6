"""Reading what stands in an account's conversations, and under its posts (`instagram-api.md` 3.4, 3.6).

One call each, one page each; whoever calls keeps to two calls a second. Answers are read leniently: what has no id or
no time is left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import orjson

from instantchat.channels.instagram.answers import Usage
from instantchat.channels.instagram.client import InstagramClient
from instantchat.channels.instagram.errors import MetaUnreachable
from instantchat.channels.instagram.payloads import EPOCH, Json, ident, mapping, moment, party, text_of
from instantchat.kit.crypto import Secret

T = TypeVar("T")
READABLE = 20  # Instagram gives details of the newest messages only
PAGE = 25
_MESSAGE = "id,created_time,from,to,message,attachments,shares,story,is_unsupported"
_COMMENT = "id,text,timestamp,from,username,parent_id"
_MEDIA = "id,media_product_type,timestamp,comments_count"


@dataclass(frozen=True, slots=True)
class Cut(Generic[T]):
    """One page: `after` leads to the next, None when this is the last. `usage` is what Instagram says of its limits."""

    data: list[T]
    after: str | None
    usage: Usage | None


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation: an id of the Conversations API, and when something last happened in it."""

    id: str
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Said:
    """A message as it stands in a conversation. `attachments` are `{type, url}` as webhooks have them, `story` is
    `{reply_to: {id, url}}`. `author` and `recipient` may be of either kind of id; `author_name` is a user name."""

    mid: str
    at: dt.datetime
    author: str | None
    author_name: str | None
    recipient: str | None
    text: str
    attachments: tuple[Json, ...]
    story: Json | None
    is_unsupported: bool

    @property
    def is_known(self) -> bool:
        """Whether Instagram gave more of it than its id."""
        return self.author is not None


@dataclass(frozen=True, slots=True)
class Post:
    """A post of the account; `kind` is FEED, REELS, STORY, AD."""

    id: str
    kind: str
    comments: int | None


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment under one; `raw` is what webhooks say of it."""

    id: str
    at: dt.datetime
    raw: Json


class Reader:
    """Every method raises `MetaRefused` or `MetaUnreachable`."""

    def __init__(self, client: InstagramClient) -> None:
        self._client = client

    async def conversations(
        self, account: str, token: Secret, *, igsid: str | None = None, after: str | None = None
    ) -> Cut[Talk]:
        """Newest first; with an `igsid` that person's alone."""
        query = {"platform": "instagram", "fields": "id,updated_time", "limit": str(PAGE)}
        query |= {"user_id": igsid} if igsid is not None else {}
        rows, following, usage = await self._page(f"{account}/conversations", token, query, after)
        found = [Talk(talk_id, _time(row, "updated_time")) for row in rows if (talk_id := ident(row.get("id")))]
        return Cut(found, following, usage)

    async def messages(self, talk_id: str, token: Secret) -> Cut[Said]:
        """The newest of a conversation, newest first."""
        query = {"fields": f"messages.limit({READABLE}){{{_MESSAGE}}}"}
        body, usage = await self._client.measured_call("GET", self._url(talk_id), token, params=query)
        rows = _rows(mapping(_object(body).get("messages")))
        return Cut([said for row in rows[:READABLE] if (said := _said(row)) is not None], None, usage)

    async def message(self, mid: str, token: Secret) -> Said | None:
        """One message, where `messages` gave nothing but its id."""
        body, _ = await self._client.measured_call("GET", self._url(mid), token, params={"fields": _MESSAGE})
        return _said(_object(body))

    async def media(self, account: str, token: Secret, limit: int) -> Cut[Post]:
        """The account's posts, newest first."""
        rows, _, usage = await self._page(f"{account}/media", token, {"fields": _MEDIA, "limit": str(limit)}, None)
        found = [
            Post(post_id, text_of(row.get("media_product_type")) or "FEED", _number(row.get("comments_count")))
            for row in rows[:limit]
            if (post_id := ident(row.get("id")))
        ]
        return Cut(found, None, usage)

    async def comments(self, post: Post, token: Secret, *, after: str | None = None) -> Cut[Comment]:
        """Those that answer no other comment, newest first."""
        query = {"fields": _COMMENT, "limit": str(PAGE)}
        rows, following, usage = await self._page(f"{post.id}/comments", token, query, after)
        return Cut([found for row in rows if (found := _comment(row, post)) is not None], following, usage)

    async def _page(
        self, path: str, token: Secret, query: dict[str, str], after: str | None
    ) -> tuple[list[Json], str | None, Usage | None]:
        given = query if after is None else {**query, "after": after}
        body, usage = await self._client.measured_call("GET", self._url(path), token, params=given)
        found = _read(body)
        rows = _rows(found)
        paging = mapping(mapping(found).get("paging"))
        cursor = text_of(mapping(paging.get("cursors")).get("after"))
        return rows, cursor if rows and paging.get("next") else None, usage

    def _url(self, path: str) -> str:
        return f"{self._client.versioned}/{path}"


def _read(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MetaUnreachable("the answer is not JSON") from error


def _object(body: bytes) -> Json:
    """A node, flat or as the only one in `data`."""
    found = _read(body)
    inner = mapping(found).get("data")
    return mapping(inner[0] if isinstance(inner, list) and inner else found)


def _rows(found: Any) -> list[Json]:
    """The objects of a list, in `data` or bare."""
    listed = found if isinstance(found, list) else mapping(found).get("data")
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _said(row: Json) -> Said | None:
    mid = ident(row.get("id"))
    if mid is None:
        return None
    recipients = _rows(row.get("to"))
    return Said(
        mid=mid,
        at=_time(row, "created_time"),
        author=party(row, "from"),
        author_name=text_of(mapping(row.get("from")).get("username")),
        recipient=party({"to": recipients[0]}, "to") if recipients else None,
        text=text_of(row.get("message")) or "",
        attachments=tuple(_media_of(row)),
        story=_story(mapping(mapping(row.get("story")).get("reply_to"))),
        is_unsupported=row.get("is_unsupported") is True,
    )


_KINDS = {"image_data": "image", "video_data": "video", "audio_data": "audio"}


def _media_of(row: Json) -> Iterator[Json]:
    """Files, shared posts and a mention in a story; a template has no address, and is left out."""
    for item in _rows(row.get("attachments")):
        kind = next((name for name in _KINDS if isinstance(item.get(name), dict)), None)
        url = text_of(item[kind].get("url")) if kind else text_of(item.get("file_url"))
        if url:
            yield {"type": _KINDS[kind] if kind else "file", "payload": {"url": url}}
    for item in _rows(row.get("shares")):
        yield {"type": "share", "payload": {"url": text_of(item.get("link"))}}
    mention = mapping(mapping(row.get("story")).get("mention"))
    if mention:
        yield {"type": "story_mention", "payload": {"url": text_of(mention.get("link"))}}


def _story(reply_to: Json) -> Json | None:
    return {"id": ident(reply_to.get("id")), "url": text_of(reply_to.get("link"))} if reply_to else None


def _comment(row: Json, post: Post) -> Comment | None:
    comment_id = ident(row.get("id"))
    if comment_id is None:
        return None
    author = {"username": row.get("username"), **mapping(row.get("from"))}
    raw = {**row, "from": author, "media": {"id": post.id, "media_product_type": post.kind}}
    return Comment(comment_id, _time(row, "timestamp"), raw)


def _time(row: Json, name: str) -> dt.datetime:
    """What has no time happened long ago: nothing is done about it."""
    return moment(row.get(name), EPOCH)


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
