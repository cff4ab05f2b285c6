"""The script API: the owner's phone, and what a visitor sees of the account's profile."""

from __future__ import annotations

import sqlite3

from starlette.requests import Request
from starlette.responses import JSONResponse

from instantchat.channels.simulator import account_acts, messenger_profile, people, sharing
from instantchat.channels.simulator.requests import json_object, simulator_of, text_in
from instantchat.channels.simulator.threads import Json


async def write(request: Request) -> JSONResponse:
    """The owner writes to a customer: `{igsid, text?, attachments?: [{type, url?}]}` → 201 message."""
    simulator, body = simulator_of(request), await json_object(request)
    wanted, text = body.get("attachments") or [], text_in(body, "text", required=not body.get("attachments"))
    message: Json = {"text": text} if text else {}
    if wanted:
        message["attachments"] = await simulator.run(lambda c: sharing.attachments(simulator, c, wanted))
    view = await account_acts.write_on_phone(simulator, _account_id(request), text_in(body, "igsid"), message)
    return JSONResponse(view, 201)


async def unsend(request: Request) -> JSONResponse:
    """The owner takes a message of the account back: `{mid}` → the message."""
    mid = text_in(await json_object(request), "mid")
    return JSONResponse(await account_acts.unsend(simulator_of(request), _account_id(request), mid))


async def profile(request: Request) -> JSONResponse:
    """`{iceBreakers: [{title, payload}], menu: [{type, title, payload|url}]}` as the phone shows them."""

    def work(connection: sqlite3.Connection) -> Json:
        account = people.need_account(connection, _account_id(request))
        return {
            "iceBreakers": messenger_profile.ice_breakers(connection, account.user_id),
            "menu": messenger_profile.menu(connection, account.user_id),
        }

    return JSONResponse(await simulator_of(request).run(work))


def _account_id(request: Request) -> str:
    return str(request.path_params["account_id"])
