"""`POST /{id}/messages`: messages and sender actions, refused as Meta refuses them (`instagram-api.md` 3.2 to 3.4)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from instantchat.channels.simulator import (
    account_acts,
    handover,
    media_fetch,
    people,
    posts,
    private_replies,
    relations,
    threads,
    uploads,
)
from instantchat.channels.simulator.faults import Failure
from instantchat.channels.simulator.graph import own_account
from instantchat.channels.simulator.message_rules import as_object, read_message
from instantchat.channels.simulator.people import Account
from instantchat.channels.simulator.rates import Kind
from instantchat.channels.simulator.refusals import (
    GraphRefusal,
    bad_parameter,
    no_message_access,
    outside_window,
    unavailable,
)
from instantchat.channels.simulator.requests import graph_parameters, is_facebook, simulator_of
from instantchat.channels.simulator.simulator import Simulator
from instantchat.channels.simulator.threads import Json

_ACTIONS = ("typing_on", "typing_off", "mark_seen", "react", "unreact")
_MESSAGING_TYPES = ("RESPONSE", "UPDATE", "MESSAGE_TAG")
_HUMAN_AGENT = "HUMAN_AGENT"
WindowEnds = Callable[[sqlite3.Connection, str, str], float | None]


async def send(request: Request) -> JSONResponse:
    """A message (`{recipient_id, message_id}`) or a sender action (`{recipient_id}`), with the usage headers."""
    simulator = simulator_of(request)
    given = await graph_parameters(request)
    account = await own_account(request, given)
    recipient = as_object(given.get("recipient"))
    message, action = given.get("message"), given.get("sender_action")
    if simulator.faults.send_delay_ms:
        await simulator.clock.sleep(simulator.faults.send_delay_ms / 1000)
    _check_access(simulator, account)
    if message is not None and action is not None:
        raise bad_parameter("(#100) message and sender_action cannot be sent together", 2018014)
    if action is None:
        _check_volume(simulator)
    if action is not None:
        igsid = _igsid(recipient)
        simulator.rates.take(account.user_id, "text", simulator.now())
        await _act(simulator, account, igsid, str(action), as_object(given.get("payload")))
        answer = {"recipient_id": igsid}
    elif "comment_id" in recipient:
        _check_node(request, account)
        answer = await private_replies.send(simulator, account, str(recipient["comment_id"]), message)
    else:
        answer = await _send(simulator, account, _igsid(recipient), message, given)
    if simulator.faults.answer_delay_ms:
        await simulator.clock.sleep(simulator.faults.answer_delay_ms / 1000)
    return JSONResponse(answer, headers=simulator.rates.headers(account.user_id, simulator.now()))


async def _send(simulator: Simulator, account: Account, igsid: str, message: Any, given: Json) -> Json:
    failure = simulator.faults.take_failure()
    _refuse_unless_late(failure)
    body = read_message(message)
    simulator.rates.take(account.user_id, _kind_of(body), simulator.now())
    simulator.rates.take(f"{account.user_id}:{igsid}", "thread", simulator.now())
    if igsid == account.app_scoped_id and "quick_replies" in body:
        raise bad_parameter("(#100) Quick replies are not available for self messaging", 2534015)
    await simulator.run(lambda c: uploads.resolve(simulator, c, body))
    await media_fetch.check(simulator, body)
    reply_to = as_object(given.get("reply_to")).get("mid")
    if reply_to:
        body["reply_to"] = {"mid": str(reply_to)}
    ends_at = _window(simulator, given)
    await simulator.run(lambda c: _check_recipient(c, account, igsid, simulator.now(), ends_at))
    await simulator.run(lambda c: posts.check_shared(c, account.user_id, body))
    sent = await account_acts.send(simulator, account, igsid, body)
    if failure is not None:
        raise failure.refusal()
    return {"recipient_id": igsid, "message_id": sent.mid}


def _kind_of(body: Json) -> Kind:
    """Which limit a message counts for: `media` (audio and video) or `text`."""
    kinds = {item.get("type") for item in body.get("attachments", [])}
    return "media" if kinds & {"audio", "video"} else "text"


def _refuse_unless_late(failure: Failure | None) -> None:
    if failure is not None and not failure.after_send:
        raise failure.refusal()


def _check_node(request: Request, account: Account) -> None:
    """(#3) for a private reply by way of Facebook's Instagram node; the page can (ChatbotX#1122)."""
    if is_facebook(request) and request.path_params["node"] not in ("me", people.page_id(account)):
        raise GraphRefusal(3, "(#3) Application does not have the capability to make this API call.")


def _check_access(simulator: Simulator, account: Account) -> None:
    if not account.allows_messages:
        raise no_message_access()
    if not simulator.faults.app_live:
        message = "(#200) The app is not live: people without a role in it cannot be written to."
        raise GraphRefusal(200, message, subcode=2018028, kind="OAuthException")


def _check_volume(simulator: Simulator) -> None:
    if simulator.faults.inbox_overload:
        message = "The inbox has more than 72,000 messages: the account cannot send until their number falls."
        raise GraphRefusal(613, message, subcode=1996)


def _igsid(recipient: Json) -> str:
    igsid = recipient.get("id")
    if not isinstance(igsid, str | int) or not str(igsid):
        raise bad_parameter("(#100) The parameter recipient is required")
    return str(igsid)


def _window(simulator: Simulator, given: Json) -> WindowEnds:
    """Which window the send asks for; raises 100 for a tag there is not, 403 without the Human Agent feature."""
    kind, tag = given.get("messaging_type", "RESPONSE"), given.get("tag")
    if kind not in _MESSAGING_TYPES:
        raise bad_parameter(f"(#100) Param messaging_type must be one of {{{', '.join(_MESSAGING_TYPES)}}}")
    if tag is None:
        return threads.window_ends
    if tag != _HUMAN_AGENT:
        raise bad_parameter(f"(#100) Param tag must be one of {{{_HUMAN_AGENT}}}")
    if not simulator.faults.human_agent:
        message = "To use 'Human Agent', your use of this endpoint must be reviewed and approved by Facebook."
        raise GraphRefusal(10, message, status=403)
    return threads.human_window_ends


def _check_recipient(
    connection: sqlite3.Connection, account: Account, igsid: str, now: float, ends_at: WindowEnds
) -> None:
    if igsid == account.app_scoped_id and threads.window_ends(connection, account.user_id, igsid) is not None:
        return  # the account itself, which has written there by hand
    if people.find_customer(connection, igsid) is None:
        raise bad_parameter("(#100) No matching user found", 2534014)
    handover.check(connection, account, igsid)
    if relations.find(connection, account.user_id, igsid).blocks:
        raise unavailable()
    ends = ends_at(connection, account.user_id, igsid)
    if ends is None or now > ends:
        raise outside_window()


async def _act(simulator: Simulator, account: Account, igsid: str, action: str, payload: Json) -> None:
    if action not in _ACTIONS:
        raise bad_parameter(f"(#100) Param sender_action must be one of {{{', '.join(_ACTIONS)}}}")

    def work(connection: sqlite3.Connection) -> threads.ThreadMessage | None:
        _check_recipient(connection, account, igsid, simulator.now(), threads.window_ends)
        if action not in ("react", "unreact"):
            return None
        found = threads.find_message(connection, str(payload.get("message_id", "")))
        if found is None or found.igsid != igsid or found.body.get("is_deleted"):
            raise bad_parameter("(#100) No matching message", 2534015)
        emoji = str(payload.get("reaction") or "") or None
        if action == "react" and emoji is None:
            raise bad_parameter("(#100) Param payload[reaction] is required", 2534015)
        return threads.change(connection, found, reaction=emoji if action == "react" else None)

    reacted_to = await simulator.run(work)
    if reacted_to is not None:
        simulator.live.publish("changed", reacted_to.view())
    else:
        simulator.live.publish("action", {"accountId": account.user_id, "igsid": igsid, "action": action})
