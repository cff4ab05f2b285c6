"""One shape for every refusal: RFC 9457 `application/problem+json` with our `code`, and `errors[]` for validation."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from instantchat.errors import AppError, BadRequest, FieldError

_MOST_ERRORS = 50
_BY_STATUS = {
    400: ("bad_request", "This request cannot be read."),
    404: ("not_found", "There is nothing at this address. The routes are listed at /api/docs."),
    405: ("method_not_allowed", "This address does not take this method."),
    413: ("too_large", "The body is too large."),
}


class Problem(JSONResponse):
    """A refusal on the wire."""

    media_type = "application/problem+json"


def problem_response(error: AppError) -> Response:
    """A refusal of ours as an answer, with Retry-After and WWW-Authenticate where they belong."""
    headers: dict[str, str] = {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if error.status == 401:
        headers["WWW-Authenticate"] = _challenge(error.code)
    return _problem(error.status, error.code, error.message, errors=error.errors, headers=headers)


def internal_error(request_id: str) -> Response:
    """Our own mistake: nothing of it is shown but the id under which it was logged."""
    message = f"Something went wrong on our side. It was logged under the request id {request_id}."
    return _problem(500, "internal_error", message, extra={"requestId": request_id})


def install_problems(app: FastAPI) -> None:
    """Have everything that FastAPI refuses, or that our code raises, answered in the one shape."""

    @app.exception_handler(AppError)
    async def ours(_request: Request, error: AppError) -> Response:
        return problem_response(error)

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> Response:
        return _invalid(error)

    @app.exception_handler(Exception)
    async def unexpected(request: Request, _error: Exception) -> Response:
        return internal_error(getattr(request.state, "request_id", ""))  # raised on, and logged by the gate

    @app.exception_handler(HTTPException)
    async def framework(request: Request, error: HTTPException) -> Response:
        cause = error.__cause__
        if isinstance(cause, AppError):  # raised while FastAPI was reading the body
            return problem_response(cause)
        code, message = _BY_STATUS.get(error.status_code, ("http_error", str(error.detail)))
        if error.status_code == 404:
            message = f"There is nothing at {request.url.path}. The routes are listed at /api/docs."
        return _problem(error.status_code, code, message, headers=dict(error.headers or {}))


def _invalid(error: RequestValidationError) -> Response:
    found = error.errors()
    if any(each["type"] == "json_invalid" for each in found) or _is_no_json(found, error.body):
        message = "The body is not JSON. Send JSON with the header Content-Type: application/json."
        return problem_response(BadRequest("not_json", message))
    errors = [
        FieldError(code=str(each["type"]), field=_field(each["loc"]), message=_sentence(each))
        for each in found[:_MOST_ERRORS]
    ]
    first = errors[0]
    message = f"{first.field}: {first.message}" if first.field else first.message
    return _problem(422, "invalid_request", message, errors=errors)


def _is_no_json(found: Sequence[Any], body: Any) -> bool:
    """A body of another content type reaches validation as bytes."""
    return isinstance(body, bytes) and any(each["loc"] == ("body",) for each in found)


def _field(location: Sequence[str | int]) -> str | None:
    """`('body', 'nodes', 0, 'id')` as `nodes.0.id`."""
    return ".".join(str(part) for part in location[1:]) or None


def _sentence(error: Any) -> str:
    message = str(error["msg"]).removeprefix("Value error, ")
    return message if message.endswith((".", "!", "?")) else f"{message}."


def _challenge(code: str) -> str:
    """RFC 6750 3."""
    if code in {"token_invalid", "token_expired"}:
        return f'Bearer realm="instantchat", error="invalid_token", error_description="{code}"'
    return 'Bearer realm="instantchat"'


def _problem(
    status: int,
    code: str,
    message: str,
    *,
    errors: Sequence[FieldError] = (),
    extra: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": message,
    }
    if errors:
        body["errors"] = [error.model_dump(by_alias=True, exclude_none=True) for error in errors]
    return Problem({**(extra or {}), **body}, status, headers=headers)
