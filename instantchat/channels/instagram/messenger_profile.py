"""What Instagram shows of an account before anybody writes: ice breakers, and the menu beside the text field.

`instagram-api.md` 3.5. Only what is meant for every language is read and written; a part that changes loses others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from instantchat.channels.instagram.client import InstagramClient
from instantchat.channels.instagram.errors import MetaRefused, MetaUnreachable, RefusalKind
from instantchat.channels.instagram.payloads import mapping, text_of
from instantchat.kit.crypto import Secret

# Only the four ice breakers are documented; the others are what integrations observed.
ICE_BREAKERS, QUESTION = 4, 80
MENU_ITEMS, TITLE = 20, 30
PAYLOAD, ADDRESS = 1000, 2000
_FIELDS = ("ice_breakers", "persistent_menu")
_DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class IceBreaker:
    """A question to tap; `payload` comes back as a postback."""

    question: str
    payload: str


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A line of the menu: with a `url` it opens it, else `payload` comes back as a postback."""

    title: str
    payload: str = ""
    url: str | None = None


@dataclass(frozen=True, slots=True)
class MessengerProfile:
    """Both parts, in the order shown."""

    ice_breakers: Sequence[IceBreaker] = ()
    menu: Sequence[MenuItem] = ()


async def read(client: InstagramClient, ig_user_id: str, token: Secret) -> MessengerProfile:
    """What Instagram has now. Raises `MetaRefused` and `MetaUnreachable`."""
    body = await _call(client, "GET", ig_user_id, token, params={"fields": ",".join(_FIELDS)})
    found = _parts(body)
    ice_breakers = [
        IceBreaker(text_of(each.get("question")) or "", text_of(each.get("payload")) or "")
        for each in _lines(found.get(_FIELDS[0]))
    ]
    menu = [
        MenuItem(text_of(each.get("title")) or "", text_of(each.get("payload")) or "", text_of(each.get("url")))
        for each in _lines(found.get(_FIELDS[1]))
    ]
    return MessengerProfile(tuple(ice_breakers), tuple(menu))


async def write(
    client: InstagramClient, ig_user_id: str, token: Secret, profile: MessengerProfile, before: MessengerProfile
) -> None:
    """Set the parts that are not as `before`, and delete those that are empty now; a part that is the same is left
    alone, other languages of it included. Raises as `read` does; then one part may be stored."""
    new, old = _actions(profile), _actions(before)
    changed = {name: actions for name, actions in new.items() if actions != old[name]}
    wanted = {name: [{"locale": _DEFAULT, "call_to_actions": actions}] for name, actions in changed.items() if actions}
    if wanted:
        await _call(client, "POST", ig_user_id, token, json=wanted)
    emptied = [name for name in changed if name not in wanted]
    if emptied:
        await _call(client, "DELETE", ig_user_id, token, json={"fields": emptied})


def _actions(profile: MessengerProfile) -> dict[str, list[dict[str, str]]]:
    """Each part as Meta's calls to action."""
    questions = [{"question": each.question, "payload": each.payload} for each in profile.ice_breakers]
    return dict(zip(_FIELDS, (questions, [_line(each) for each in profile.menu]), strict=True))


async def _call(client: InstagramClient, method: str, ig_user_id: str, token: Secret, **request: Any) -> bytes:
    """By numeric id first, then by `me`, as with subscriptions."""
    path = "{}/{}/messenger_profile"
    try:
        return await client.call(method, path.format(client.versioned, ig_user_id), token, **request)
    except MetaRefused as error:
        if error.refusal.kind is not RefusalKind.PERMANENT:
            raise
        return await client.call(method, path.format(client.versioned, "me"), token, **request)


def _line(item: MenuItem) -> dict[str, str]:
    if item.url is not None:
        return {"type": "web_url", "title": item.title, "url": item.url}
    return {"type": "postback", "title": item.title, "payload": item.payload}


def _parts(body: bytes) -> dict[str, Any]:
    """The parts of `{data: [{..}, ..]}`, or of an answer without an envelope."""
    try:
        found = mapping(orjson.loads(body))
    except orjson.JSONDecodeError as error:
        raise MetaUnreachable("the answer is not JSON") from error
    rows = found.get("data")
    merged: dict[str, Any] = {}
    for row in rows if isinstance(rows, list) else [found]:
        merged.update(mapping(row))
    return merged


def _lines(value: Any) -> Iterator[dict[str, Any]]:
    """A flat list, or the actions of the default language, else of the first."""
    rows = [mapping(each) for each in value] if isinstance(value, list) else []
    groups = sorted((row for row in rows if "call_to_actions" in row), key=lambda row: row.get("locale") != _DEFAULT)
    if groups:
        actions = groups[0]["call_to_actions"]
        rows = [mapping(each) for each in actions] if isinstance(actions, list) else []
    yield from rows
