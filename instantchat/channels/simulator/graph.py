"""Who is calling, subscriptions, and what every Graph read shares."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from instantchat.channels.simulator import credentials, people
from instantchat.channels.simulator.people import Account
from instantchat.channels.simulator.refusals import GraphRefusal, bad_parameter, bad_token, no_such_object
from instantchat.channels.simulator.requests import graph_parameters, is_facebook, simulator_of, token_of

_NESTED = re.compile(r"\{[^{}]*\}|\.limit\(\d+\)")
_FIELDS = (
    "messages",
    "messaging_postbacks",
    "messaging_seen",
    "message_reactions",
    "messaging_referral",
    "messaging_optins",
    "messaging_handover",
    "standby",
    "comments",
    "live_comments",
    "mentions",
    "story_insights",
)
_OPTIONAL = {"both": ("message_edit", "message_echoes"), "message_edit": ("message_edit",), "none": ()}


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
    allowed = _FIELDS + _OPTIONAL[simulator.faults.optional_fields]
    if any(name not in allowed for name in fields_csv.split(",") if name):
        raise bad_parameter(f"(#100) Param subscribed_fields must be of {{{', '.join(allowed)}}}")
    fields_csv = "" if request.method == "DELETE" else fields_csv
    await simulator.run(lambda c: people.set_subscription(c, account.user_id, fields_csv))
    simulator.live.publish("accounts", {"accountId": account.user_id, "connected": bool(fields_csv)})
    return JSONResponse({"success": True})


async def account_behind(request: Request, given: dict[str, Any]) -> Account:
    """The account of the request's token; raises the 190 that fits."""
    simulator, token = simulator_of(request), token_of(request, given)
    kind = "page" if is_facebook(request) else ""

    def work(connection: sqlite3.Connection) -> Account:
        found = people.find_account(connection, credentials.owner(connection, token, simulator.now(), kind))
        if found is None:
            raise bad_token()
        if not simulator.faults.app_live and not found.is_tester:
            raise bad_parameter(f"Unsupported request - method type: {request.method.lower()}")
        simulator.rates.call(found.user_id, simulator.now(), is_send=request.url.path.endswith("/messages"))
        return found

    return await simulator.run(work)


async def own_account(request: Request, given: dict[str, Any]) -> Account:
    """As `account_behind`, and the path names it."""
    account = await account_behind(request, given)
    node = request.path_params["node"]
    names = {"me", account.user_id, people.page_id(account) if is_facebook(request) else account.app_scoped_id}
    if node not in names:
        raise no_such_object(node)
    return account


async def unknown_path(request: Request) -> JSONResponse:
    """Anything else under the Graph address: 100 for a wrong method, else 2500 with HTTP 500, as Meta answers."""
    if request.method != "GET":
        raise bad_parameter(f"Unsupported request - method type: {request.method.lower()}")
    raise GraphRefusal(2500, f"Unknown path components: {request.url.path[-80:]}", status=500, kind="IGApiException")


def chosen(fields: dict[str, Any], given: dict[str, Any], default: tuple[str, ...]) -> dict[str, Any]:
    """What `fields` asks for, and the id; raises 100 for a field there is not. `a{b,c}` asks for `a`."""
    names = _NESTED.sub("", str(given.get("fields") or "")).split(",")
    wanted = [name.strip() for name in names if name.strip()] or list(default)
    unknown = [name for name in wanted if name not in fields]
    if unknown:
        raise bad_parameter(f"(#100) Tried accessing nonexisting field ({unknown[0][:40]})")
    return {name: fields[name] for name in [*wanted, "id"] if fields[name] is not None}
