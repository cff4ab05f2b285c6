"""Effects: what a run wants done. Stored with the run in one transaction, then carried out by
`runtime/effects/<kind>.py`. `apply` is what an effect means to the nodes after it in the same advance."""

from __future__ import annotations

from dataclasses import field, replace
from typing import Any, ClassVar, Literal

from .context import ContactView
from .filters import format_value
from .plain import plain
from .text import shorten

TOLD = 120  # characters of a text that the trace repeats


@plain
class QuickReply:
    """A chip under a message; `payload` comes back when it is tapped."""

    id: str
    title: str
    payload: str


@plain
class Button:
    """A button of a message: `postback` brings `payload` back, `web_url` opens `url`."""

    id: str
    title: str
    type: Literal["postback", "web_url"] = "postback"
    url: str | None = None
    payload: str | None = None


@plain
class Attachment:
    """Media by public URL; type is image, video, audio or file."""

    type: str
    url: str


@plain
class Card:
    """One card of a carousel; at least one of subtitle, picture and buttons."""

    title: str
    subtitle: str | None = None
    image_url: str | None = None
    url: str | None = None
    buttons: tuple[Button, ...] = ()


@plain
class Effect:
    """Base of all effects; `kind` names its handler."""

    kind: ClassVar[str] = ""

    def told(self) -> dict[str, Any]:
        """What the trace says of it: short, and without what is secret."""
        return {"kind": self.kind}

    def apply(self, contact: ContactView) -> ContactView:
        """The contact after this effect; most leave it as it is."""
        return contact


@plain
class SendMessage(Effect):
    """One message of at most 1,000 UTF-8 bytes of text (640 with buttons), or one attachment (several images), or
    cards.

    Messages of one node come in sending order: media first, then the text's parts, then the cards; quick replies and
    buttons are on the last. `comment_id`: it goes out as the private reply to that comment, of which there is one.
    """

    kind: ClassVar[str] = "send_message"
    run_id: str
    node_id: str
    text: str | None = None
    attachments: tuple[Attachment, ...] = ()
    quick_replies: tuple[QuickReply, ...] = ()
    buttons: tuple[Button, ...] = ()
    cards: tuple[Card, ...] = ()
    comment_id: str | None = None

    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = {"kind": self.kind}
        if self.text:
            told["text"] = shorten(self.text, TOLD)
        if self.attachments:
            told["attachments"] = [each.type for each in self.attachments]
        if self.quick_replies:
            told["quickReplies"] = [each.title for each in self.quick_replies]
        if self.buttons:
            told["buttons"] = [each.title for each in self.buttons]
        if self.cards:
            told["cards"] = [shorten(each.title, TOLD) for each in self.cards]
        if self.comment_id:
            told["commentId"] = self.comment_id
        return told


@plain
class ReplyToComment(Effect):
    """Answer a comment in public, under the post."""

    kind: ClassVar[str] = "reply_to_comment"
    run_id: str
    node_id: str
    comment_id: str
    text: str

    def told(self) -> dict[str, Any]:
        return {"kind": self.kind, "commentId": self.comment_id, "text": shorten(self.text, TOLD)}


@plain
class React(Effect):
    """React to the contact's message `mid` with an emoji."""

    kind: ClassVar[str] = "react"
    run_id: str
    node_id: str
    mid: str
    emoji: str

    def told(self) -> dict[str, Any]:
        return {"kind": self.kind, "emoji": self.emoji}


@plain
class SetTyping(Effect):
    """Show "typing" for `seconds` before the messages after it."""

    kind: ClassVar[str] = "set_typing"
    seconds: float


@plain
class TagContact(Effect):
    """Put a tag on the contact; having it already is no error."""

    kind: ClassVar[str] = "tag_contact"
    tag: str

    def told(self) -> dict[str, Any]:
        return {"kind": self.kind, "tag": self.tag}

    def apply(self, contact: ContactView) -> ContactView:
        if self.tag in contact.tags:
            return contact
        return replace(contact, tags=(*contact.tags, self.tag))


