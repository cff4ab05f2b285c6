"""How states answer the canvas: a request has a `seq`, which the entry of `replies` that answers it repeats."""

from __future__ import annotations

import time
from typing import Any

import reflex as rx

from instantchat.errors import AppError, Unavailable

_KEPT = 4


class Answering(rx.State, mixin=True):
    """Keeps the last few answers, each `{id, seq, kind, flowId, ok, message, errors, ...}`, `id` growing."""

    replies: list[dict[str, Any]] = []

    def _answer(self, reply: dict[str, Any], *, kept: int = _KEPT) -> None:
        """`kept`: how many answers to keep with this one; fewer when they are large."""
        self.replies = [*self.replies, {**reply, "id": stamp()}][-kept:]


def stamp() -> int:
    """Larger than every one before."""
    return time.time_ns() // 1000


def reply_to(kind: str, request: dict[str, Any]) -> dict[str, Any]:
    """The beginning of an answer; a refusal until it says otherwise."""
    return {"kind": kind, "seq": request.get("seq"), "flowId": request.get("flowId"), "ok": False}


def refusal_of(refusal: AppError | ValueError) -> dict[str, Any]:
    """What a refusal adds to the answer."""
    if not isinstance(refusal, AppError):
        return {"message": "The request could not be read.", "errors": []}
    errors = [each.model_dump(by_alias=True) for each in refusal.errors]
    is_retried = isinstance(refusal, Unavailable)
    return {"code": refusal.code, "message": refusal.message, "errors": errors, "retry": is_retried}
