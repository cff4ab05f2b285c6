"""Refusals in Meta's two envelopes, with the codes, types and statuses seen in the wild (`instagram-api.md` 4)."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from instantchat.channels.simulator import ids

_TRANSIENT = (2, 4, 17, 32, 613)


class GraphRefusal(Exception):
    """Rendered as `{error: {message, type, code, error_subcode?, is_transient?, error_user_title?, fbtrace_id}}`."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        subcode: int | None = None,
        status: int = 400,
        kind: str = "IGApiException",
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.headers = headers
        self.code, self.subcode, self.status, self.kind, self.message = code, subcode, status, kind, message


class OAuthRefusal(Exception):
    """Rendered as `{error_type, code, error_message}`, the envelope of the OAuth endpoints."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


async def render_graph(request: Request, refusal: Exception) -> Response:
    """The Graph envelope, in ASCII; with the person's words in their language when that is ordered."""
    if not isinstance(refusal, GraphRefusal):
        raise refusal
    kind = "OAuthException" if getattr(request.state, "is_facebook", False) else refusal.kind
    error: dict[str, Any] = {"message": refusal.message, "type": kind, "code": refusal.code}
    if refusal.subcode is not None:
        error["error_subcode"] = refusal.subcode
    if refusal.code in _TRANSIENT:
        error["is_transient"] = True
    if request.app.state.simulator.faults.translated:
        error |= {
            "error_user_title": "Aktion nicht möglich",
            "error_user_msg": "Das hat nicht geklappt. Später erneut.",
        }
    body = json.dumps({"error": {**error, "fbtrace_id": ids.trace()}}, separators=(",", ":"))
    return Response(body, refusal.status, headers=refusal.headers, media_type="application/json")


async def render_oauth(_request: Request, refusal: Exception) -> JSONResponse:
    """The OAuth envelope, always 400."""
    if not isinstance(refusal, OAuthRefusal):
        raise refusal
    return JSONResponse({"error_type": "OAuthException", "code": 400, "error_message": refusal.message}, 400)


def bad_token(message: str = "Invalid OAuth 2.0 Access Token", subcode: int | None = None) -> GraphRefusal:
    """190."""
    kind = "IGApiException" if subcode is None else "OAuthException"
    return GraphRefusal(190, message, subcode=subcode, kind=kind)


def bad_parameter(message: str, subcode: int | None = None) -> GraphRefusal:
    """100."""
    return GraphRefusal(100, message, subcode=subcode)


def outside_window() -> GraphRefusal:
    """10/2534022, which comes with HTTP 403 (composio#3604)."""
    return GraphRefusal(10, "This message is sent outside of allowed window.", subcode=2534022, status=403)


def no_message_access() -> GraphRefusal:
    """200/2534041: the owner has switched off what lets apps read and send."""
    message = "The owner of the account has disabled access to messages."
    return GraphRefusal(200, message, subcode=2534041, status=403, kind="OAuthException")


def bad_comment() -> GraphRefusal:
    """100/2534025: used, expired, unknown, or none of this account's."""
    return bad_parameter("The comment is invalid for a private reply", 2534025)


def unavailable() -> GraphRefusal:
    """551/1545041: the person has blocked the account, say."""
    return GraphRefusal(551, "This person isn't available right now.", subcode=1545041)


def no_such_object(name: str) -> GraphRefusal:
    """100/33."""
    text = f"Unsupported request. Object with ID '{name[:60]}' does not exist or cannot be loaded."
    return bad_parameter(text, 33)
