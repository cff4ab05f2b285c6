"""Graph reads and subscriptions: `/me`, `/{id}`, `/{id}/subscribed_apps`, user profiles."""

from __future__ import annotations

import sqlite3
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from instantchat.channels.simulator import credentials, people, threads
from instantchat.channels.simulator.people import Account
from instantchat.channels.simulator.refusals import GraphRefusal, bad_parameter, bad_token, no_such_object
from instantchat.channels.simulator.requests import graph_parameters, simulator_of, token_of
from instantchat.channels.simulator.simulator import Simulator


async def read_node(request: Request) -> JSONResponse:
    """`GET /me` or `/{id}`: the account itself, or a person's profile."""
    simulator = simulator_of(request)
    given = await graph_parameters(request)
    account = await account_behind(request, given)
    node = request.path_params.get("node", "me")
    if node in ("me", account.user_id, account.app_scoped_id):
        return JSONResponse(_chosen(_account_fields(simulator, account), given, default=("id",)))
    profile = await simulator.run(lambda c: _profile(simulator, c, account, node))
    return JSONResponse(_chosen(profile, given, default=("name", "username", "profile_pic", "id")))


async def subscriptions(request: Request) -> JSONResponse:
    """`GET|POST|DELETE /{id}/subscribed_apps`."""
    simulator = simulator_of(request)
    given = await graph_parameters(request)
    account = await own_account(request, given)
    if request.method == "GET":
        fields = account.subscribed_fields.split(",") if account.is_subscribed else []
        return JSONResponse({"data": [{"id": simulator.app_id, "subscribed_fields": fields}] if fields else []})
    wanted = given.get("subscribed_fields") or ""
    fields_csv = ",".join(map(str, wanted)) if isinstance(wanted, list) else str(wanted)
    if request.method == "POST" and not fields_csv.strip(","):
        raise bad_parameter("(#100) Param subscribed_fields must be non-empty")
    fields_csv = "" if request.method == "DELETE" else fields_csv
    await simulator.run(lambda c: people.set_subscription(c, account.user_id, fields_csv))
    simulator.live.publish("accounts", {"accountId": account.user_id, "connected": bool(fields_csv)})
    return JSONResponse({"success": True})


async def account_behind(request: Request, given: dict[str, Any]) -> Account:
    """The account of the request's token; raises the 190 that fits."""
    simulator, token = simulator_of(request), token_of(request, given)

    def work(connection: sqlite3.Connection) -> Account:
        found = people.find_account(connection, credentials.owner(connection, token, simulator.now()))
        if found is None:
            raise bad_token()
        return found

    return await simulator.run(work)


async def own_account(request: Request, given: dict[str, Any]) -> Account:
    """As `account_behind`, and the path names it."""
    account = await account_behind(request, given)
    node = request.path_params["node"]
    if node not in ("me", account.user_id, account.app_scoped_id):
        raise no_such_object(node)
    return account


async def unknown_path(request: Request) -> JSONResponse:
    """Anything else under the Graph address: 100 for a wrong method, else 2500 with HTTP 500, as Meta answers."""
    if request.method != "GET":
        raise bad_parameter(f"Unsupported request - method type: {request.method.lower()}")
    raise GraphRefusal(2500, f"Unknown path components: {request.url.path[-80:]}", status=500, kind="IGApiException")


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
    if customer is None:
        raise GraphRefusal(9010, "No matching Instagram user")
    if threads.window_ends(connection, account.user_id, igsid) is None:
        raise GraphRefusal(230, "User consent is required to access user profile", status=403)
    return {
        "name": customer.name,
        "username": customer.username,
        "profile_pic": simulator.picture_url(igsid),
        "follower_count": 312,
        "is_user_follow_business": True,
        "is_business_follow_user": False,
        "is_verified_user": False,
        "id": igsid,
    }


def _chosen(fields: dict[str, Any], given: dict[str, Any], default: tuple[str, ...]) -> dict[str, Any]:
    wanted = [name.strip() for name in str(given.get("fields") or "").split(",") if name.strip()] or list(default)
    unknown = [name for name in wanted if name not in fields]
    if unknown:
        raise bad_parameter(f"(#100) Tried accessing nonexisting field ({unknown[0][:40]})")
    return {name: fields[name] for name in [*wanted, "id"]}
