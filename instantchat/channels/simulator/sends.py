"""`POST /{id}/messages`: messages and sender actions, refused as Meta refuses them (`instagram-api.md` 3.2, 3.3)."""

from __future__ import annotations

import sqlite3
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from instantchat.channels.simulator import people, threads
from instantchat.channels.simulator.graph import own_account
from instantchat.channels.simulator.people import Account
from instantchat.channels.simulator.refusals import bad_parameter, outside_window
from instantchat.channels.simulator.requests import graph_parameters, simulator_of
from instantchat.channels.simulator.simulator import Simulator
from instantchat.channels.simulator.threads import Json

_MAX_TEXT_BYTES = 1000
_MAX_QUICK_REPLIES = 13
_MAX_TITLE = 20
_MAX_BUTTONS = 3
_MAX_TEMPLATE_TEXT = 640
_MAX_CARDS = 10
_MAX_CARD_TEXT = 80
_CARD_FIELDS = ("subtitle", "image_url", "default_action", "buttons")
_MEDIA = ("image", "video", "audio", "file", "like_heart", "MEDIA_SHARE")
_ACTIONS = ("typing_on", "typing_off", "mark_seen", "react", "unreact")


async def send(request: Request) -> JSONResponse:
    """A message (`{recipient_id, message_id}`) or a sender action (`{recipient_id}`)."""
    simulator = simulator_of(request)
    given = await graph_parameters(request)
    account = await own_account(request, given)
    igsid = _recipient(given)
    if simulator.faults.send_delay_ms:
        await simulator.clock.sleep(simulator.faults.send_delay_ms / 1000)
    message, action = given.get("message"), given.get("sender_action")
    if message is not None and action is not None:
        raise bad_parameter("(#100) message and sender_action cannot be sent together", 2018014)
    if action is not None:
        await _act(simulator, account, igsid, str(action), _object(given.get("payload")))
        return JSONResponse({"recipient_id": igsid})
    failure = simulator.faults.take_failure()
    if failure is not None:
        raise failure
    body = read_message(message)
    await simulator.run(lambda c: _check_window(c, account, igsid, simulator.now()))
    sent = await simulator.send_as_account(account, igsid, body)
    return JSONResponse({"recipient_id": igsid, "message_id": sent.mid})


def read_message(message: Any) -> Json:
    """Meta's message object, checked, with its attachment as a list; titles are cut to 20 characters."""
    message = _object(message)
    text, attachment = message.get("text"), message.get("attachment")
    many = message.get("attachments")
    attachments = [_object(item) for item in (many if isinstance(many, list) else [attachment] if attachment else [])]
    if text is not None and attachments:
        raise bad_parameter("(#100) text and attachment cannot be in one message", 2534015)
    if not attachments and (not isinstance(text, str) or not text):
        raise bad_parameter("(#100) The message has neither text nor attachment", 2534015)
    if isinstance(text, str) and len(text.encode("utf-8", "replace")) > _MAX_TEXT_BYTES:
        raise bad_parameter("(#100) Length of param message[text] must be less than or equal to 1000")
    for item in attachments:
        _check_attachment(item)
    body: Json = {"attachments": attachments} if attachments else {"text": text}
    replies = message.get("quick_replies")
    if replies is not None:
        body["quick_replies"] = _quick_replies(replies)
    return body


def _recipient(given: dict[str, Any]) -> str:
    recipient = _object(given.get("recipient"))
    igsid = recipient.get("id")
    if "comment_id" in recipient:
        raise bad_parameter("The comment is invalid for a private reply", 2534025)
    if not isinstance(igsid, str | int) or not str(igsid):
        raise bad_parameter("(#100) The parameter recipient is required")
    return str(igsid)


def _check_window(connection: sqlite3.Connection, account: Account, igsid: str, now: float) -> None:
    if people.find_customer(connection, igsid) is None:
        raise bad_parameter("(#100) No matching user found", 2534014)
    ends = threads.window_ends(connection, account.user_id, igsid)
    if ends is None or now > ends:
        raise outside_window()


