"""An account that writes to itself, as owners do to try their bot (D26; rows A17 and A25). It needs no window."""

from __future__ import annotations

import sqlite3

from instantchat import errors
from instantchat.channels.simulator import ids, people, threads, webhooks
from instantchat.channels.simulator.simulator import Simulator
from instantchat.channels.simulator.threads import Json, ThreadMessage


async def write(simulator: Simulator, account_id: str, text: str) -> Json:
    """The owner writes to the own account; from then on the app may send there too."""

    def work(connection: sqlite3.Connection) -> ThreadMessage:
        account = people.need_account(connection, account_id)
        igsid = account.app_scoped_id
        body: Json = {"text": text, "via": "phone", "is_self": True}
        message = threads.add_message(connection, account.user_id, igsid, "out", body, simulator.now())
        threads.open_window(connection, account.user_id, igsid, simulator.now())
        simulator.tell(connection, account, igsid, "self message", webhooks.message_item(message))
        return message

    message = await simulator.run(work)
    return simulator.happened("message", message.view())


async def tap(simulator: Simulator, account_id: str, mid: str, payload: str) -> Json:
    """The owner taps a button of a message to the own account: a postback with `is_self` beside it."""

    def work(connection: sqlite3.Connection) -> str:
        account, found = people.need_account(connection, account_id), threads.find_message(connection, mid)
        is_own = found is not None and (found.user_id, found.igsid) == (account.user_id, account.app_scoped_id)
        buttons = found.view()["buttons"] if found is not None and is_own else []
        title = next((str(button["title"]) for button in buttons if button.get("payload") == payload), None)
        if title is None:
            raise errors.NotFound("choice_not_found", "The account sent itself no button with this payload.")
        event = {"mid": ids.mid(account.user_id), "title": title, "payload": payload}
        sides = account.user_id, account.app_scoped_id
        item = webhooks.item(*sides, simulator.now(), {"postback": event, "is_self": True})
        simulator.tell(connection, account, account.app_scoped_id, "self tap", item, field="messaging_postbacks")
        return title

    return {"kind": "postback", "title": await simulator.run(work)}
