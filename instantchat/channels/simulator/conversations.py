"""`/{id}/conversations` and the messages in them, at two calls a second (`instagram-api.md` 3.6)."""

from __future__ import annotations

import base64
import datetime as dt
import re
import sqlite3
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from instantchat.channels.simulator import people, threads
from instantchat.channels.simulator.graph import own_account
from instantchat.channels.simulator.people import Account
from instantchat.channels.simulator.refusals import GraphRefusal, no_message_access
from instantchat.channels.simulator.requests import graph_parameters, simulator_of
from instantchat.channels.simulator.simulator import Simulator
from instantchat.channels.simulator.threads import Json, ThreadMessage

_PAGE = 25
_READABLE = 20
_WHOLE = re.compile(r"messages(?:\.limit\(\d+\))?\{[^{}]*\bmessage\b")
_MEDIA = {"video": "video_data", "audio": "audio_data"}


async def conversations(request: Request) -> JSONResponse:
    """`GET ?platform=instagram&user_id=&limit=&after=&fields=`: `{data: [{id, updated_time}], paging}`, newest
    first."""
    simulator, given = simulator_of(request), await graph_parameters(request)
    account = await own_account(request, given)
    if not account.allows_messages:
        raise no_message_access()
    simulator.rates.take(account.user_id, "conversations", simulator.now())
    answer = await simulator.run(lambda c: _listed(c, account, given, str(request.url)))
    return JSONResponse(answer, headers=simulator.rates.headers(account.user_id, simulator.now()))


def read(simulator: Simulator, connection: sqlite3.Connection, account: Account, node: str, asked: str) -> Json | None:
    """A conversation (`messages{...}`) or a message with this id; None when it is neither. Counts as a call."""
    igsid = _igsid_of(node)
    message = threads.find_message(connection, node)
    is_message = message is not None and message.user_id == account.user_id
    if igsid is None and not is_message:
        return None
    if not account.allows_messages:
        raise no_message_access()
    simulator.rates.take(account.user_id, "conversations", simulator.now())
    if igsid is None and message is not None:
        return _message(connection, account, message)
    found = list(reversed(threads.read_thread(connection, account.user_id, igsid or "")))
    readable = [each for each in found if not each.body.get("is_deleted")][:_READABLE]
    is_whole = _WHOLE.search(asked) is not None
    listed = [_message(connection, account, each) if is_whole else _brief(each) for each in readable]
    updated = _iso(found[0].at) if found else None
    return {"id": node, "updated_time": updated, "messages": {"data": listed}}


def _listed(connection: sqlite3.Connection, account: Account, given: Json, address: str) -> Json:
    size = min(int(given["limit"]), _PAGE) if str(given.get("limit", "")).isdecimal() else _PAGE
    rows = connection.execute(
        "SELECT igsid, max(at) AS at FROM messages WHERE user_id = ? AND (? = '' OR igsid = ?)"
        " GROUP BY igsid HAVING max(at) < ? ORDER BY max(at) DESC LIMIT ?",
        (account.user_id, *[str(given.get("user_id") or "")] * 2, _cursor(given), size + 1),
    ).fetchall()
    data = [_conversation(connection, account, row["igsid"], row["at"], given) for row in rows[:size]]
    paging: Json = {"cursors": {"after": str(rows[:size][-1]["at"])}} if data else {}
    if len(rows) > size:
        paging["next"] = address
    return {"data": data, "paging": paging}


def _conversation(connection: sqlite3.Connection, account: Account, igsid: str, at: float, given: Json) -> Json:
    found: Json = {"id": _id_of(igsid), "updated_time": _iso(at)}
    if "participants" in str(given.get("fields") or ""):
        sides = [_side(connection, account, side) for side in (account.user_id, igsid)]
        found["participants"] = {"data": sides}
    return found


def _brief(message: ThreadMessage) -> Json:
    is_unsupported = bool(message.body.get("is_unsupported"))
    return {"id": message.mid, "created_time": _iso(message.at), "is_unsupported": is_unsupported}


def _message(connection: sqlite3.Connection, account: Account, message: ThreadMessage) -> Json:
    if message.body.get("is_deleted"):
        raise GraphRefusal(9000001, "This message was deleted by the user or the business.")
    sides = [_side(connection, account, side) for side in (message.igsid, account.user_id)]
    sender, recipient = sides if message.direction == "in" else reversed(sides)
    found: Json = {**_brief(message), "from": sender, "to": {"data": [recipient]}}
    found["message"] = message.view()["text"]
    media = [item for item in message.body.get("attachments", []) if _has_address(item)]
    if media:
        found["attachments"] = {"data": [_attachment(item) for item in media]}
    story = (message.body.get("reply_to") or {}).get("story")
    if story:
        found["story"] = {"reply_to": {"id": story["id"], "link": story["url"]}}
    return found


def _attachment(item: Json) -> Json:
    url = item["payload"]["url"]
    return {"file_url": url} if item["type"] == "file" else {_MEDIA.get(item["type"], "image_data"): {"url": url}}


def _has_address(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("payload"), dict) and "url" in item["payload"]


def _side(connection: sqlite3.Connection, account: Account, either_id: str) -> Json:
    if either_id == account.user_id:
        return {"id": account.user_id, "username": account.username}
    customer = people.find_customer(connection, either_id)
    return {"id": either_id, "username": customer.username if customer else ""}


def _id_of(igsid: str) -> str:
    return "aWdfZAG06" + base64.urlsafe_b64encode(igsid.encode()).decode().rstrip("=")


def _igsid_of(node: str) -> str | None:
    if not node.startswith("aWdfZAG06"):
        return None
    packed = node.removeprefix("aWdfZAG06")
    try:
        return base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode("ascii")
    except ValueError:
        return None


def _cursor(given: Json) -> float:
    try:
        return float(given["after"])
    except (KeyError, ValueError, TypeError):
        return float("inf")


def _iso(at: float) -> str:
    return dt.datetime.fromtimestamp(at, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
