"""The Facebook Login product on `graph.facebook.com`: the same account behind a page (`instagram-api.md` 1.7).

Only what differs from the Instagram product is here; the rest is answered by the same calls. There is no login dialog:
the script API hands out the user token that one ends with.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from instantchat.channels.simulator import credentials, graph, graph_reads, people
from instantchat.channels.simulator.people import Account
from instantchat.channels.simulator.refusals import GraphRefusal, bad_parameter, no_such_object
from instantchat.channels.simulator.requests import graph_parameters, simulator_of, token_of
from instantchat.channels.simulator.threads import Json
from instantchat.kit.crypto import same

Handler = Callable[[Request], Awaitable[Response]]
_TASKS = ["ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MESSAGING", "MODERATE", "MANAGE"]
# Names of the Page object; Instagram's (`messaging_seen`, `comments`) are chosen in the dashboard (restfb#1210).
_PAGE_FIELDS = (
    "feed",
    "mention",
    "message_deliveries",
    "message_echoes",
    "message_edits",
    "message_reactions",
    "message_reads",
    "messages",
    "messaging_account_linking",
    "messaging_handovers",
    "messaging_optins",
    "messaging_policy_enforcement",
    "messaging_postbacks",
    "messaging_referrals",
    "name",
    "picture",
    "standby",
)
_DASHBOARD_FIELDS = (
    "messages",
    "messaging_postbacks",
    "messaging_seen",
    "message_reactions",
    "messaging_referral",
    "messaging_handover",
    "standby",
    "comments",
    "live_comments",
    "mentions",
)


def on_facebook(handler: Handler) -> Handler:
    """The same call, made at `graph.facebook.com`."""

    async def asked(request: Request) -> Response:
        request.state.is_facebook = True
        return await handler(request)

    return asked


async def exchange(request: Request) -> JSONResponse:
    """`GET oauth/access_token?grant_type=fb_exchange_token`: 60 days for a user token of an hour."""
    simulator, given = simulator_of(request), await graph_parameters(request)
    if given.get("client_id") != simulator.app_id:
        raise GraphRefusal(101, "Error validating application. Cannot get application info due to a system error.")
    if not same(str(given.get("client_secret", "")), simulator.secrets.meta.reveal()):
        raise GraphRefusal(1, "Error validating client secret.")
    if given.get("grant_type") != "fb_exchange_token":
        raise bad_parameter("(#100) Invalid parameter: grant_type")

    def work(connection: sqlite3.Connection) -> str:
        owner = credentials.owner(connection, str(given.get("fb_exchange_token", "")), simulator.now(), kind="user")
        return credentials.issue(connection, owner, simulator.now(), credentials.LONG_LIFE, is_long=True, kind="user")

    token = await simulator.run(work)
    return JSONResponse({"access_token": token, "token_type": "bearer", "expires_in": int(credentials.LONG_LIFE)})


async def pages(request: Request) -> JSONResponse:
    """`GET /me/accounts`: the page, with a token that no date ends."""
    simulator, given = simulator_of(request), await graph_parameters(request)

    def work(connection: sqlite3.Connection) -> Json:
        owner = credentials.owner(connection, token_of(request, given), simulator.now(), kind="user")
        account = people.need_account(connection, owner)
        token = credentials.issue(connection, owner, simulator.now(), credentials.FOREVER, is_long=True, kind="page")
        return {**_page(account), "access_token": token, "tasks": _TASKS}

    found = await simulator.run(work)
    default = ("name", "access_token", "tasks")
    return JSONResponse({"data": [graph.chosen(found, given, default)], "paging": {"cursors": {}}})


async def subscriptions(request: Request) -> JSONResponse:
    """`GET|POST|DELETE /{page}/subscribed_apps`: Page fields switch it on, Instagram's fields come with it."""
    simulator, given = simulator_of(request), await graph_parameters(request)
    account = await graph.own_account(request, given)
    if request.path_params["node"] not in ("me", people.page_id(account)):
        raise no_such_object(request.path_params["node"])
    if request.method == "GET":
        subscribed = [{"id": simulator.app_id}] if account.is_subscribed and account.is_facebook else []
        return JSONResponse({"data": subscribed})
    wanted = given.get("subscribed_fields") or ""
    names = list(map(str, wanted)) if isinstance(wanted, list) else [name for name in str(wanted).split(",") if name]
    for place, name in enumerate(names):
        if name not in _PAGE_FIELDS:
            allowed = ", ".join(_PAGE_FIELDS)
            raise bad_parameter(f'(#100) Param subscribed_fields[{place}] must be one of {{{allowed}}} - got "{name}".')
    if request.method == "POST" and not names:
        raise bad_parameter("(#100) Param subscribed_fields must be non-empty")
    fields = ",".join(_DASHBOARD_FIELDS) if request.method == "POST" else ""
    await simulator.run(lambda c: people.set_subscription(c, account.user_id, fields, is_facebook=True))
    simulator.live.publish("accounts", {"accountId": account.user_id, "connected": bool(fields)})
    return JSONResponse({"success": True})


async def read_node(request: Request) -> JSONResponse:
    """`GET /me` or `/{page}`: the page; any other id as in the Instagram product."""
    given = await graph_parameters(request)
    account = await graph.account_behind(request, given)
    if request.path_params.get("node") in ("me", people.page_id(account)):
        return JSONResponse(graph.chosen(_page(account), given, ("name",)))
    return await graph_reads.read_node(request)


def _page(account: Account) -> Json:
    return {"id": people.page_id(account), "name": account.name, "instagram_business_account": {"id": account.user_id}}
