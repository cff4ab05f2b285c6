"""The script API: Meta's own side: deliveries, faults, time, the dashboard's buttons, callbacks, the live stream."""

from __future__ import annotations

import sqlite3
from urllib.parse import urljoin

import aiohttp
import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from instantchat import errors
from instantchat.channels.simulator import credentials, delivery, delivery_queue, people, webhooks
from instantchat.channels.simulator.requests import json_object, simulator_of, text_in
from instantchat.channels.simulator.signing import signed_request
from instantchat.channels.simulator.simulator import Simulator
from instantchat.channels.simulator.threads import Json
from instantchat.kit.clock import rfc3339

_LONGEST_STEP = 3650 * 24 * 3600.0
_CALLBACKS = ("deauthorize", "data-deletion")
_NETWORK_ERRORS = (httpx.HTTPError, aiohttp.ClientError, OSError)


async def deliveries(request: Request) -> JSONResponse:
    """`{data: [{id, kind, state, attempts, status, error, at}]}`, newest first."""
    return JSONResponse({"data": await simulator_of(request).run(delivery_queue.recent)})


async def delivery_body(request: Request) -> Response:
    """The very bytes of one delivery."""
    found = await simulator_of(request).run(lambda c: delivery_queue.body(c, request.path_params["delivery_id"]))
    if found is None:
        raise errors.NotFound("delivery_not_found", "This delivery is not kept any more.")
    return Response(found, media_type="application/json")


async def retry_deliveries(request: Request) -> Response:
    """Deliver what waits now → 202."""
    await simulator_of(request).dispatcher.retry_now()
    return Response(status_code=202)


async def deliver(request: Request) -> JSONResponse:
    """Deliver any body, signed and retried like every other: `{body: {...}}` → 202 `{id}`."""
    simulator, wanted = simulator_of(request), (await json_object(request)).get("body")
    if not isinstance(wanted, dict):
        raise errors.Invalid("missing_value", "body is missing.")
    return JSONResponse({"id": await _queue(simulator, "script", webhooks.encode_document(wanted))}, 202)


async def test_event(request: Request) -> JSONResponse:
    """The dashboard's Test button (C9); `{style: "page"}` in the form of the Facebook product (C10) → 202 `{id}`."""
    simulator, style = simulator_of(request), text_in(await json_object(request), "style", required=False)
    message: Json = {"mid": "random_mid", "text": "random_text"}
    sides = {"sender": {"id": "12334"}, "recipient": {"id": "23245"}}
    value = {**sides, "timestamp": "1527459824", "message": message}
    entry: Json = {"id": "0", "time": int(simulator.now())}
    entry |= {"messaging": [value]} if style == "page" else {"changes": [{"field": "messages", "value": value}]}
    return JSONResponse({"id": await _queue(simulator, "dashboard test", webhooks.encode([entry]))}, 202)


async def faults(request: Request) -> JSONResponse:
    """`GET`, or `PUT` what changes of them: the names and limits are those of `faults.Faults`, in camelCase."""
    simulator = simulator_of(request)
    if request.method == "PUT":
        simulator.faults.change(await json_object(request))
        simulator.dispatcher.wake()
    return JSONResponse(simulator.faults.view())


async def clock(request: Request) -> JSONResponse:
    """`{now, offset, movesProduct}`: `GET`, or `POST {advance: seconds}` to move time forward; `movesProduct`: that of
    the product it runs in too."""
    simulator = simulator_of(request)
    if request.method == "POST":
        seconds = (await json_object(request)).get("advance")
        if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 <= seconds <= _LONGEST_STEP:
            raise errors.Invalid("bad_value", "advance is a number of seconds, at most ten years.")
        await simulator.advance(seconds)
    time = simulator.clock
    return JSONResponse({"now": rfc3339(time.now()), "offset": time.offset, "movesProduct": time.is_followed})


async def call_back(request: Request) -> JSONResponse:
    """The owner removes the app (`deauthorize`) or asks for deletion (`data-deletion`): Meta's signed form is posted to
    `{url?}`, else to the address beside the webhook's → `{status, body}`. Removing the app ends its tokens first."""
    simulator, kind = simulator_of(request), request.path_params["callback"]
    wanted = text_in(await json_object(request), "url", required=False)
    if kind not in _CALLBACKS:
        raise errors.NotFound("callback_not_found", f"There are the callbacks {' and '.join(_CALLBACKS)}.")

    def work(connection: sqlite3.Connection) -> people.Account:
        account = people.need_account(connection, request.path_params["account_id"])
        if kind == "deauthorize":
            credentials.revoke(connection, account.user_id)
        return account

    account = await simulator.run(work)
    claims = {"user_id": account.app_scoped_id, "issued_at": int(simulator.now())}
    form = {"signed_request": signed_request(claims, simulator.secrets.of(simulator.faults.signer))}
    url = wanted or urljoin(simulator.deliver_to.rstrip("/") + "/", kind)
    try:
        answer = await simulator.http.post(url, data=form, timeout=delivery.TIMEOUT)
    except _NETWORK_ERRORS as error:
        return JSONResponse({"status": None, "body": type(error).__name__})
    simulator.live.publish("accounts", {"accountId": account.user_id})
    return JSONResponse({"status": answer.status_code, "body": answer.text[:2000]})


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
    except _NETWORK_ERRORS as error:
        return JSONResponse({"ok": False, "status": None, "error": type(error).__name__})
    ok = answer.status_code == 200 and answer.text == challenge
    return JSONResponse({"ok": ok, "status": answer.status_code, "error": None if ok else answer.text[:200]})


async def events(request: Request) -> StreamingResponse:
    """Server-sent events: message, changed, comment, comment_deleted, post, action, handover, delivery, accounts and
    customers."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    stream = simulator_of(request).live.listen()
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


async def _queue(simulator: Simulator, kind: str, body: bytes) -> int:
    now = simulator.now()
    found = await simulator.run(lambda c: delivery_queue.enqueue(c, f"0:{kind}", kind, body, now))
    simulator.dispatcher.wake()
    return found
