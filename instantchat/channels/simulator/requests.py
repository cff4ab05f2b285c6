"""Reading requests: parameters wherever Meta accepts them, within a size limit."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request

from instantchat import errors
from instantchat.channels.simulator.refusals import bad_parameter
from instantchat.channels.simulator.simulator import Simulator

_LARGEST = 1 << 20


def simulator_of(request: Request) -> Simulator:
    """The simulator this app serves."""
    found = request.app.state.simulator
    assert isinstance(found, Simulator)  # noqa: S101 - set by create_simulator
    return found


def is_facebook(request: Request) -> bool:
    """Whether the call was made at `graph.facebook.com`."""
    return bool(getattr(request.state, "is_facebook", False))


async def graph_parameters(request: Request) -> dict[str, Any]:
    """Query, then JSON body or form; form values that are JSON objects are read as such, as Graph does."""
    found: dict[str, Any] = dict(request.query_params)
    content_type = request.headers.get("content-type", "")
    if content_type.startswith("application/json"):
        try:
            body = json.loads(await bounded_body(request) or b"{}")
        except ValueError as error:
            raise bad_parameter("Invalid JSON in the request body") from error
        return {**found, **body} if isinstance(body, dict) else found
    if "form" in content_type:
        found.update({name: _value(value) for name, value in (await request.form()).items() if isinstance(value, str)})
    return found


def token_of(request: Request, parameters: dict[str, Any]) -> str:
    """The access token from the Authorization header or the parameters; empty when there is none."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else str(parameters.get("access_token") or "")


async def json_object(request: Request) -> dict[str, Any]:
    """The JSON object of a script call. Other content types are refused, so no foreign page can post one."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise errors.BadRequest("not_json", "Send application/json.")
    try:
        body = json.loads(await bounded_body(request))
    except ValueError as error:
        raise errors.BadRequest("not_json", "The body is not JSON.") from error
    if not isinstance(body, dict):
        raise errors.BadRequest("not_json", "The body is not a JSON object.")
    return body


def text_in(body: dict[str, Any], name: str, *, required: bool = True) -> str:
    """A text of a script call; raises `Invalid` when it is missing or no text."""
    value = body.get(name, "")
    if not isinstance(value, str) or (required and not value.strip()):
        raise errors.Invalid("missing_value", f"{name} is missing.")
    return value


def flag_in(body: dict[str, Any], name: str, *, default: bool) -> bool:
    """A switch of a script call; raises `Invalid` for anything but true and false."""
    value = body.get(name, default)
    if not isinstance(value, bool):
        raise errors.Invalid("bad_value", f"{name} is true or false.")
    return value


async def bounded_body(request: Request) -> bytes:
    """The body, at most 1 MiB."""
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > _LARGEST:
            raise errors.TooLarge("too_large", "The body is over 1 MiB.")
        chunks.append(chunk)
    return b"".join(chunks)


def _value(text: str) -> Any:
    if text.startswith(("{", "[")):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text
