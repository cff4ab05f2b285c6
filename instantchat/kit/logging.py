"""Structured logs: one line an event, with the request, event and run it belongs to, and no message text or token.

Bind ids for what follows with `structlog.contextvars.bind_contextvars(request_id=...)`; values under a name that holds
text or secrets are never written, whoever logs them.
"""

from __future__ import annotations

import logging
import sys
from typing import Any, Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

PRIVATE = frozenset(
    {"access_token", "authorization", "body", "content", "cookie", "email", "message_text", "password", "payload"}
    | {"refresh_token", "secret", "sealed_token", "text", "token"}
)
_QUIET = (
    "alembic",
    "asyncio",
    "engineio",
    "socketio",
    "httpx",
    "httpcore",
    "aiohttp",
    "PIL",
    "multipart",
    "passlib",
    "python_multipart",
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
    """Replace the value of every field whose name says it holds text or a secret."""
    for name in event.keys() & PRIVATE:
        event[name] = "[hidden]"
    return event


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
