"""`messageNode`: what the flow says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from instantchat.engine.context import InboundMessage
from instantchat.engine.effects import Attachment, Button, Effect, QuickReply, SendMessage, SetTyping
from instantchat.engine.form import Kind, Labels, Multiline, Part, Required, SentInParts, Show, Templated
from instantchat.engine.inputs import Input, Reply, TimeUp
from instantchat.engine.issues import Issue
from instantchat.engine.node import End, Exit, ExitsFrom, Node, Outcome, Take, WaitFor
from instantchat.engine.payload import ID_LIMIT
from instantchat.engine.text import BUTTONS_BYTES, MESSAGE_BYTES, fold, shorten, split_text
from instantchat.engine.visit import Visit

TITLE_SHOWN = 20
Id = Annotated[str, Field(title="Id", max_length=ID_LIMIT), Kind("id"), Required]
Title = Annotated[
    str, Field(title="Title", description="Instagram shows 20 characters.", max_length=80), Templated, Required
]


class QuickReplyItem(Part):
    """A chip under the message, shown until the contact answers."""

    id: Id = ""
    title: Title = ""


class ButtonItem(Part):
    """A button in the message."""

    id: Id = ""
    title: Title = ""
    type: Annotated[
        Literal["postback", "web_url"],
        Field(title="What it does"),
        Labels({"postback": "Goes on in the flow", "web_url": "Opens a web page"}),
    ] = "postback"
    url: Annotated[str, Field(title="Web address", max_length=2000), Templated, Required, Show({"type": "web_url"})] = (
        ""
    )


class AttachmentItem(Part):
    """Media by its public address."""

    type: Annotated[Literal["image", "video", "audio", "file"], Field(title="Kind")] = "image"
    url: Annotated[str, Field(title="Address", description="Public, https.", max_length=2000), Templated, Required] = ""


class MessageNode(Node):
    """Sends a message, with media, quick replies or buttons.

    With quick replies or buttons that go on in the flow it waits for a tap until the messaging window closes; a typed
    title counts as a tap. Any other text takes `next` if that is connected, else it is offered to the triggers while
    this node keeps waiting. Without them the flow goes on at once. Long texts are sent in parts.
    """

    type: ClassVar[str] = "messageNode"
    label: ClassVar[str] = "Message"
    icon: ClassVar[str] = "message-square"
    group: ClassVar[str] = "Messages"
    place: ClassVar[int] = 20
    window: ClassVar[str] = "Needs an open window: within 24 hours of the contact's last message."
    exit_spec: ClassVar[tuple[Exit | ExitsFrom, ...]] = (
        Exit("next", "Next"),
        ExitsFrom("quickReplies"),
        ExitsFrom("buttons", where={"type": "postback"}),
    )
    examples: ClassVar[tuple[dict[str, Any], ...]] = (
        {"content": "Hi {{contact.first_name|there}}! How can we help?"},
        {"content": "Small or large?", "quickReplies": [{"id": "s", "title": "Small"}, {"id": "l", "title": "Large"}]},
    )

    content: Annotated[
        str, Field(title="Text", max_length=10_000), Templated, Multiline, SentInParts(MESSAGE_BYTES)
    ] = ""
    attachments: Annotated[
        list[AttachmentItem], Field(title="Media", description="Sent before the text.", max_length=10)
    ] = []
    quick_replies: Annotated[
        list[QuickReplyItem],
        Field(title="Quick replies", description="Chips to tap; each is an exit.", max_length=13),
        Kind("quickReplies"),
    ] = []
    buttons: Annotated[list[ButtonItem], Field(title="Buttons", max_length=3), Kind("buttons")] = []
    typing_seconds: Annotated[
        float, Field(title="Show typing for", description="Seconds before the message.", ge=0, le=20)
    ] = 0

    def enter(self, visit: Visit) -> Outcome:
        choices: dict[str, str] = {}
        messages = [*self._media(visit), *self._texts(visit, choices)]
        effects: list[Effect] = [SetTyping(self.typing_seconds)] if messages and self.typing_seconds else []
        effects.extend(messages)
        if not messages:
            visit.warnings.append("there was nothing to send")
        if not choices:
            return Take("next", tuple(effects))
        return WaitFor("reply", _window_end(visit), tuple(effects), {"choices": choices})

    def resume(self, visit: Visit, given: Input) -> Outcome:
        if isinstance(given, Reply):
            return Take(given.tap.exit if given.tap else self._typed_choice(given.message, visit) or "next")
        end = visit.context.window.expires_at
        if isinstance(given, TimeUp) and end is not None and end > visit.now:
            return WaitFor("reply", end, memory=visit.memory, note="The contact wrote since: the window is still open.")
        return End(note="The messaging window closed before an answer.")

    def hears(self, message: InboundMessage, visit: Visit) -> bool:
        if message.kind != "message":
            return False
        return visit.is_connected("next") or self._typed_choice(message, visit) is not None

    def waits(self) -> bool:
        return bool(self.quick_replies) or any(button.type == "postback" for button in self.buttons)

    def speaks(self) -> bool:
        return True

    def sends(self) -> int:
        return len(self.attachments) + len(self._parts(self.content))

    def opens_window(self, exit_id: str) -> bool:
        return self.waits()

    def card(self) -> str:
        return shorten(self.content, 80) or (f"{len(self.attachments)} media" if self.attachments else "Empty message")

    def check(self) -> Iterator[Issue]:
        if not self.content.strip() and (self.quick_replies or self.buttons or not self.attachments):
            hint = "Quick replies and buttons hang on a text." if self.waits() else "Write what to say."
            yield Issue("required", "“Text” is missing.", field="content", hint=hint)
        if self.quick_replies and self.buttons:
            hint = "Instagram may refuse both in one message: put one of them in another message."
            yield Issue("both_choices", "Quick replies and buttons together.", "warning", field="buttons", hint=hint)
        offers: tuple[tuple[str, Sequence[QuickReplyItem | ButtonItem]], ...] = (
            ("quickReplies", self.quick_replies),
            ("buttons", self.buttons),
        )
        for name, items in offers:
            for index, item in enumerate(items):
                if len(item.title) > TITLE_SHOWN and "{{" not in item.title:
                    hint = f"Instagram shows the first {TITLE_SHOWN} characters."
                    yield Issue("long_title", "The title is long.", "warning", field=f"{name}.{index}.title", hint=hint)
        yield from self._check_urls()

    def _check_urls(self) -> Iterator[Issue]:
        urls = [(f"attachments.{index}.url", item.url) for index, item in enumerate(self.attachments)]
        urls += [
            (f"buttons.{index}.url", item.url) for index, item in enumerate(self.buttons) if item.type == "web_url"
        ]
        for field, url in urls:
            if url.strip() and not url.strip().lower().startswith(("https://", "http://", "{{")):
                yield Issue("bad_url", "This is no web address.", field=field, hint="Begin with https://.")

    def _media(self, visit: Visit) -> Iterator[SendMessage]:
        for item in self.attachments:
            url = visit.render(item.url).strip()
            if url:
                yield SendMessage(visit.run_id, visit.node_id, attachments=(Attachment(item.type, url),))

    def _texts(self, visit: Visit, choices: dict[str, str]) -> Iterator[SendMessage]:
        parts = self._parts(visit.render(self.content))
        if not parts:
            return
        for part in parts[:-1]:
            yield SendMessage(visit.run_id, visit.node_id, part)
        replies = tuple(
            QuickReply(item.id, title, visit.tap_payload(item.id))
            for item in self.quick_replies
            if (title := _offer(item, visit, choices))
        )
        buttons = tuple(
            _button(item, title, visit)
            for item in self.buttons
            if (title := _offer(item, visit, choices if item.type == "postback" else {}))
        )
        yield SendMessage(visit.run_id, visit.node_id, parts[-1], quick_replies=replies, buttons=buttons)

    def _parts(self, text: str) -> list[str]:
        return split_text(text, BUTTONS_BYTES if self.buttons else MESSAGE_BYTES)

    def _typed_choice(self, message: InboundMessage, visit: Visit) -> str | None:
        chosen = (visit.memory.get("choices") or {}).get(fold(message.text or ""))
        return chosen if isinstance(chosen, str) else None


def _offer(item: QuickReplyItem | ButtonItem, visit: Visit, choices: dict[str, str]) -> str:
    """The title as shown, empty when there is none to show; remembers it as a choice."""
    title = shorten(visit.render(item.title), 80)
    if title:
        choices.setdefault(fold(title), item.id)
    return title


def _button(item: ButtonItem, title: str, visit: Visit) -> Button:
    if item.type == "web_url":
        return Button(item.id, title, "web_url", url=visit.render(item.url).strip())
    return Button(item.id, title, payload=visit.tap_payload(item.id))


def _window_end(visit: Visit) -> datetime:
    return visit.context.window.expires_at or visit.now + timedelta(hours=24)
