"""Graph calls about posts and comments: read, answer, hide, delete (`instagram-api.md` 3.4)."""

from __future__ import annotations

import datetime as dt
import sqlite3
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from instantchat.channels.simulator import comment_acts, comments, posts
from instantchat.channels.simulator.comments import Comment
from instantchat.channels.simulator.graph import account_behind, chosen
from instantchat.channels.simulator.people import Account
from instantchat.channels.simulator.posts import Post
from instantchat.channels.simulator.refusals import bad_parameter, no_such_object
from instantchat.channels.simulator.requests import graph_parameters, simulator_of
from instantchat.channels.simulator.simulator import Simulator
from instantchat.channels.simulator.threads import Json

_PAGE = 50


async def replies(request: Request) -> JSONResponse:
    """`GET /{comment}/replies`, or `POST ?message=` to answer in public: `{id}`."""
    simulator, given = simulator_of(request), await graph_parameters(request)
    account, node = await account_behind(request, given), request.path_params["node"]
    if request.method == "GET":
        return JSONResponse(await simulator.run(lambda c: _listed(c, account, given, parent_id=node)))
    text = given.get("message")
    if not isinstance(text, str) or not text.strip():
        raise bad_parameter("(#100) The parameter message is required")
    if len(text) > comment_acts.LONGEST:
        raise bad_parameter("(#100) The comment is too long")
    failure = simulator.faults.take_failure()
    if failure is not None and not failure.after_send:
        raise failure.refusal()

    def work(connection: sqlite3.Connection) -> Comment:
        comment, post = _own(connection, account, node)
        if comment.is_hidden or post.kind == "LIVE":
            raise bad_parameter("(#100) This comment cannot be replied to")
        author = (account.user_id, account.username)
        return comment_acts.add(simulator, connection, account, post, author, text, comment.id)

    made = await simulator.run(work)
    simulator.happened("comment", made.view())
    if failure is not None:
        raise failure.refusal()
    return JSONResponse({"id": made.id})


async def media_comments(request: Request) -> JSONResponse:
    """`GET /{media}/comments?fields=`, newest first, by cursor."""
    simulator, given = simulator_of(request), await graph_parameters(request)
    account, node = await account_behind(request, given), request.path_params["node"]
    return JSONResponse(await simulator.run(lambda c: _listed(c, account, given, media_id=node)))


async def own_media(request: Request) -> JSONResponse:
    """`GET /me/media`: the account's posts."""
    simulator, given = simulator_of(request), await graph_parameters(request)
    account = await account_behind(request, given)

    def work(connection: sqlite3.Connection) -> list[Json]:
        found = posts.shown(connection, account.user_id, simulator.now())
        return [chosen(_media(simulator, connection, post), given, ("id",)) for post in found if post.kind != "STORY"]

    return JSONResponse({"data": await simulator.run(work)})


async def change(request: Request) -> JSONResponse:
    """`POST /{comment}?hide=true|false`, `DELETE /{comment}`: `{success: true}`."""
    simulator, given = simulator_of(request), await graph_parameters(request)
    account, node = await account_behind(request, given), request.path_params["node"]
    if request.method == "POST" and "hide" not in given:
        raise bad_parameter("Unsupported request - method type: post")
    hidden = str(given.get("hide")).lower() in ("true", "1")

    def work(connection: sqlite3.Connection) -> Comment:
        comment, _post = _own(connection, account, node)
        if request.method == "DELETE":
            comments.delete(connection, comment.id)
            return comment
        if comment.is_own:
            raise bad_parameter("(#100) The owner's own comments cannot be hidden")
        comments.hide(connection, comment.id, hidden=hidden)
        return comments.need(connection, comment.id)

    changed = await simulator.run(work)
    simulator.happened("comment_deleted" if request.method == "DELETE" else "comment", changed.view())
    return JSONResponse({"success": True})


def read(simulator: Simulator, connection: sqlite3.Connection, account: Account, node: str) -> Json | None:
    """The fields of a post or comment of the account with this id; None when it is neither."""
    post = posts.find(connection, node)
    if post is not None and post.user_id == account.user_id:
        return _media(simulator, connection, post)
    comment = comments.find(connection, node)
    if comment is None or comment.user_id != account.user_id:
        return None
    return _fields(comment, posts.need(connection, comment.media_id))


def _own(connection: sqlite3.Connection, account: Account, node: str) -> tuple[Comment, Post]:
    comment = comments.find(connection, node)
    if comment is None or comment.user_id != account.user_id:
        raise no_such_object(node)
    return comment, posts.need(connection, comment.media_id)


def _listed(
    connection: sqlite3.Connection, account: Account, given: Json, *, media_id: str = "", parent_id: str = ""
) -> Json:
    post = posts.find(connection, media_id) if media_id else _own(connection, account, parent_id)[1]
    if post is None or post.user_id != account.user_id:
        raise no_such_object(media_id)
    wanted = parent_id or None
    found = [comment for comment in reversed(comments.under(connection, post.id)) if comment.parent_id == wanted]
    after, start = str(given.get("after") or ""), 0
    if after:
        start = next((place + 1 for place, comment in enumerate(found) if comment.id == after), len(found))
    size = min(int(given["limit"]), _PAGE) if str(given.get("limit", "")).isdecimal() else _PAGE
    page = found[start : start + size]
    answer: Json = {"data": [chosen(_fields(comment, post), given, ("timestamp", "text")) for comment in page]}
    if start + size < len(found) and page:
        answer["paging"] = {"cursors": {"after": page[-1].id}}
    return answer


def _fields(comment: Comment, post: Post) -> dict[str, Any]:
    return {
        "id": comment.id,
        "text": comment.text,
        "timestamp": _iso(comment.at),
        "from": {"id": comment.author_id, "username": comment.username},
        "username": comment.username,
        "media": {"id": post.id, "media_product_type": post.kind},
        "parent_id": comment.parent_id,
        "hidden": bool(comment.is_hidden),
        "like_count": 0,
    }


def _media(simulator: Simulator, connection: sqlite3.Connection, post: Post) -> dict[str, Any]:
    return {
        "id": post.id,
        "caption": post.caption,
        "media_type": "VIDEO" if post.kind in ("REELS", "LIVE") else "IMAGE",
        "media_product_type": post.kind,
        "media_url": simulator.asset_url(connection, post.asset_id),
        "permalink": f"https://www.instagram.com/p/{post.id}/",
        "timestamp": _iso(post.at),
        "comments_count": len(comments.under(connection, post.id)),
    }


def _iso(at: float) -> str:
    return dt.datetime.fromtimestamp(at, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
