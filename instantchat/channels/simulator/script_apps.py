"""The script API: another app beside ours, the account writing to itself, and its Facebook page."""

from __future__ import annotations

from typing import cast

from starlette.requests import Request
from starlette.responses import JSONResponse

from instantchat import errors
from instantchat.channels.simulator import credentials, handover, people, self_acts
from instantchat.channels.simulator.requests import json_object, simulator_of, text_in


async def hand_over(request: Request) -> JSONResponse:
    """`{igsid, act: pass|take|request|return, metadata?}`: who holds a conversation → `{holder: ours|other}`."""
    body = await json_object(request)
    act = text_in(body, "act")
    if act not in handover.ACTS:
        raise errors.Invalid("bad_value", f"act is one of {', '.join(handover.ACTS)}.")
    wanted = text_in(body, "igsid"), cast(handover.Act, act), text_in(body, "metadata", required=False)
    return JSONResponse(await handover.change(simulator_of(request), _account_id(request), *wanted))


async def write_as_other_app(request: Request) -> JSONResponse:
    """The other app answers a customer: `{igsid, text}` → 201 message; 409 while our app holds the conversation."""
    body = await json_object(request)
    wanted = text_in(body, "igsid"), text_in(body, "text")
    return JSONResponse(await handover.write(simulator_of(request), _account_id(request), *wanted), 201)


async def write_to_itself(request: Request) -> JSONResponse:
    """The owner writes to the own account: `{text}` → 201 message."""
    text = text_in(await json_object(request), "text")
    return JSONResponse(await self_acts.write(simulator_of(request), _account_id(request), text), 201)


async def tap_of_itself(request: Request) -> JSONResponse:
    """The owner taps a button of a message to the own account: `{mid, payload}` → 201 `{kind, title}`."""
    body = await json_object(request)
    wanted = text_in(body, "mid"), text_in(body, "payload")
    return JSONResponse(await self_acts.tap(simulator_of(request), _account_id(request), *wanted), 201)


async def facebook_login(request: Request) -> JSONResponse:
    """The owner logs in with Facebook → 201 `{userToken, pageId}`; the token is good for an hour."""
    simulator, account_id = simulator_of(request), _account_id(request)
    account = await simulator.run(lambda c: people.need_account(c, account_id))
    token = await simulator.run(
        lambda c: credentials.issue(c, account.user_id, simulator.now(), credentials.HOUR, kind="user")
    )
    return JSONResponse({"userToken": token, "pageId": people.page_id(account)}, 201)


def _account_id(request: Request) -> str:
    return str(request.path_params["account_id"])
