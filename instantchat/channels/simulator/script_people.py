"""The script API under `/simulator/api/` (JSON, camelCase): accounts, customers, and what they are to each other."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from instantchat import errors
from instantchat.channels.simulator import credentials, people, relations
from instantchat.channels.simulator.relations import Relation
from instantchat.channels.simulator.requests import flag_in, json_object, simulator_of, text_in

Json = dict[str, Any]


async def list_accounts(request: Request) -> JSONResponse:
    """`{data: [{id, appScopedId, username, name, accountType, pictureUrl, connected}]}`."""
    simulator = simulator_of(request)
    found = await simulator.run(people.accounts)
    return JSONResponse({"data": [_account(account) for account in found]})


async def add_account(request: Request) -> JSONResponse:
    """`{username, name?}` → 201."""
    simulator, body = simulator_of(request), await json_object(request)
    username, name = text_in(body, "username"), text_in(body, "name", required=False)
    added = await simulator.run(lambda c: people.add_account(c, username, name))
    return JSONResponse(_account(added), 201)


async def revoke_access(request: Request) -> Response:
    """The owner removes the app: tokens dead (458), webhooks off → 204. `?subcode=460`: a new password."""
    subcode = request.query_params.get("subcode", "458")
    if subcode not in ("458", "459", "460", "464", "467"):
        raise errors.Invalid("bad_subcode", "subcode is 458, 459, 460, 464 or 467.")
    return await _break_tokens(request, lambda c, user_id, _now: credentials.revoke(c, user_id, int(subcode)))


async def expire_tokens(request: Request) -> Response:
    """Every token of the account runs out → 204."""
    return await _break_tokens(request, credentials.expire)


async def list_customers(request: Request) -> JSONResponse:
    """`{data: [{igsid, username, name, pictureUrl}]}`, newest first."""
    simulator = simulator_of(request)
    found = await simulator.run(people.customers)
    return JSONResponse({"data": [_customer(customer) for customer in found]})


async def add_customer(request: Request) -> JSONResponse:
    """`{username, name?}` → 201."""
    simulator, body = simulator_of(request), await json_object(request)
    username, name = text_in(body, "username"), text_in(body, "name", required=False)
    added = await simulator.run(lambda c: people.add_customer(c, username, name))
    view = _customer(added)
    simulator.live.publish("customers", view)
    return JSONResponse(view, 201)


async def switch_account(request: Request) -> JSONResponse:
    """The owner's switches: `{allowsMessages?, isTester?}` → the account."""
    simulator, body = simulator_of(request), await json_object(request)

    def work(connection: sqlite3.Connection) -> people.Account:
        account = people.need_account(connection, request.path_params["account_id"])
        allows = flag_in(body, "allowsMessages", default=bool(account.allows_messages))
        tester = flag_in(body, "isTester", default=bool(account.is_tester))
        people.set_switches(connection, account.user_id, allows_messages=allows, is_tester=tester)
        return people.need_account(connection, account.user_id)

    return JSONResponse(_account(await simulator.run(work)))


async def relation(request: Request) -> JSONResponse:
    """What a customer is to an account, `{follows, blocks, isHidden}`: `GET`, or `PUT` what changes."""
    simulator = simulator_of(request)
    body = await json_object(request) if request.method == "PUT" else {}
    igsid = request.path_params["igsid"]

    def work(connection: sqlite3.Connection) -> Relation:
        account = people.need_account(connection, request.path_params["account_id"])
        people.need_customer(connection, igsid)
        now = relations.find(connection, account.user_id, igsid)
        wanted = Relation(
            flag_in(body, "follows", default=now.follows),
            flag_in(body, "blocks", default=now.blocks),
            flag_in(body, "isHidden", default=now.is_hidden),
        )
        relations.keep(connection, account.user_id, igsid, wanted)
        return wanted

    return JSONResponse((await simulator.run(work)).view())


def _account(account: people.Account) -> Json:
    return {
        "id": account.user_id,
        "appScopedId": account.app_scoped_id,
        "username": account.username,
        "name": account.name,
        "accountType": account.account_type,
        "pictureUrl": f"/simulator/avatars/{account.user_id}.svg",
        "connected": account.is_subscribed,
        "allowsMessages": bool(account.allows_messages),
        "isTester": bool(account.is_tester),
    }


def _customer(customer: people.Customer) -> Json:
    return {
        "igsid": customer.igsid,
        "username": customer.username,
        "name": customer.name,
        "pictureUrl": f"/simulator/avatars/{customer.igsid}.svg",
    }


async def _break_tokens(request: Request, how: Callable[[sqlite3.Connection, str, float], None]) -> Response:
    simulator, account_id = simulator_of(request), request.path_params["account_id"]

    def work(connection: sqlite3.Connection) -> None:
        account = people.need_account(connection, account_id)
        how(connection, account.user_id, simulator.now())

    await simulator.run(work)
    simulator.live.publish("accounts", {"accountId": account_id})
    return Response(status_code=204)
