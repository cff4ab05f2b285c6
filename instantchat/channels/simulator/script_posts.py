"""The script API: posts, stories and the comments under them."""

from __future__ import annotations

import sqlite3

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from instantchat.channels.simulator import comment_acts, comments, people, posts
from instantchat.channels.simulator.posts import Post
from instantchat.channels.simulator.requests import flag_in, json_object, simulator_of, text_in
from instantchat.channels.simulator.simulator import Simulator
from instantchat.channels.simulator.threads import Json


async def list_posts(request: Request) -> JSONResponse:
    """`{data: [{id, kind, caption, adTitle, pictureUrl, at}]}` of an account, newest first, with a story."""
    simulator, account_id = simulator_of(request), request.path_params["account_id"]

    def work(connection: sqlite3.Connection) -> list[Json]:
        account = people.need_account(connection, account_id)
        return [
            _view(simulator, connection, post) for post in posts.shown(connection, account.user_id, simulator.now())
        ]

    return JSONResponse({"data": await simulator.run(work)})


async def publish(request: Request) -> JSONResponse:
    """`{caption?, kind?: FEED|REELS|STORY|AD|LIVE, adTitle?}` → 201 post."""
    simulator, body = simulator_of(request), await json_object(request)
    caption, kind = text_in(body, "caption", required=False), text_in(body, "kind", required=False) or "FEED"
    ad_title = text_in(body, "adTitle", required=False)

    def work(connection: sqlite3.Connection) -> Json:
        account = people.need_account(connection, request.path_params["account_id"])
        made = posts.publish(connection, account.user_id, kind, caption, simulator.now(), ad_title=ad_title)
        return _view(simulator, connection, made)

    return JSONResponse(simulator.happened("post", await simulator.run(work)), 201)


async def end_live(request: Request) -> Response:
    """A live video is over → 204."""
    simulator, media_id = simulator_of(request), request.path_params["media_id"]
    await simulator.run(lambda c: posts.end_live(c, posts.need(c, media_id).id, simulator.now()))
    return Response(status_code=204)


async def list_comments(request: Request) -> JSONResponse:
    """`{data: [comment]}` of a post, the newest 200, oldest first."""
    media_id = request.path_params["media_id"]
    found = await simulator_of(request).run(lambda c: comments.under(c, posts.need(c, media_id).id))
    return JSONResponse({"data": [comment.view() for comment in found]})


async def comment(request: Request) -> JSONResponse:
    """A customer comments: `{mediaId, text, parentId?, isBoosted?}` → 201 comment."""
    body = await json_object(request)
    wanted = text_in(body, "mediaId"), text_in(body, "text"), text_in(body, "parentId", required=False)
    is_boosted = flag_in(body, "isBoosted", default=False)
    igsid = request.path_params["igsid"]
    view = await comment_acts.write_as_customer(simulator_of(request), igsid, *wanted, is_boosted=is_boosted)
    return JSONResponse(view, 201)


async def comment_as_owner(request: Request) -> JSONResponse:
    """The owner comments on the phone: `{mediaId, text, parentId?}` → 201 comment."""
    body = await json_object(request)
    wanted = text_in(body, "mediaId"), text_in(body, "text"), text_in(body, "parentId", required=False)
    view = await comment_acts.write_on_phone(simulator_of(request), request.path_params["account_id"], *wanted)
    return JSONResponse(view, 201)


async def delete_comment(request: Request) -> Response:
    """A customer deletes a comment of theirs → 204."""
    comment_id, igsid = request.path_params["comment_id"], request.path_params["igsid"]
    await comment_acts.delete(simulator_of(request), comment_id, igsid)
    return Response(status_code=204)


def _view(simulator: Simulator, connection: sqlite3.Connection, post: Post) -> Json:
    return post.view(simulator.asset_url(connection, post.asset_id))
