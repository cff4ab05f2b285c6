"""Comments as they are written, by customers, on the owner's phone or through the API, and their webhooks."""

from __future__ import annotations

import sqlite3

from instantchat import errors
from instantchat.channels.simulator import comments, customer_acts, people, posts, webhooks
from instantchat.channels.simulator.comments import Comment
from instantchat.channels.simulator.people import Account
from instantchat.channels.simulator.posts import Post
from instantchat.channels.simulator.simulator import Simulator
from instantchat.channels.simulator.threads import Json

LONGEST = 2200


async def write_as_customer(
    simulator: Simulator, igsid: str, media_id: str, text: str, parent_id: str, *, is_boosted: bool = False
) -> Json:
    """A customer comments, or answers a comment; opens no window. `is_boosted`: on a post that is an ad too, so that
    products are told twice, of the post and of the ad (D16)."""

    def work(connection: sqlite3.Connection) -> Comment:
        post = _open_post(connection, media_id, simulator.now())
        account = customer_acts.parties(connection, igsid, post.user_id)
        customer = people.need_customer(connection, igsid)
        return add(simulator, connection, account, post, (igsid, customer.username), text, parent_id, is_boosted)

    return _shown(simulator, await simulator.run(work))


async def write_on_phone(simulator: Simulator, account_id: str, media_id: str, text: str, parent_id: str) -> Json:
    """The owner comments in the app; products hear of it as of any comment, with the account as its author (C4)."""

    def work(connection: sqlite3.Connection) -> Comment:
        account, post = people.need_account(connection, account_id), posts.need(connection, media_id)
        if post.user_id != account.user_id:
            raise errors.NotFound("post_not_found", "This account has no such post.")
        return add(simulator, connection, account, post, (account.user_id, account.username), text, parent_id)

    return _shown(simulator, await simulator.run(work))


def add(
    simulator: Simulator,
    connection: sqlite3.Connection,
    account: Account,
    post: Post,
    author: tuple[str, str],
    text: str,
    parent_id: str,
    is_boosted: bool = False,
) -> Comment:
    """Keep a comment by `author` (id, username) and queue its webhook, or both of a boosted post."""
    if len(text) > LONGEST:
        raise errors.Invalid("too_long", f"A comment has at most {LONGEST} characters.")
    comment = comments.add(connection, post, *author, text, parent_id, simulator.now())
    form, field = simulator.faults.comments_form, webhooks.comments_field(post)
    for boosted in (False, True) if is_boosted else (False,):
        change = webhooks.comment_change(comment, post, account.app_scoped_id, form, boosted=boosted)
        body = webhooks.change_body(account.user_id, change, simulator.now(), flat=form == "flat")
        simulator.queue(connection, account, field, f"{account.user_id}:{post.id}", "comment", body)
    return comment


async def delete(simulator: Simulator, comment_id: str, author_id: str | None = None) -> None:
    """Gone, with its answers; `author_id`: only its author may. Meta tells nobody."""

    def work(connection: sqlite3.Connection) -> Comment:
        comment = comments.need(connection, comment_id)
        if author_id is not None and comment.author_id != author_id:
            raise errors.NotFound("comment_not_found", "This customer has no such comment.")
        comments.delete(connection, comment_id)
        return comment

    comment = await simulator.run(work)
    simulator.happened("comment_deleted", comment.view())


def _shown(simulator: Simulator, comment: Comment) -> Json:
    return simulator.happened("comment", comment.view())


def _open_post(connection: sqlite3.Connection, media_id: str, now: float) -> Post:
    post = posts.need(connection, media_id)
    if post.is_over(now) or post.kind == "STORY":
        raise errors.Conflict("post_closed", "Nobody can comment on this any more.")
    return post
