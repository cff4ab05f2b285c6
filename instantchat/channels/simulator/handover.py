"""Which app holds a conversation: ours, or another one that its owner answers with (rows A30 to A32 and B)."""

from __future__ import annotations

import sqlite3
from typing import Literal, get_args

from instantchat import errors
from instantchat.channels.simulator import customer_acts, people, threads, webhooks
from instantchat.channels.simulator.refusals import bad_parameter
from instantchat.channels.simulator.simulator import Simulator
from instantchat.channels.simulator.threads import Json, ThreadMessage

OTHER_APP = "2000000000000002"
Act = Literal["pass", "take", "request", "return"]
ACTS = get_args(Act)


async def change(simulator: Simulator, account_id: str, igsid: str, act: Act, metadata: str) -> Json:
    """Our app passes the conversation on, the other takes it, asks for it, or gives it back → `{holder}`."""
    ours = simulator.app_id
    events: dict[Act, tuple[str, Json]] = {
        "pass": ("pass_thread_control", {"previous_owner_app_id": ours, "new_owner_app_id": OTHER_APP}),
        "return": ("pass_thread_control", {"previous_owner_app_id": OTHER_APP, "new_owner_app_id": ours}),
        "take": ("take_thread_control", {"previous_owner_app_id": ours}),
        "request": ("request_thread_control", {"requested_owner_app_id": OTHER_APP}),
    }
    name, event = events[act]

    def work(connection: sqlite3.Connection) -> bool:
        account = customer_acts.parties(connection, igsid, account_id)
        if (act == "return") != threads.is_held(connection, account.user_id, igsid):
            raise errors.Conflict("wrong_holder", "The other app holds this conversation only after pass or take.")
        threads.hold(connection, account.user_id, igsid, held=act in ("pass", "take"))
        told = {name: {**event, "metadata": metadata} if metadata else event}
        item = webhooks.item(igsid, account.user_id, simulator.now(), told)
        simulator.tell(connection, account, igsid, act, item, field="messaging_handover")
        return threads.is_held(connection, account.user_id, igsid)

    is_held = await simulator.run(work)
    holder = "other" if is_held else "ours"
    return simulator.happened("handover", {"accountId": account_id, "igsid": igsid, "holder": holder})


async def write(simulator: Simulator, account_id: str, igsid: str, text: str) -> Json:
    """The other app answers; only while it holds the conversation. Ours hears of it in standby, as an echo."""

    def work(connection: sqlite3.Connection) -> ThreadMessage:
        account = customer_acts.parties(connection, igsid, account_id)
        if not threads.is_held(connection, account.user_id, igsid):
            raise errors.Conflict("wrong_holder", "The other app does not hold this conversation.")
        body: Json = {"text": text, "via": "other_app"}
        message = threads.add_message(connection, account.user_id, igsid, "out", body, simulator.now())
        simulator.tell(connection, account, igsid, "echo", webhooks.message_item(message))
        return message

    message = await simulator.run(work)
    return simulator.happened("message", message.view())


def check(connection: sqlite3.Connection, account: people.Account, igsid: str) -> None:
    """Raises 100/2534037 while another app holds the conversation."""
    if threads.is_held(connection, account.user_id, igsid):
        raise bad_parameter("(#100) Another app is controlling this thread now.", 2534037)
