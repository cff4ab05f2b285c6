"""What people see when a handler fails: a refusal's own sentence, or an apology; never a stack trace.

Handlers need no try/except for this: let `AppError` rise. `Unauthenticated` sends to the sign-in page.
"""

from __future__ import annotations

from typing import Any

import structlog

from instantchat.errors import AppError, Unauthenticated

_log = structlog.get_logger(__name__)
APOLOGY = "Something went wrong on our side, and it has been written to the log. Try again in a moment."


# Reflex checks the parameter's name, and evaluates annotations where ours are unknown: hence none for the answer.
def on_backend_error(exception: Exception):
    """Reflex's hook for what handlers raise, background events included; answers with the event to run instead."""
    from instantchat.features.auth.state import Session  # states import this package
    from instantchat.ui.toast import Toasts

    if isinstance(exception, Unauthenticated):
        return Session.expired()
    if isinstance(exception, AppError):
        return Toasts.show(sentence(exception), "error")
    _log.error("page_handler_failed", exc_info=exception)
    return Toasts.show(APOLOGY, "error")


def on_frontend_error(exception: Exception) -> None:
    """Reflex's hook for what failed while drawing in a browser; the page itself shows `error_pages.broken`."""
    _log.error("page_drawing_failed", report=repr(str(exception)[:4000]))  # it comes from a browser: one line, quoted


def sentence(refusal: AppError) -> str:
    """What to tell the person: the first thing wrong, or the refusal as a whole."""
    first: Any = next(iter(refusal.errors), None)
    return first.message if first else refusal.message
