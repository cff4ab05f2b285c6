"""Effects: what a run wants done. Stored with the run in one transaction, then carried out by
`runtime/effects/<kind>.py`. `apply` is what an effect means to the nodes after it in the same advance."""

from __future__ import annotations

from dataclasses import field, replace
from typing import Any, ClassVar, Literal

from .context import ContactView
from .plain import plain


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
class Effect:
    """Base of all effects; `kind` names its handler."""

    kind: ClassVar[str] = ""

    def apply(self, contact: ContactView) -> ContactView:
        """The contact after this effect; most leave it as it is."""
        return contact


@plain
class SendMessage(Effect):
    """One message of at most 1,000 UTF-8 bytes of text (640 with buttons), or one attachment, never both.

    Messages of one node come in sending order: media first, then the text's parts; quick replies and buttons
    are on the last.
    """

    kind: ClassVar[str] = "send_message"
    run_id: str
    node_id: str
    text: str | None = None
    attachments: tuple[Attachment, ...] = ()
    quick_replies: tuple[QuickReply, ...] = ()
    buttons: tuple[Button, ...] = ()


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

    def apply(self, contact: ContactView) -> ContactView:
        if self.tag in contact.tags:
            return contact
        return replace(contact, tags=(*contact.tags, self.tag))


@plain
class UntagContact(Effect):
    """Take a tag off the contact, whatever its case."""

    kind: ClassVar[str] = "untag_contact"
    tag: str

    def apply(self, contact: ContactView) -> ContactView:
        folded = self.tag.casefold()
        return replace(contact, tags=tuple(tag for tag in contact.tags if tag.casefold() != folded))


@plain
class SetVariable(Effect):
    """Set a variable of the contact to any JSON value."""

    kind: ClassVar[str] = "set_variable"
    name: str
    value: Any = None

    def apply(self, contact: ContactView) -> ContactView:
        return replace(contact, variables={**contact.variables, self.name: self.value})


@plain
class SetField(Effect):
    """Set a contact field to any JSON value."""

    kind: ClassVar[str] = "set_field"
    name: str
    value: Any = None

    def apply(self, contact: ContactView) -> ContactView:
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


@plain
class FetchProfile(Effect):
    """Fetch the contact's profile, then resume the run with `ProfileReady`; it goes on by itself after 2 s."""

    kind: ClassVar[str] = "fetch_profile"