async def _act(simulator: Simulator, account: Account, igsid: str, action: str, payload: Json) -> None:
    if action not in _ACTIONS:
        raise bad_parameter(f"(#100) Param sender_action must be one of {{{', '.join(_ACTIONS)}}}")

    def work(connection: sqlite3.Connection) -> threads.ThreadMessage | None:
        _check_window(connection, account, igsid, simulator.now())
        if action not in ("react", "unreact"):
            return None
        found = threads.find_message(connection, str(payload.get("message_id", "")))
        if found is None or found.igsid != igsid:
            raise bad_parameter("(#100) No matching message", 2534015)
        return threads.set_reaction(connection, found, str(payload.get("reaction")) if action == "react" else None)

    reacted_to = await simulator.run(work)
    if reacted_to is not None:
        simulator.live.publish("changed", reacted_to.view())
    else:
        simulator.live.publish("action", {"accountId": account.user_id, "igsid": igsid, "action": action})


def _check_attachment(item: Json) -> None:
    kind, payload = item.get("type"), _object(item.get("payload"))
    if kind == "template":
        _check_template(payload)
    elif kind not in _MEDIA:
        raise bad_parameter("(#100) Invalid attachment type", 2534015)
    elif kind in ("image", "video", "audio", "file"):
        url = payload.get("url")
        if not isinstance(url, str) or not url.startswith(("http://", "https://")):
            raise bad_parameter("(#100) Failed to fetch the file from the url", 2018008)


def _check_template(payload: Json) -> None:
    if payload.get("template_type") == "generic":
        _check_cards(payload.get("elements"))
        return
    text = payload.get("text")
    if payload.get("template_type") != "button" or not isinstance(text, str) or not 0 < len(text) <= _MAX_TEMPLATE_TEXT:
        raise bad_parameter("(#100) Invalid template", 2534015)
    _check_buttons(payload.get("buttons"))


def _check_cards(elements: Any) -> None:
    if not isinstance(elements, list) or not 0 < len(elements) <= _MAX_CARDS:
        raise bad_parameter("(#100) A generic template has 1 to 10 elements", 2534015)
    for element in map(_object, elements):
        title, subtitle = element.get("title"), element.get("subtitle", "")
        if not isinstance(title, str) or not title or not any(element.get(name) for name in _CARD_FIELDS):
            raise bad_parameter("(#100) An element needs a title and one more field", 2534015)
        if len(title) > _MAX_CARD_TEXT or not isinstance(subtitle, str) or len(subtitle) > _MAX_CARD_TEXT:
            raise bad_parameter("(#100) Title and subtitle have at most 80 characters", 2534015)
        if "buttons" in element:
            _check_buttons(element["buttons"])


def _check_buttons(buttons: Any) -> None:
    if not isinstance(buttons, list) or not 0 < len(buttons) <= _MAX_BUTTONS:
        raise bad_parameter("(#100) A template has 1 to 3 buttons", 2534015)
    for button in map(_object, buttons):
        if not button.get("title") or not (
            button.get("url") if button.get("type") == "web_url" else "payload" in button
        ):
            raise bad_parameter("(#100) Invalid button", 2534015)


def _quick_replies(replies: Any) -> list[Json]:
    if not isinstance(replies, list) or not 0 < len(replies) <= _MAX_QUICK_REPLIES:
        raise bad_parameter("(#100) Param message[quick_replies] must have 1 to 13 elements")
    found = [_object(reply) for reply in replies]
    if any(not reply.get("title") for reply in found if reply.get("content_type", "text") == "text"):
        raise bad_parameter("(#100) Param message[quick_replies][title] must be a string")
    return [{**reply, "title": str(reply.get("title", ""))[:_MAX_TITLE]} for reply in found]


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}
