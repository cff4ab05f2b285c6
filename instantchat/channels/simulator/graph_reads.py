"""`GET /me` or `/{id}`: the account, a person's profile, a post, a comment, a conversation or a message."""

from __future__ import annotations

import sqlite3
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from instantchat.channels.simulator import conversations, graph_comments, people, relations, threads
from instantchat.channels.simulator.graph import account_behind, chosen
from instantchat.channels.simulator.people import Account
from instantchat.channels.simulator.refusals import GraphRefusal
from instantchat.channels.simulator.requests import graph_parameters, simulator_of
from instantchat.channels.simulator.simulator import Simulator


async def read_node(request: Request) -> JSONResponse:
    """What the id names, with the fields asked for."""
    simulator, given = simulator_of(request), await graph_parameters(request)
    account = await account_behind(request, given)
    node = request.path_params.get("node", "me")
    if node in ("me", account.user_id, account.app_scoped_id):
        found = chosen(_account_fields(simulator, account), given, default=("id",))
        return JSONResponse({"data": [found]} if simulator.faults.envelopes == "data" else found)
    return JSONResponse(await simulator.run(lambda c: _read(simulator, c, account, node, given)))


def _read(
    simulator: Simulator, connection: sqlite3.Connection, account: Account, node: str, given: dict[str, Any]
) -> dict[str, Any]:
    published = graph_comments.read(simulator, connection, account, node)
    if published is not None:
        return chosen(published, given, default=("id",))
    said = conversations.read(simulator, connection, account, node, str(given.get("fields") or ""))
    if said is not None:
        return chosen(said, given, default=("id",)) if "messages" in said else said
    profile = _profile(simulator, connection, account, node)
    return chosen(profile, given, default=("name", "username", "profile_pic", "id"))


def _account_fields(simulator: Simulator, account: Account) -> dict[str, Any]:
    return {
        "id": account.app_scoped_id,
        "user_id": account.user_id,
        "username": account.username,
        "name": account.name,
        "account_type": account.account_type,
        "profile_picture_url": simulator.picture_url(account.user_id),
        "followers_count": 1284,
        "follows_count": 96,
        "media_count": 57,
    }


def _profile(simulator: Simulator, connection: sqlite3.Connection, account: Account, igsid: str) -> dict[str, Any]:
    customer = people.find_customer(connection, igsid)
    relation = relations.find(connection, account.user_id, igsid)
    if customer is None or relation.is_hidden:
        raise GraphRefusal(9010, "No matching Instagram user")
    if relation.blocks or not threads.has_consented(connection, account.user_id, igsid):
        raise GraphRefusal(230, "User consent is required to access user profile", status=403)
    return {
        "name": customer.name,
        "username": customer.username,
        "profile_pic": simulator.picture_url(igsid),
        "follower_count": 312,
        "is_user_follow_business": relation.follows,
        "is_business_follow_user": False,
        "is_verified_user": False,
        "id": igsid,
    }
