"""The script API: what a customer does in a conversation."""

from __future__ import annotations

import datetime as dt
import sqlite3
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from instantchat import errors
from instantchat.channels.simulator import customer_acts, ids, messenger_profile, sharing, threads
from instantchat.channels.simulator.requests import json_object, simulator_of, text_in
from instantchat.channels.simulator.threads import Json
from instantchat.kit.clock import rfc3339

_LONGEST_TEXT = 1000


async def write(request: Request) -> JSONResponse:
    """A customer writes: `{accountId, text?, attachments?: [{type, url?}], replyTo?, isUnsupported?}` → 201 message."""
    simulator, body = simulator_of(request), await json_object(request)
    wanted = body.get("attachments") or []
    unsupported = body.get("isUnsupported") is True
    text = text_in(body, "text", required=not wanted and not unsupported)
    reply_to = text_in(body, "replyTo", required=False)
    if len(text) > _LONGEST_TEXT:
        raise errors.Invalid("too_long", f"Instagram lets people write {_LONGEST_TEXT} characters.")
    message: Json = {"text": text} if text else {}
    if wanted:
        message["attachments"] = await simulator.run(lambda c: sharing.attachments(simulator, c, wanted))
    if unsupported:
        message = {"is_unsupported": True}
    if reply_to:
        message["reply_to"] = {"mid": reply_to}
    view = await customer_acts.write(simulator, _igsid(request), text_in(body, "accountId"), message)
    return JSONResponse(view, 201)


async def share(request: Request) -> JSONResponse:
    """A customer sends a post into the conversation: `{accountId, mediaId, text?}` → 201 message."""
    simulator, body = simulator_of(request), await json_object(request)
    media_id, text = text_in(body, "mediaId"), text_in(body, "text", required=False)
    message: Json = {"attachments": await simulator.run(lambda c: sharing.post(simulator, c, media_id))}
    if text:
        message["text"] = text
    view = await customer_acts.write(simulator, _igsid(request), text_in(body, "accountId"), message, kind="share")
    return JSONResponse(view, 201)


async def reply_to_story(request: Request) -> JSONResponse:
    """A customer answers a story: `{mediaId, text}` → 201 message; 409 once the story is over."""
    simulator, body = simulator_of(request), await json_object(request)
    text, media_id = text_in(body, "text"), text_in(body, "mediaId")
    account_id, story = await simulator.run(lambda c: sharing.story(simulator, c, media_id))
    message = {"text": text, "reply_to": {"story": story}}
    view = await customer_acts.write(simulator, _igsid(request), account_id, message, kind="story reply")
    return JSONResponse(view, 201)


async def mention_in_story(request: Request) -> JSONResponse:
    """A customer mentions the account in a story of their own: `{accountId}` → 201 message."""
    simulator, body = simulator_of(request), await json_object(request)
    message = {"attachments": [await simulator.run(lambda c: sharing.mention(simulator, c))]}
    account_id = text_in(body, "accountId")
    view = await customer_acts.write(simulator, _igsid(request), account_id, message, kind="story mention")
    return JSONResponse(view, 201)


async def react(request: Request) -> JSONResponse:
    """`{mid, emoji}`, or `emoji: null` to take it back → the message."""
    body = await json_object(request)
    emoji = text_in(body, "emoji") if body.get("emoji") is not None else None
    return JSONResponse(await customer_acts.react(simulator_of(request), _igsid(request), text_in(body, "mid"), emoji))


async def unsend(request: Request) -> JSONResponse:
    """A customer takes a message back: `{mid}` → the message."""
    body = await json_object(request)
    return JSONResponse(await customer_acts.unsend(simulator_of(request), _igsid(request), text_in(body, "mid")))


async def edit(request: Request) -> JSONResponse:
    """A customer changes a message: `{mid, text}` → the message."""
    body = await json_object(request)
    mid, text = text_in(body, "mid"), text_in(body, "text")
    return JSONResponse(await customer_acts.edit(simulator_of(request), _igsid(request), mid, text))


