"""The one direct message a comment may be answered with, within seven days (`instagram-api.md` 3.4)."""

from __future__ import annotations

import sqlite3
from typing import Any

from instantchat.channels.simulator import account_acts, comments, media_fetch, posts, relations, uploads
from instantchat.channels.simulator.comments import Comment
from instantchat.channels.simulator.message_rules import read_message
from instantchat.channels.simulator.people import Account
from instantchat.channels.simulator.refusals import GraphRefusal, bad_comment, bad_parameter, unavailable
from instantchat.channels.simulator.simulator import Simulator
from instantchat.channels.simulator.threads import Json

_GOOD_FOR = 7 * 24 * 3600.0


async def send(simulator: Simulator, account: Account, comment_id: str, message: Any) -> Json:
    """`{recipient_id, message_id}`; 100/2534025 for a comment that is used, expired, unknown or another account's.

    It opens no window: what follows is refused until the person answers. An attempt that fails leaves the comment
    unused, unless the simulator is told to burn it, as Meta was seen to do.
    """
    simulator.rates.take(account.user_id, "private", simulator.now())
    comment = await simulator.run(lambda c: _need(c, account, comment_id, simulator.now()))
    try:
        failure = simulator.faults.take_failure()
        if failure is not None and not failure.after_send:
            raise failure.refusal()
        body = read_message(message)
        if simulator.faults.plain_private_replies and set(body) != {"text"}:
            raise bad_parameter("(#100) A private reply is a text", 2534015)
        await simulator.run(lambda c: uploads.resolve(simulator, c, body))
        await media_fetch.check(simulator, body)
        await simulator.run(lambda c: _check(c, account, comment, body))
    except GraphRefusal:
        if simulator.faults.burn_private_replies:
            await simulator.run(lambda c: comments.spend(c, comment.id, "burned"))
        raise
    await simulator.run(lambda c: _spend(c, account, comment, simulator.now()))
    link = {"id": comment.id, "mediaId": comment.media_id, "text": comment.text}
    sent = await account_acts.send(simulator, account, comment.author_id, {**body, "comment": link})
    simulator.happened("comment", {**comment.view(), "privateReply": "used"})
    if failure is not None:
        raise failure.refusal()
    return {"recipient_id": comment.author_id, "message_id": sent.mid}


def _need(connection: sqlite3.Connection, account: Account, comment_id: str, now: float) -> Comment:
    comment = comments.find(connection, comment_id)
    if comment is None or comment.user_id != account.user_id or comment.is_own or comment.private_reply:
        raise bad_comment()
    post = posts.find(connection, comment.media_id)
    if now > comment.at + _GOOD_FOR or post is None or (post.kind == "LIVE" and post.is_over(now)):
        raise bad_comment()
    return comment


def _check(connection: sqlite3.Connection, account: Account, comment: Comment, body: Json) -> None:
    if relations.find(connection, account.user_id, comment.author_id).blocks:
        raise unavailable()
    posts.check_shared(connection, account.user_id, body)


def _spend(connection: sqlite3.Connection, account: Account, comment: Comment, now: float) -> None:
    _need(connection, account, comment.id, now)  # of two at the same moment, one is refused
    comments.spend(connection, comment.id, "used")