@plain
class UntagContact(Effect):
    """Take a tag off the contact, whatever its case."""

    kind: ClassVar[str] = "untag_contact"
    tag: str

    def told(self) -> dict[str, Any]:
        return {"kind": self.kind, "tag": self.tag}

    def apply(self, contact: ContactView) -> ContactView:
        folded = self.tag.casefold()
        if all(tag.casefold() != folded for tag in contact.tags):
            return contact
        return replace(contact, tags=tuple(tag for tag in contact.tags if tag.casefold() != folded))


@plain
class SetVariable(Effect):
    """Set a variable of the contact to any JSON value."""

    kind: ClassVar[str] = "set_variable"
    name: str
    value: Any = None

    def told(self) -> dict[str, Any]:
        return {"kind": self.kind, "name": self.name, "value": shorten(format_value(self.value), TOLD)}

    def apply(self, contact: ContactView) -> ContactView:
        return replace(contact, variables={**contact.variables, self.name: self.value})


@plain
class SetField(Effect):
    """Set a contact field to any JSON value."""

    kind: ClassVar[str] = "set_field"
    name: str
    value: Any = None

    def told(self) -> dict[str, Any]:
        return {"kind": self.kind, "name": self.name, "value": shorten(format_value(self.value), TOLD)}

    def apply(self, contact: ContactView) -> ContactView:
        if self.name in contact.fields and contact.fields[self.name] == self.value:
            return contact
        return replace(contact, fields={**contact.fields, self.name: self.value})


@plain
class CallApi(Effect):
    """Call an HTTP address through the guarded client, then resume the run with `Result(ref, ...)`.

    `body` is sent as it is (UTF-8); `save_as` names the variable the run will put the answer in.
    """

    kind: ClassVar[str] = "call_api"
    ref: str
    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    timeout_seconds: float = 10
    save_as: str | None = None

    def told(self) -> dict[str, Any]:
        return {"kind": self.kind, "method": self.method, "url": shorten(self.url.partition("?")[0], TOLD)}


@plain
class AskAi(Effect):
    """Ask the AI endpoint, then resume the run with `Result(ref, ...)`, whose `body` is `{text, choice}`.

    The model answers with a text, or, where `choices` (exit id and when to take it) are given, must take one of them.
    """

    kind: ClassVar[str] = "ask_ai"
    ref: str
    instructions: str
    model: str | None = None
    max_tokens: int = 300
    choices: dict[str, str] = field(default_factory=dict)
    timeout_seconds: float = 30


@plain
class Assign(Effect):
    """Give the conversation to a member, by id or e-mail address."""

    kind: ClassVar[str] = "assign"
    member: str

    def told(self) -> dict[str, Any]:
        return {"kind": self.kind, "member": self.member}


@plain
class HandOff(Effect):
    """Leave the contact to people: flows are silent until somebody resumes them or a day has passed."""

    kind: ClassVar[str] = "hand_off"
    note: str | None = None


@plain
class AddNote(Effect):
    """Write a note into the conversation, for members only."""

    kind: ClassVar[str] = "add_note"
    text: str

    def told(self) -> dict[str, Any]:
        return {"kind": self.kind, "text": shorten(self.text, TOLD)}


@plain
class Notify(Effect):
    """Tell a member (by id or e-mail address), or all of them, in their open browsers."""

    kind: ClassVar[str] = "notify"
    text: str
    member: str | None = None


@plain
class StartFlow(Effect):
    """Start another flow for this contact, by id or name; the run that asks for it goes on."""

    kind: ClassVar[str] = "start_flow"
    flow: str

    def told(self) -> dict[str, Any]:
        return {"kind": self.kind, "flow": self.flow}


@plain
class FetchProfile(Effect):
    """Fetch the contact's profile, then resume the run with `ProfileReady`; it goes on by itself after 2 s."""

    kind: ClassVar[str] = "fetch_profile"
