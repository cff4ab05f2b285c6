"""Refusals in Meta's two envelopes, with the codes, types and statuses seen in the wild (`instagram-api.md` 4)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

from instantchat.channels.simulator import ids


class GraphRefusal(Exception):
    """Rendered as `{error: {message, type, code, error_subcode?, fbtrace_id}}`."""

    def __init__(
        self, code: int, message: str, *, subcode: int | None = None, status: int = 400, kind: str = "IGApiException"
    ) -> None:
        super().__init__(message)
        self.code, self.subcode, self.status, self.kind, self.message = code, subcode, status, kind, message


class OAuthRefusal(Exception):
    """Rendered as `{error_type, code, error_message}`, the envelope of the OAuth endpoints."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


async def render_graph(_request: Request, refusal: Exception) -> JSONResponse:
    """The Graph envelope."""
    if not isinstance(refusal, GraphRefusal):
        raise refusal
    error = {"message": refusal.message, "type": refusal.kind, "code": refusal.code}
    if refusal.subcode is not None:
        error["error_subcode"] = refusal.subcode
    return JSONResponse({"error": {**error, "fbtrace_id": ids.trace()}}, refusal.status)


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


def no_such_object(name: str) -> GraphRefusal:
    """100/33."""
    text = f"Unsupported request. Object with ID '{name[:60]}' does not exist or cannot be loaded."
    return bad_parameter(text, 33)
