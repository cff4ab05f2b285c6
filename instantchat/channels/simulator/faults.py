"""Faults and switches to order: what can go wrong between a product and Meta, and where Meta's own texts disagree."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from instantchat import errors
from instantchat.channels.simulator.refusals import GraphRefusal

_MINUTE_MS = 60_000


class _Ordered(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", strict=True)


class Failure(_Ordered):
    """How the next `times` sends are refused; `after_send`: the message goes out all the same."""

    code: int
    subcode: int | None = None
    status: int | None = Field(None, ge=400, le=599)
    message: str | None = None
    times: int = Field(1, ge=1, le=100_000)
    after_send: bool = False

    def refusal(self) -> GraphRefusal:
        """As Meta would say it."""
        message = self.message or "An error ordered in the simulator."
        return GraphRefusal(self.code, message, subcode=self.subcode, status=self.status or 400)


class Faults(_Ordered):
    """All of them, by the names of the script API (camelCase there); every limit of 0 is none."""

    # sends
    send_delay_ms: int = Field(0, ge=0, le=_MINUTE_MS, description="Wait before a send is looked at.")
    answer_delay_ms: int = Field(0, ge=0, le=_MINUTE_MS, description="Wait after it went out, before the answer.")
    fail_next: Failure | None = Field(None, description="How the next sends are refused.")
    burn_private_replies: bool = Field(False, description="A private reply that failed has used its comment up.")
    plain_private_replies: bool = Field(False, description="Refuse buttons, cards and chips in private replies.")
    inbox_overload: bool = Field(False, description="The inbox has over 72,000 messages: nothing can be sent.")
    human_agent: bool = Field(True, description="The app may use the HUMAN_AGENT tag.")
    app_live: bool = Field(True, description="Off: development mode, so no webhooks and testers' accounts only.")
    fetch_media: bool = Field(False, description="Fetch the media of a send, and refuse it as Meta does.")
    tap_is_consent: bool = Field(True, description="A tap on a template's button lets the profile be read.")
    translated: bool = Field(False, description="Refusals carry a title and text in the person's language.")
    # webhooks
    drop_echo: bool = Field(False, description="Lose the echoes of API sends.")
    echo_delay_ms: int = Field(0, ge=0, le=_MINUTE_MS, description="How long an echo waits.")
    echo_first: bool = Field(False, description="The echo is delivered before the send is answered.")
    drop_next: int = Field(0, ge=0, le=100_000, description="Never deliver this many webhooks.")
    duplicate: bool = Field(False, description="Deliver every webhook twice.")
    hold: bool = Field(False, description="Deliver nothing until switched off.")
    reorder: bool = Field(False, description="Deliver the newest first.")
    batch: int = Field(1, ge=1, le=1000, description="Webhooks in one delivery, at most.")
    timeout_ms: int = Field(20_000, ge=10, le=_MINUTE_MS, description="How long an answer may take.")
    unsubscribe_on_failure: bool = Field(True, description="An account whose webhooks failed for 36 hours is cut off.")
    # forms
    signer: Literal["instagram", "meta", "wrong"] = Field("instagram", description="Whose secret signs webhooks.")
    comments_form: Literal["changes", "flat", "comment_id"] = Field("changes", description="How comments are told.")
    shares_form: Literal["ig_post", "share", "both"] = Field("ig_post", description="How shared posts are told.")
    envelopes: Literal["flat", "data"] = Field("flat", description="How tokens and `/me` are answered.")
    optional_fields: Literal["both", "message_edit", "none"] = Field(
        "both", description="Which of message_edit and message_echoes an account may subscribe to."
    )
    # limits of an account
    text_per_second: int = Field(100, ge=0, le=1_000_000, description="Sends but of audio and video.")
    media_per_second: int = Field(10, ge=0, le=1_000_000, description="Sends of audio and video.")
    conversations_per_second: int = Field(2, ge=0, le=1_000_000, description="Reads of conversations.")
    private_replies_per_hour: int = Field(750, ge=0, le=1_000_000, description="Private replies.")
    thread_per_second: int = Field(0, ge=0, le=1_000_000, description="Sends to one person.")
    calls_per_hour: int = Field(0, ge=0, le=1_000_000, description="Any calls: the platform's limit (code 4).")
    business_calls_per_day: int = Field(0, ge=0, le=1_000_000, description="Calls that send nothing (code 80002).")

    def view(self) -> dict[str, Any]:
        """The JSON of the script API."""
        return self.model_dump(by_alias=True)

    def change(self, wanted: dict[str, Any]) -> None:
        """Set what `wanted` names; raises `Invalid` for an unknown name or a wrong value."""
        try:
            found = Faults.model_validate({**self.view(), **wanted})
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(map(str, first["loc"]))
            raise errors.Invalid("bad_fault", f"{name}: {first['msg']}.") from error
        for name in Faults.model_fields:
            setattr(self, name, getattr(found, name))

    def take_failure(self) -> Failure | None:
        """The refusal ordered for the next send, as often as ordered."""
        ordered = self.fail_next
        if ordered is not None:
            left = ordered.times - 1
            self.fail_next = ordered.model_copy(update={"times": left}) if left else None
        return ordered

    def take_drop(self) -> bool:
        """Whether this webhook is one of those ordered to be lost."""
        if not self.drop_next:
            return False
        self.drop_next -= 1
        return True
