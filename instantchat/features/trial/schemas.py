"""Trying flows, as the API takes and shows it (DESIGN section 6)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from instantchat.features.wire import Checked, Moment, Wire

Kind = Literal[
    "message",
    "postback",
    "story_reply",
    "story_mention",
    "comment",
    "live_comment",
    "reaction",
    "referral",
    "contact_changed",
    "schedule",
    "api",
]
Status = Literal["not_started", "waiting", "completed", "failed"]
Difference = Literal["same", "new", "gone", "changed"]
Said = Literal["message", "comment_reply", "reaction"]
Object = dict[str, Any]
ShortText = Annotated[str, Field(max_length=200)]


class AttachmentIn(Wire):
    """Media of a message; a shared post is `ig_post`, `ig_reel`, `share` or `story`."""

    type: ShortText
    url: Annotated[str, Field(max_length=2000)] | None = None


class MessageIn(Wire):
    """What the contact does next. `payload` is the id of a quick reply or button that was offered, or a whole payload.

    `at` is now, or the moment of the message before, when left out. `kind` and `refs` are for what is no direct
    message: a comment's `mediaId`, a reaction's emoji as `payload`.
    """

    text: Annotated[str, Field(max_length=10_000)] | None = None
    payload: Annotated[str, Field(max_length=1_000)] | None = None
    attachments: Annotated[list[AttachmentIn], Field(max_length=10)] = []
    at: AwareDatetime | None = None
    kind: Kind = "message"
    refs: Annotated[Object, Field(max_length=50)] = {}


class ContactIn(Wire):
    """Who writes; nobody in particular when left out."""

    igsid: ShortText = "0"
    name: ShortText | None = None
    first_name: ShortText | None = None
    username: ShortText | None = None
    tags: Annotated[list[ShortText], Field(max_length=100)] = []
    fields: Annotated[Object, Field(max_length=100)] = {}


class ResponseIn(Wire):
    """What an API answers; for an AI node `body` is `{text}`, or `{choice}` with the id of a choice."""

    status: Annotated[int, Field(ge=100, le=599)] = 200
    body: Any = None


class TestIn(Checked):
    """Body of `POST /api/flow/{id}/test`. `responses` by node id, or by run and node id (`run_1 ask`); a step without
    one fails. Time stops at the last message, or goes on to `until`."""

    messages: Annotated[list[MessageIn], Field(min_length=1, max_length=50)]
    contact: ContactIn = ContactIn()
    variables: Annotated[Object, Field(max_length=200)] = {}
    responses: Annotated[dict[str, ResponseIn], Field(max_length=200)] = {}
    until: AwareDatetime | None = None


class OfferOut(Wire):
    """A quick reply or button; `type` and `url` are a button's."""

    id: str
    title: str
    type: Literal["postback", "web_url"] | None = None
    url: str | None = None


class CardOut(Wire):
    """A card of a carousel."""

    title: str
    subtitle: str | None
    image_url: str | None
    url: str | None
    buttons: list[OfferOut]


class SaidOut(Wire):
    """What a flow says: a message, a public reply to a comment, a reaction (its emoji is the `text`). Not `delivered`:
    the messaging window was closed. `private`: as the one private reply to a comment."""

    kind: Said
    run_id: str
    node_id: str
    at: Moment
    text: str | None
    attachments: list[AttachmentIn]
    quick_replies: list[OfferOut]
    buttons: list[OfferOut]
    cards: list[CardOut]
    delivered: bool
    private: bool


class WaitOut(Wire):
    """A run that waits: for a reply, a time or a result, until when at most."""

    run_id: str
    node_id: str | None
    waits_for: Annotated[str, Field(alias="for")]
    until: Moment | None


class TestOut(Wire):
    """`decisions`: for each message, which flow took it and why, or why none did. `truncated`: it did more than is
    listed here, or more timers came than are fired."""

    status: Status
    messages: list[SaidOut]
    waits: list[WaitOut]
    trace: list[Object]
    decisions: list[Object]
    truncated: bool


class ReplayIn(Wire):
    """Body of `POST /api/flow/{id}/replay`."""

    limit: Annotated[int, Field(ge=1, le=10_000)] = 1_000


class AnswerOut(Wire):
    """What a flow said, as far as two are compared: offers by their titles."""

    kind: Said
    text: str
    attachments: list[AttachmentIn]
    quick_replies: list[str]
    buttons: list[str]
    cards: list[str]


class ReactionOut(Wire):
    """What flows did about an event: the one that took it, how (`trigger`, `tap`, `reply`, ...), what was sent."""

    flow_id: str | None
    flow_name: str | None
    reason: str
    messages: list[AnswerOut]


class PersonOut(Wire):
    """Who it came from."""

    name: str | None
    username: str | None


class ResultOut(Wire):
    """One event: what was answered, and what would be. `new`: nothing answered it; `gone`: nothing would."""

    event_id: str
    conversation_id: str | None
    contact: PersonOut
    at: Moment
    text: str | None
    was: ReactionOut
    would: ReactionOut
    difference: Difference


class ReplayOut(Wire):
    """`results` are the newest 500 events in which the flow takes part, as published or as drafted. Of all of those
    `started` would start the draft, and `changed` would be answered otherwise than they were. `truncated`: there are
    more of them, or not everything could be gone through in the half minute a replay may take.

    A run that began before the first event is not there to be resumed.
    """

    events: int
    conversations: int
    seconds: float
    started: int
    changed: int
    results: list[ResultOut]
    truncated: bool
