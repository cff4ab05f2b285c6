"""`POST /{id}/message_attachments`: media uploaded once and sent by its id (`instagram-api.md` 3.2)."""

from __future__ import annotations

import sqlite3

from starlette.requests import Request
from starlette.responses import JSONResponse

from instantchat.channels.simulator import assets, media_fetch
from instantchat.channels.simulator.graph import own_account
from instantchat.channels.simulator.message_rules import FETCHED, read_message
from instantchat.channels.simulator.refusals import bad_parameter
from instantchat.channels.simulator.requests import graph_parameters, simulator_of
from instantchat.channels.simulator.simulator import Simulator
from instantchat.channels.simulator.threads import Json


async def upload(request: Request) -> JSONResponse:
    """`{message: {attachment: {type, payload: {url}}}}` → `{attachment_id}`."""
    simulator, given = simulator_of(request), await graph_parameters(request)
    await own_account(request, given)
    body = read_message(given.get("message"))
    (first, *others) = body.get("attachments") or [{}]
    if others or first.get("type") not in FETCHED or "url" not in first["payload"]:
        raise bad_parameter("(#100) The message must have one attachment with a url", 2534015)
    await media_fetch.check(simulator, body)
    source = first["payload"]["url"]
    made = await simulator.run(lambda c: assets.make(c, first["type"], simulator.now(), lasts=None, source=source))
    return JSONResponse({"attachment_id": made})


def resolve(simulator: Simulator, connection: sqlite3.Connection, body: Json) -> None:
    """Put the address where a message names an uploaded attachment; raises 100/2018074 for an id that is none."""
    for item in body.get("attachments", []):
        attachment_id = (item.get("payload") or {}).get("attachment_id")
        if attachment_id is None:
            continue
        row = connection.execute("SELECT kind FROM assets WHERE id = ?", (str(attachment_id),)).fetchone()
        if row is None or row["kind"] != item.get("type"):
            raise bad_parameter("(#100) Invalid attachment id", 2018074)
        item["payload"] = {"url": simulator.asset_url(connection, str(attachment_id))}
