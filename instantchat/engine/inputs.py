"""What can move a run on."""

from __future__ import annotations

from typing import Any, ClassVar

from .context import InboundMessage
from .plain import plain
from .text import shorten


@plain
class Tap:
    """A tapped (or typed) choice: which exit of which node, and of which version when that is a sub-flow's."""

    node_id: str
    exit: str
    version_id: str | None = None


@plain
class Input:
    """Base of all inputs."""

    kind: ClassVar[str] = ""

    def told(self) -> dict[str, Any]:
        """What the trace says of it."""
        return {"kind": self.kind}


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

    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = {"kind": self.kind, "eventId": self.message.event_id}
        if self.message.text:
            told["text"] = shorten(self.message.text, 120)
        if self.tap is not None:
            told["tap"] = self.tap.exit
        return told


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

    def told(self) -> dict[str, Any]:
        """Not the answer itself, which may hold what is nobody's business."""
        told: dict[str, Any] = {"kind": self.kind}
        if self.status is not None:
            told["status"] = self.status
        if self.error is not None:
            told["error"] = self.error
        return told


@plain
class ProfileReady(Input):
    """The contact's profile was fetched, or could not be; the context carries what is known."""

    kind: ClassVar[str] = "profile_ready"
