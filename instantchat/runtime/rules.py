"""What a workspace decided for one Instagram account: how its flows behave beside people and Meta's policy."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from instantchat.store.records import Account, Json

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50)]


class Rules(BaseModel):
    """The rules of an account; every field has a default, so an account without any follows those."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)

    pause_minutes: int = Field(60, ge=0, le=60 * 24 * 30)
    """For how long flows stay silent after a person answered, from the inbox or the phone; 0 does not pause them."""
    disclosure: str = Field("", max_length=500)
    """Sent before the first message of flows in a thread; empty sends nothing."""
    stop_reply: str = Field(
        "You will get no more automatic messages from us. A person still reads what you write.", max_length=500
    )
    """Sent once to who opts out with a STOP word; empty sends nothing."""
    escalation_words: list[Word] = Field([], max_length=20)
    """Messages that call a person: flows go silent and members are told."""
    reconcile: bool = False
    """Whether conversations and comments are read now and then for what webhooks missed."""

    @classmethod
    def of(cls, account: Account) -> Rules:
        """The account's; what is stored and cannot be read (any more) counts as not decided."""
        if not account.rules:
            return _DEFAULT
        try:
            return cls.model_validate(account.rules)
        except ValidationError:
            return cls()

    @property
    def pause(self) -> dt.timedelta:
        """`pause_minutes` as a span."""
        return dt.timedelta(minutes=self.pause_minutes)

    def stored(self) -> Json:
        """What `Account.rules` keeps: only what differs from the defaults, so that these can change."""
        return self.model_dump(exclude_defaults=True)


_DEFAULT = Rules()
