"""The rules of an Instagram account as the API shows and takes them."""

from __future__ import annotations

from typing import Self

from instantchat.features.wire import Wire
from instantchat.runtime.rules import Rules
from instantchat.store import records as r


class RulesOut(Wire):
    """How the flows of an account behave beside people and Meta's policy; see `PATCH`."""

    account_id: str
    pause_minutes: int
    disclosure: str
    stop_reply: str
    escalation_words: list[str]
    reconcile: bool

    @classmethod
    def of(cls, account: r.Account) -> Self:
        """The wire form of an account's rules, the defaults of what was not decided included."""
        return cls(account_id=account.id, **Rules.of(account).model_dump())


class RulesPatch(Wire):
    """What to change; fields left out, or null, stay.

    `pauseMinutes`: how long flows are silent after a person's answer, 0 for not at all. `disclosure`: sent before the
    first message of flows in a thread; `stopReply`: the answer to a STOP word; an empty one sends nothing.
    `escalationWords`: messages that call a person. `reconcile`: look for messages that Instagram did not deliver.
    """

    pause_minutes: int | None = None
    disclosure: str | None = None
    stop_reply: str | None = None
    escalation_words: list[str] | None = None
    reconcile: bool | None = None
