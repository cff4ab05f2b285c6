"""`/{id}/welcome_message_flows`: the first messages of conversations that an ad opens (`instagram-api.md` 3.5)."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from instantchat.channels.simulator import ids
from instantchat.channels.simulator.graph import own_account
from instantchat.channels.simulator.refusals import bad_parameter, no_such_object
from instantchat.channels.simulator.requests import graph_parameters, simulator_of
from instantchat.channels.simulator.threads import Json

_MOST = 100


async def welcome_message_flows(request: Request) -> JSONResponse:
    """`GET`; `POST {name, welcome_message_flow, eligible_platforms}` → `{flow_id}`, or with `flow_id` an update;
    `DELETE ?flow_id=`. Both of those answer `{success: true}`."""
    simulator, given = simulator_of(request), await graph_parameters(request)
    account = await own_account(request, given)
    flow_id = str(given.get("flow_id") or "")
    if request.method == "GET":
        found = await simulator.run(lambda c: _listed(c, account.user_id, flow_id))
        return JSONResponse({"data": found, "paging": {"cursors": {"before": "QVFI", "after": "QVFI"}}})
    if request.method == "DELETE":
        await simulator.run(lambda c: _delete(c, account.user_id, flow_id))
        return JSONResponse({"success": True})
    values = _checked(given, is_new=not flow_id)
    made = await simulator.run(lambda c: _keep(c, account.user_id, flow_id, values, simulator.now()))
    return JSONResponse({"success": True} if flow_id else {"flow_id": made})


def _checked(given: Json, *, is_new: bool) -> Json:
    """What the call sets, as it is kept."""
    found: Json = {}
    if "name" in given or is_new:
        found["name"] = str(given.get("name") or "")
        if not found["name"]:
            raise bad_parameter("(#100) The parameter name is required")
    if "welcome_message_flow" in given or is_new:
        found["flow"] = json.dumps(_messages(given.get("welcome_message_flow")))
    if is_new and given.get("eligible_platforms") != ["instagram"]:
        raise bad_parameter("(#100) Param eligible_platforms must be ['instagram']")
    return found


def _messages(value: Any) -> list[Json]:
    messages = value if isinstance(value, list) else []
    if not messages or not all(isinstance(each, dict) and isinstance(each.get("message"), dict) for each in messages):
        raise bad_parameter("(#100) Param welcome_message_flow must be a list of {message}")
    return messages


def _listed(connection: sqlite3.Connection, user_id: str, flow_id: str) -> list[Json]:
    rows = connection.execute(
        "SELECT * FROM welcome_flows WHERE user_id = ? AND (? = '' OR id = ?) ORDER BY updated_at DESC LIMIT ?",
        (user_id, flow_id, flow_id, _MOST),
    )
    return [_shown(row) for row in rows]


def _shown(row: sqlite3.Row) -> Json:
    at = dt.datetime.fromtimestamp(row["updated_at"], dt.UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
    about = {"id": row["id"], "name": row["name"], "eligible_platforms": ["instagram"]}
    return {**about, "welcome_message_flow": row["flow"], "last_update_time": at, "is_used_in_ad": False}


def _keep(connection: sqlite3.Connection, user_id: str, flow_id: str, values: Json, now: float) -> str:
    if not flow_id:
        made = ids.media_id()
        row = (made, user_id, values["name"], values["flow"], now)
        connection.execute("INSERT INTO welcome_flows VALUES (?, ?, ?, ?, ?)", row)
        return made
    changed = connection.execute(
        "UPDATE welcome_flows SET name = coalesce(?, name), flow = coalesce(?, flow), updated_at = ?"
        " WHERE id = ? AND user_id = ?",
        (values.get("name"), values.get("flow"), now, flow_id, user_id),
    )
    if not changed.rowcount:
        raise no_such_object(flow_id)
    return flow_id


def _delete(connection: sqlite3.Connection, user_id: str, flow_id: str) -> None:
    gone = connection.execute("DELETE FROM welcome_flows WHERE id = ? AND user_id = ?", (flow_id, user_id))
    if not gone.rowcount:
        raise no_such_object(flow_id)
