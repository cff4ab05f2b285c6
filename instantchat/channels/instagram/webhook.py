"""A webhook body to plain events, and Meta's handshake (https://developers.facebook.com/docs/graph-api/webhooks)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from instantchat import errors
from instantchat.channels.instagram.changes import parse_change
from instantchat.channels.instagram.payloads import (
    EPOCH,
    Json,
    ParsedEvent,
    moment,
    other,
    parse_messaging,
    party,
)
from instantchat.kit.crypto import Secret, same

_DEEPEST = 60  # orjson writes at most 254 levels; Meta sends fewer than ten
_LARGEST_INT = 2**63


def parse_delivery(body: bytes, *, received_at: dt.datetime = EPOCH) -> list[ParsedEvent]:
    """Every event of a delivery, in its order; never empty: what carries nothing known is kept as kind `other`.

    `received_at` stands in for a time that is missing. Raises `BadRequest("not_json")` for what is no JSON object.
    Texts come without NUL and lone surrogates, so every event can be stored by any database.
    """
    document = _read(body)
    about = document.get("object")
    entries = document.get("entry")
    if isinstance(about, str) and about not in ("instagram", "permissions"):
        return [other("", document, received_at)]
    if isinstance(entries, list) and entries:
        return [event for entry in entries for event in _entry(entry, received_at, about)]
    if "field" in document and "value" in document:
        return [parse_change("0", document, received_at)]
    return [other("", document, received_at)]


def answer_handshake(query: Mapping[str, str], verify_token: Secret) -> str:
    """The challenge to answer as text/plain; raises `Forbidden("wrong_verify_token")`.

    Some stacks turn the dots of `hub.mode` into underscores: both are read.
    """
    mode, token, challenge = (
        query.get(f"hub.{name}") or query.get(f"hub_{name}") or "" for name in ("mode", "verify_token", "challenge")
    )
    if not verify_token or mode != "subscribe" or not same(token, verify_token.reveal()):
        raise errors.Forbidden(
            "wrong_verify_token",
            "The verify token is not the one in META_VERIFY_TOKEN: type the same in Meta's dashboard.",
        )
    return challenge


def _entry(entry: Any, received_at: dt.datetime, about: Any) -> Iterator[ParsedEvent]:
    if not isinstance(entry, dict):
        yield other("", {"value": entry}, received_at)
        return
    account = party(entry, "id") or ""
    at = moment(entry.get("time"), received_at)
    is_empty = True
    for name in ("messaging", "standby", "changes"):
        for item in _items(entry.get(name)):
            is_empty = False
            if name == "changes":
                yield parse_change(account, item, at, about=str(about))
            else:
                yield parse_messaging(account, item, at, standby=name == "standby")
    if "field" in entry:
        yield parse_change(account, {"field": entry["field"], "value": entry.get("value")}, at)
    elif is_empty:
        yield other(account, entry, at)


def _items(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _read(body: bytes) -> Json:
    must_tame = False
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        document, must_tame = _read_leniently(body), True
    if not isinstance(document, dict):
        raise errors.BadRequest("not_json", "The body is not a JSON object.")
    if must_tame or b"\\u0000" in body or _may_be_deep(body, document):
        return {_clean(str(key)): _tame(value, 1) for key, value in document.items()}
    return document


def _read_leniently(body: bytes) -> Any:
    """orjson refuses a lone surrogate (an emoji cut in half), which is valid JSON that Meta can send, and a number too
    great for a double, for which nothing beside it should be lost."""
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise errors.BadRequest("not_json", "The body is not JSON.") from error


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _may_be_deep(body: bytes, document: Any) -> bool:
    if body.count(b"{") + body.count(b"[") < 250:
        return False
    try:
        orjson.dumps(document)
    except TypeError:
        return True
    return False


def _tame(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= _LARGEST_INT:
        return str(value)
    if isinstance(value, dict | list) and depth > _DEEPEST:
        return "(nested too deeply)"
    if isinstance(value, dict):
        return {_clean(str(key)): _tame(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_tame(inner, depth + 1) for inner in value]
    return value


def _clean(text: str) -> str:
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