async def refer(request: Request) -> Response:
    """A customer comes by `ig.me?ref=` or an ad: `{accountId, ref?, text?, ad?: {id?, title?}}` → 204."""
    simulator, body = simulator_of(request), await json_object(request)
    ref, ad = text_in(body, "ref", required=False), body.get("ad")
    if not ref and not isinstance(ad, dict):
        raise errors.Invalid("missing_value", "ref is missing.")
    referral = sharing.ad_referral(ref, ad) if isinstance(ad, dict) else sharing.link_referral(ref)
    text = text_in(body, "text", required=False)
    account_id, is_ad = text_in(body, "accountId"), isinstance(ad, dict)
    await customer_acts.refer(simulator, _igsid(request), account_id, referral, text, is_ad=is_ad)
    return Response(status_code=204)


async def tap(request: Request) -> JSONResponse:
    """A customer taps a quick reply or button of a message: `{mid, payload}` → 201 `{kind, title}`."""
    simulator, body = simulator_of(request), await json_object(request)
    igsid, mid, payload = _igsid(request), text_in(body, "mid"), text_in(body, "payload", required=False)
    message = await simulator.run(lambda c: threads.find_message(c, mid))
    if message is None or message.igsid != igsid:
        raise errors.NotFound("message_not_found", "This customer has no such message.")
    view = message.view()
    for reply in view["quickReplies"]:
        if reply.get("payload", "") == payload:
            tapped = {"text": reply["title"], "quick_reply": {"payload": payload}}
            await customer_acts.write(simulator, igsid, message.user_id, tapped)
            return JSONResponse({"kind": "quick_reply", "title": reply["title"]}, 201)
    on_cards = [button for card in view["cards"] for button in card.get("buttons", [])]
    for button in view["buttons"] + on_cards:
        if button.get("type") == "postback" and button.get("payload", "") == payload:
            event = _postback(message.user_id, button["title"], payload)
            consents = simulator.faults.tap_is_consent
            await customer_acts.act(simulator, igsid, message.user_id, "postback", event, opens=True, consents=consents)
            return JSONResponse({"kind": "postback", "title": button["title"]}, 201)
    raise errors.NotFound("choice_not_found", "The message has no quick reply or button with this payload.")


async def tap_menu(request: Request) -> JSONResponse:
    """A customer taps an ice breaker or a line of the menu: `{accountId, payload}` → 201 `{kind, title}`."""
    simulator, body = simulator_of(request), await json_object(request)
    account_id, payload = text_in(body, "accountId"), text_in(body, "payload")

    def title_of(connection: sqlite3.Connection) -> str | None:
        account = customer_acts.parties(connection, _igsid(request), account_id)
        return messenger_profile.choices(connection, account.user_id).get(payload)

    title = await simulator.run(title_of)
    if title is None:
        raise errors.NotFound("choice_not_found", "The account has no ice breaker or menu line with this payload.")
    event = _postback(account_id, title, payload)
    await customer_acts.act(simulator, _igsid(request), account_id, "postback", event, opens=True)
    return JSONResponse({"kind": "postback", "title": title}, 201)


async def read(request: Request) -> Response:
    """A customer has seen a message: `{accountId, mid}` → 204."""
    body = await json_object(request)
    event, account_id = {"read": {"mid": text_in(body, "mid")}}, text_in(body, "accountId")
    await customer_acts.act(simulator_of(request), _igsid(request), account_id, "read", event, opens=False)
    return Response(status_code=204)


async def thread(request: Request) -> JSONResponse:
    """`{data: [message], windowExpiresAt, holder: ours|other}`, the newest 200, oldest first."""
    account_id, igsid = request.path_params["account_id"], _igsid(request)

    def work(connection: sqlite3.Connection) -> Json:
        ends = threads.window_ends(connection, account_id, igsid)
        return {
            "data": [message.view() for message in threads.read_thread(connection, account_id, igsid)],
            "windowExpiresAt": rfc3339(dt.datetime.fromtimestamp(ends, dt.UTC)) if ends else None,
            "holder": "other" if threads.is_held(connection, account_id, igsid) else "ours",
        }

    return JSONResponse(await simulator_of(request).run(work))


def _igsid(request: Request) -> str:
    return str(request.path_params["igsid"])


def _postback(account_id: str, title: str, payload: str) -> dict[str, Any]:
    return {"postback": {"mid": ids.mid(account_id), "title": title, "payload": payload}}
