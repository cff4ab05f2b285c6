"""The base of all triggers. A trigger type is one class in one module of `instantchat/triggers`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum
from typing import Any, ClassVar

from .block import Block
from .context import Context, InboundMessage
from .form import FormSchema


class Rank(IntEnum):
    """How specific a match is; the highest wins. KIND is any event of a certain kind among several (a first message,
    a shared post), where ANY would take all of them."""

    DEFAULT = 10
    ANY = 20
    KIND = 25
    REGEX = 30
    CONTAINS = 40
    STARTS = 50
    WORD = 60
    EXACT = 70
    PAYLOAD = 80


@dataclass(frozen=True, slots=True)
class Match:
    """The trigger matched; `detail` is a sentence, `values` what made it match."""

    rank: Rank
    detail: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NoMatch:
    """The first condition that failed: a code, a sentence, and what was compared."""

    reason: str
    detail: str
    values: dict[str, Any] = field(default_factory=dict)


_KIND_NAMES = {
    "message": "direct message", "postback": "button tap", "story_reply": "story reply",
    "story_mention": "story mention", "comment": "comment", "live_comment": "live comment", "reaction": "reaction",
    "referral": "referral", "contact_changed": "contact change", "schedule": "scheduled start", "api": "start by API",
}  # fmt: skip


def kind_name(kind: str) -> str:
    """A kind of event as people say it, after “a”."""
    return _KIND_NAMES.get(kind, kind.replace("_", " "))


def other_kind(event: InboundMessage, *wanted: str) -> NoMatch | None:
    """Why an event is of none of the wanted kinds (the code is `not_a_` and the first one's name); None when it is."""
    if event.kind in wanted:
        return None
    name = kind_name(wanted[0])
    code = f"not_a_{name.replace(' ', '_').lower()}"
    return NoMatch(code, f"This was a {kind_name(event.kind)}, not a {name}.", {"kind": event.kind})


class Trigger(Block):
    """A kind of trigger; `type` is its wire name, `group` where the list of triggers shows it. `opens_window`: what it
    hears opens the messaging window; a comment (`gives_private_reply`) allows one private reply instead."""

    type: ClassVar[str] = ""
    group: ClassVar[str] = "Other"
    opens_window: ClassVar[bool] = True
    gives_private_reply: ClassVar[bool] = False

    def match(self, event: InboundMessage, context: Context) -> Match | NoMatch:
        """Whether this event starts the flow, how specifically, or why not."""
        raise NotImplementedError(f"{self.type} has no match()")

    def once_per(self) -> timedelta | None:
        """How long it does not start the flow again for the same contact; None: no such limit."""
        return None

    def clash(self, other: Trigger) -> str | None:
        """What this trigger and another flow's both listen to, as a phrase; None when they cannot clash."""
        return None

    @classmethod
    def describe(cls) -> FormSchema:
        """The form schema with `type` and `group`."""
        return {"type": cls.type, "group": cls.group, **super().describe()}
