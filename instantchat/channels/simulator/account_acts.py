"""What an account does in a conversation: through the API, or its owner on the phone; the echoes of both."""

from __future__ import annotations

import sqlite3

from instantchat import errors
from instantchat.channels.simulator import people, threads, webhooks
from instantchat.channels.simulator.simulator import Simulator
from instantchat.channels.simulator.threads import Json, ThreadMessage


async def send(simulator: Simulator, account: people.Account, igsid: str, body: Json) -> ThreadMessage:
    """Through the API. The echo follows as a webhook: late, first or never when that is ordered."""
    faults = simulator.faults

    def work(connection: sqlite3.Connection) -> tuple[ThreadMessage, int | None]:
        kept = {**body, "is_self": True} if igsid == account.app_scoped_id else body
        message = threads.add_message(connection, account.user_id, igsid, "out", kept, simulator.now())
        if faults.drop_echo:
            return message, None
        wait = faults.echo_delay_ms / 1000
        return message, simulator.tell(connection, account, igsid, "echo", webhooks.message_item(message), wait=wait)

    message, echo = await simulator.run(work)
    simulator.happened("message", message.view())
    if echo is not None and faults.echo_first:
        await simulator.dispatcher.attempted(echo)
    return message


async def write_on_phone(simulator: Simulator, account_id: str, igsid: str, body: Json) -> Json:
    """The owner writes in the app: no window, and an echo that only its unknown mid tells from the API's."""

    def work(connection: sqlite3.Connection) -> ThreadMessage:
        account = people.need_account(connection, account_id)
        people.need_customer(connection, igsid)
        kept = {**body, "via": "phone"}
        message = threads.add_message(connection, account.user_id, igsid, "out", kept, simulator.now())
        simulator.tell(connection, account, igsid, "echo", webhooks.message_item(message))
        return message

    message = await simulator.run(work)
    return simulator.happened("message", message.view())


async def unsend(simulator: Simulator, account_id: str, mid: str) -> Json:
    """The owner takes a message of the account back (A14)."""

    def work(connection: sqlite3.Connection) -> ThreadMessage:
        account, found = people.need_account(connection, account_id), threads.find_message(connection, mid)
        if found is None or found.user_id != account.user_id or found.direction != "out":
            raise errors.NotFound("message_not_found", "This account sent no such message.")
        event = {"message": {"mid": mid, "is_echo": True, "is_deleted": True}}
        item = webhooks.item(account.user_id, found.igsid, simulator.now(), event)
        simulator.tell(connection, account, found.igsid, "unsend", item)
        return threads.change(connection, found, is_deleted=True, text=None, attachments=None, quick_replies=None)

    message = await simulator.run(work)
    return simulator.happened("changed", message.view())
