"""Structured logs: one line an event, with the request, event and run it belongs to, and no message text or token.

Bind ids for what follows with `structlog.contextvars.bind_contextvars(request_id=...)`; values under a name that holds
text or secrets are never written, whoever logs them.
"""

from __future__ import annotations

import logging
import re
import sys
from typing import Any, Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

PRIVATE = frozenset(
    {"access_token", "authorization", "body", "content", "cookie", "email", "message_text", "password", "payload"}
    | {"refresh_token", "secret", "sealed_token", "text", "token"}
)
_QUIET = (
    *(
        "aiohttp",
        "alembic",
        "asyncio",
        "httpcore",
        "httpx",
        "multipart",
        "passlib",
        "PIL",
        "python_multipart",
        "reflex",
        "reflex_base",
        "tokio_tungstenite",
        "tungstenite",
    ),
    *("engineio", "engineio.server", "socketio", "socketio.server"),  # without a level these print by themselves
)
_TELLS_INPUT = "EventDeserializationError"  # Reflex quotes what it could not read
# What Reflex says about an event that failed has all of it: the text that was typed, and the headers with the cookie.
_SPOKEN: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\bEvent\(name='([^']{0,200})'.*", re.DOTALL), r"Event(\1)"),
    (re.compile(r"(?i)\b(event data:).*", re.DOTALL), r"\1 [hidden]"),
    (re.compile(r"\b(instantchat_session=)[\w-]+"), r"\1[hidden]"),
)


def setup_logging(level: str, style: Literal["console", "json"]) -> None:
    """Send everything, the standard library's records included, to standard error in one form."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_private,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[_drop_internals, *_last(style)])
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def hide_private(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace the value of every field whose name says it holds text or a secret, and what libraries say of events."""
    for name in event.keys() & PRIVATE:
        event[name] = "[hidden]"
    if _TELLS_INPUT in _kind_of(event.get("exc_info")):
        event.pop("exc_info")
        event["error"] = _TELLS_INPUT
    if isinstance(event.get("event"), str):
        for pattern, instead in _SPOKEN:
            event["event"] = pattern.sub(instead, event["event"])
    return event


def _kind_of(exc_info: Any) -> str:
    """The name of the exception that is being logged."""
    if exc_info is True:
        exc_info = sys.exc_info()
    kind = exc_info[0] if isinstance(exc_info, tuple) else type(exc_info)
    return str(getattr(kind, "__name__", ""))


def _drop_internals(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    event.pop("_record", None)
    event.pop("_from_structlog", None)
    return event


def _last(style: str) -> list[Any]:
    if style == "json":
        without_values = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        return [structlog.processors.ExceptionRenderer(without_values), structlog.processors.JSONRenderer()]
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]
