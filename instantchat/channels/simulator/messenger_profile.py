"""`/{id}/messenger_profile`: ice breakers and the persistent menu (`instagram-api.md` 3.5)."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from instantchat.channels.simulator.graph import own_account
from instantchat.channels.simulator.refusals import bad_parameter
from instantchat.channels.simulator.requests import graph_parameters, simulator_of
from instantchat.channels.simulator.threads import Json

_FIELDS = ("ice_breakers", "persistent_menu")
_MOST = {"ice_breakers": 4, "persistent_menu": 20}


async def messenger_profile(request: Request) -> JSONResponse:
    """`GET ?fields=`, `POST {ice_breakers?, persistent_menu?}`, `DELETE {fields}`."""
    simulator, given = simulator_of(request), await graph_parameters(request)
    account = await own_account(request, given)
    if request.method == "GET":
        found = await simulator.run(lambda c: _read(c, account.user_id, _wanted(given)))
        return JSONResponse({"data": [found] if found else []})
    if request.method == "DELETE":
        names = _wanted(given)
        await simulator.run(lambda c: _drop(c, account.user_id, names))
    else:
        values = {name: _checked(name, given[name]) for name in _FIELDS if name in given}
        if not values:
            raise bad_parameter("(#100) Requires one of the params: ice_breakers, persistent_menu")
        await simulator.run(lambda c: _keep(c, account.user_id, values))
    simulator.live.publish("profile", {"accountId": account.user_id})
    return JSONResponse({"result": "success"})


def ice_breakers(connection: sqlite3.Connection, user_id: str) -> list[Json]:
    """`[{title, payload}]` of the default language."""
    found = _read(connection, user_id, ("ice_breakers",)).get("ice_breakers", [])
    return [{"title": item["question"], "payload": item["payload"]} for item in _default(found)]


def menu(connection: sqlite3.Connection, user_id: str) -> list[Json]:
    """Its lines, of the default language."""
    return _default(_read(connection, user_id, ("persistent_menu",)).get("persistent_menu", []))


def choices(connection: sqlite3.Connection, user_id: str) -> dict[str, str]:
    """What can be tapped: payload to title."""
    lines = [*menu(connection, user_id), *ice_breakers(connection, user_id)]
    return {line["payload"]: line["title"] for line in lines if "payload" in line}


def _default(found: list[Json]) -> list[Json]:
    if not any("call_to_actions" in group for group in found):
        return found
    groups = sorted(found, key=lambda group: group.get("locale") != "default")
    return list(groups[0]["call_to_actions"])


def _wanted(given: Json) -> tuple[str, ...]:
    """`fields` as csv, a list or the text of one (`['persistent_menu']`)."""
    asked = given.get("fields") or ""
    names = asked if isinstance(asked, list) else str(asked).strip("[]").replace("'", "").replace('"', "").split(",")
    found = tuple(str(name).strip() for name in names if str(name).strip())
    if not found or any(name not in _FIELDS for name in found):
        raise bad_parameter(f"(#100) Param fields must be of {{{', '.join(_FIELDS)}}}")
    return found


def _read(connection: sqlite3.Connection, user_id: str, names: tuple[str, ...]) -> Json:
    rows = connection.execute("SELECT field, value FROM profiles WHERE user_id = ?", (user_id,))
    return {row["field"]: json.loads(row["value"]) for row in rows if row["field"] in names}


def _keep(connection: sqlite3.Connection, user_id: str, values: dict[str, list[Json]]) -> None:
    rows = [(user_id, name, json.dumps(value)) for name, value in values.items()]
    connection.executemany("INSERT OR REPLACE INTO profiles VALUES (?, ?, ?)", rows)


def _drop(connection: sqlite3.Connection, user_id: str, names: tuple[str, ...]) -> None:
    rows = [(user_id, name) for name in names]
    connection.executemany("DELETE FROM profiles WHERE user_id = ? AND field = ?", rows)


def _checked(name: str, value: Any) -> list[Json]:
    groups = value if isinstance(value, list) and all(isinstance(item, dict) for item in value) else []
    is_flat = name == "ice_breakers" and not any("call_to_actions" in group for group in groups)
    if not groups or (not is_flat and all(group.get("locale") != "default" for group in groups)):
        raise bad_parameter(f"(#100) {name} needs a default locale")
    for lines in [groups] if is_flat else [group.get("call_to_actions") for group in groups]:
        if not isinstance(lines, list) or not 0 < len(lines) <= _MOST[name]:
            raise bad_parameter(f"(#100) {name} has 1 to {_MOST[name]} call_to_actions")
        if not all(isinstance(line, dict) and _is_line(name, line) for line in lines):
            raise bad_parameter(f"(#100) Invalid call_to_actions in {name}")
    return groups


def _is_line(name: str, line: Json) -> bool:
    if name == "ice_breakers":
        wanted = {"question", "payload"}
    else:
        wanted = {"title", "url" if line.get("type") == "web_url" else "payload"}
    return all(isinstance(line.get(key), str) and line[key] for key in wanted)
