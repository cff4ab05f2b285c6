"""The script API under `/simulator/api/`: what the page, tests and demos do as customers. JSON, camelCase."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from instantchat import errors
from instantchat.channels.simulator import credentials, delivery, ids, people, threads
from instantchat.channels.simulator.requests import json_object, simulator_of, text_in
from instantchat.kit.clock import rfc3339

_LONGEST_TEXT = 1000
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
    """The owner removes the app: tokens dead, webhooks off → 204."""
    return await _break_tokens(request, lambda c, user_id, _now: credentials.revoke(c, user_id))


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


async def write(request: Request) -> JSONResponse:
    """A customer writes: `{accountId, text, replyTo?}` → 201 message."""
    body = await json_object(request)
    text, reply_to = text_in(body, "text"), text_in(body, "replyTo", required=False)
    if len(text) > _LONGEST_TEXT:
        raise errors.Invalid("too_long", f"Instagram lets people write {_LONGEST_TEXT} characters.")
    extra = {"reply_to": {"mid": reply_to}} if reply_to else None
    view = await simulator_of(request).write_as_customer(
        request.path_params["igsid"], text_in(body, "accountId"), {"text": text}, extra
    )
    return JSONResponse(view, 201)


async def tap(request: Request) -> JSONResponse:
    """A customer taps a quick reply or button of a message: `{mid, payload}` → 201 `{kind, title}`."""
    simulator, body = simulator_of(request), await json_object(request)
    igsid, mid, payload = request.path_params["igsid"], text_in(body, "mid"), text_in(body, "payload", required=False)
    message = await simulator.run(lambda c: threads.find_message(c, mid))
    if message is None or message.igsid != igsid:
        raise errors.NotFound("message_not_found", "This customer has no such message.")
    view = message.view()
    for reply in view["quickReplies"]:
        if reply.get("payload", "") == payload:
            extra = {"quick_reply": {"payload": payload}}
            await simulator.write_as_customer(igsid, message.user_id, {"text": reply["title"]}, extra)
            return JSONResponse({"kind": "quick_reply", "title": reply["title"]}, 201)
    on_cards = [button for card in view["cards"] for button in card.get("buttons", [])]
    for button in view["buttons"] + on_cards:
        if button.get("type") == "postback" and button.get("payload", "") == payload:
            event = {"postback": {"mid": ids.mid(message.user_id), "title": button["title"], "payload": payload}}
            await simulator.act_as_customer(igsid, message.user_id, "postback", event, opens=True)
            return JSONResponse({"kind": "postback", "title": button["title"]}, 201)
    raise errors.NotFound("choice_not_found", "The message has no quick reply or button with this payload.")


async def read(request: Request) -> Response:
    """A customer has seen a message: `{accountId, mid}` → 204."""
    body = await json_object(request)
    event = {"read": {"mid": text_in(body, "mid")}}
    await simulator_of(request).act_as_customer(
        request.path_params["igsid"], text_in(body, "accountId"), "read", event, opens=False
    )
    return Response(status_code=204)


async def thread(request: Request) -> JSONResponse:
    """`{data: [message], windowExpiresAt}`, the newest 200, oldest first."""
    account_id, igsid = request.path_params["account_id"], request.path_params["igsid"]
    found, ends = await simulator_of(request).run(
        lambda c: (threads.read_thread(c, account_id, igsid), threads.window_ends(c, account_id, igsid))
    )
    expires = rfc3339(dt.datetime.fromtimestamp(ends, dt.UTC)) if ends else None
    return JSONResponse({"data": [message.view() for message in found], "windowExpiresAt": expires})


async def deliveries(request: Request) -> JSONResponse:
    """`{data: [{id, kind, state, attempts, status, error, at}]}`, newest first."""
    return JSONResponse({"data": await simulator_of(request).run(delivery.recent)})


async def retry_deliveries(request: Request) -> Response:
    """Deliver what waits now → 202."""
    await simulator_of(request).dispatcher.retry_now()
    return Response(status_code=202)


async def faults(request: Request) -> JSONResponse:
    """`GET`, or `PUT {sendDelayMs?, failNext?: {code, subcode?, status?, message?}, dropEcho?}`."""
    simulator = simulator_of(request)
    if request.method == "PUT":
        simulator.faults.change(await json_object(request))
    return JSONResponse(simulator.faults.view())


async def handshake(request: Request) -> JSONResponse:
    """Verify the webhook address as Meta's dashboard does → `{ok, status, error}`."""
    simulator = simulator_of(request)
    challenge = str(int(simulator.now() * 1000) % 10**10)
    query = {
        "hub.mode": "subscribe",
        "hub.challenge": challenge,
        "hub.verify_token": simulator.verify_token.reveal(),
    }
    try:
        answer = await simulator.http.get(simulator.deliver_to, params=query, timeout=delivery.TIMEOUT)
    except httpx.HTTPError as error:
        return JSONResponse({"ok": False, "status": None, "error": type(error).__name__})
    ok = answer.status_code == 200 and answer.text == challenge
    return JSONResponse({"ok": ok, "status": answer.status_code, "error": None if ok else answer.text[:200]})


async def events(request: Request) -> StreamingResponse:
    """Server-sent events: message, changed, action, delivery, accounts, customers."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    stream = simulator_of(request).live.listen()
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


def _account(account: people.Account) -> Json:
    return {
        "id": account.user_id,
        "appScopedId": account.app_scoped_id,
        "username": account.username,
        "name": account.name,
        "accountType": account.account_type,
        "pictureUrl": f"/simulator/avatars/{account.user_id}.svg",
        "connected": account.is_subscribed,
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
        account = people.find_account(connection, account_id)
        if account is None:
            raise errors.NotFound("account_not_found", "There is no such account in the simulator.")
        how(connection, account.user_id, simulator.now())

    await simulator.run(work)
    simulator.live.publish("accounts", {"accountId": account_id})
    return Response(status_code=204)
