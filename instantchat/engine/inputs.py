"""What can move a run on."""

from __future__ import annotations

from typing import Any, ClassVar

from .context import InboundMessage
from .plain import plain


@plain
class Tap:
    """A tapped (or typed) choice: which exit of which node."""

    node_id: str
    exit: str


@plain
class Input:
    """Base of all inputs."""

    kind: ClassVar[str] = ""


@plain
class Start(Input):
    """Begin: at the trigger node that matched, or (None) at the flow's starts."""

    kind: ClassVar[str] = "start"
    message: InboundMessage | None = None
    node_id: str | None = None


@plain
class Reply(Input):
    """The contact wrote or tapped while the run waited for a reply."""

    kind: ClassVar[str] = "reply"
    message: InboundMessage
    tap: Tap | None = None


@plain
class TimeUp(Input):
    """`run.wake_at` has come."""

    kind: ClassVar[str] = "time_up"


@plain
class Result(Input):
    """The answer to a `CallApi`. `error` is a sentence when there was no answer (then `status` is None)."""

    kind: ClassVar[str] = "result"
    ref: str
    status: int | None = None
    body: Any = None
    error: str | None = None


@plain
class ProfileReady(Input):
    """The contact's profile was fetched, or could not be; the context carries what is known."""

    kind: ClassVar[str] = "profile_ready"
