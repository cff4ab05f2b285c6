"""`messageNode`: what the flow says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from instantchat.engine.context import InboundMessage
from instantchat.engine.effects import Attachment, Button, Effect, QuickReply, SendMessage, SetTyping
from instantchat.engine.form import Kind, Multiline, Part, Required, SentInParts, Templated
from instantchat.engine.inputs import Input, Reply, TimeUp
from instantchat.engine.issues import Issue
from instantchat.engine.media import refused_ending, together
from instantchat.engine.node import End, Exit, ExitsFrom, Node, Outcome, Take, WaitFor
from instantchat.engine.speech import say
from instantchat.engine.text import BUTTONS_BYTES, MESSAGE_BYTES, fold, shorten, split_text
from instantchat.engine.visit import Visit
from instantchat.nodes.offers import (
    QUICK_REPLIES,
    ButtonItem,
    CardItem,
    QuickReplyItem,
    check_buttons,
    check_cards,
    check_titles,
    check_url,
)


class AttachmentItem(Part):
    """Media by its public address."""

    type: Annotated[Literal["image", "video", "audio", "file"], Field(title="Kind")] = "image"
    url: Annotated[str, Field(title="Address", description="Public, https.", max_length=2000), Templated, Required] = ""


class MessageNode(Node):
    """Sends a message, with media, quick replies, buttons or cards.

    Media goes first (images in a row are one message), then the text, then the cards; long texts are sent in parts.
    With quick replies or buttons that go on in the flow it waits for a tap until the messaging window closes; a typed
    title counts as a tap. Any other text takes `next` if that is connected, else it is offered to the triggers while
    this node keeps waiting. Without them the flow goes on at once.
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
        ExitsFrom("cards.buttons", where={"type": "postback"}),
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
        Field(title="Quick replies", description="Chips to tap; each is an exit.", max_length=QUICK_REPLIES),
        Kind("quickReplies"),
    ] = []
    buttons: Annotated[list[ButtonItem], Field(title="Buttons", max_length=3), Kind("buttons")] = []
    cards: Annotated[
        list[CardItem], Field(title="Cards", description="A row to swipe through, sent after the text.", max_length=10)
    ] = []
    typing_seconds: Annotated[
        float, Field(title="Show typing for", description="Seconds before the message.", ge=0, le=20)
    ] = 0

    def enter(self, visit: Visit) -> Outcome:
        messages = self._messages(visit)
        choices = _choices_of(messages)
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
        return len(self.exits()) > 1

    def speaks(self) -> bool:
        return True

    def sends(self) -> int:
        return len(together(self.attachments)) + len(self._parts()) + bool(self.cards)

    def opens_window(self, exit_id: str) -> bool:
        return self.waits()

    def card(self) -> str:
        parts = [f"{len(self.attachments)} media"] if self.attachments else []
        parts += [f"{len(self.cards)} card{'s' if len(self.cards) > 1 else ''}"] if self.cards else []
        return shorten(self.content, 80) or " and ".join(parts) or "Empty message"

    def check(self) -> Iterator[Issue]:
        has_more = bool(self.attachments or self.cards)
        if not self.content.strip() and (self.quick_replies or self.buttons or not has_more):
            hint = (
                "Quick replies and buttons hang on a text." if self.quick_replies or self.buttons else "Say something."
            )
            yield Issue("required", "“Text” is missing.", field="content", hint=hint)
        if self.quick_replies and (self.buttons or self.cards):
            what = "buttons" if self.buttons else "cards"
            hint = "Instagram may refuse both in one message: put one of them in another message."
            yield Issue("both_choices", f"Quick replies and {what} together.", "warning", field=what, hint=hint)
        yield from check_titles("quickReplies", self.quick_replies)
        yield from check_buttons("buttons", self.buttons)
        yield from check_cards("cards", self.cards)
        for index, item in enumerate(self.attachments):
            yield from check_url(f"attachments.{index}.url", item.url)
            refused = refused_ending(item.type, item.url.strip())
            if refused:
                hint = "It will not be sent. Use a file of another kind, or choose the kind that it is."
                yield Issue("media_type", refused, "warning", field=f"attachments.{index}.url", hint=hint)
        yield from self._check_length()

    def _check_length(self) -> Iterator[Issue]:
        limit = BUTTONS_BYTES if self.buttons else MESSAGE_BYTES
        count = len(self._parts())
        if count > 1 and "{{" not in self.content:
            hint = f"Instagram takes {limit} bytes at a time{' with buttons' if self.buttons else ''}."
            message = f"The text is sent as {count} messages."
            yield Issue("split_text", message, "info", field="content", hint=hint)

    def _messages(self, visit: Visit) -> tuple[SendMessage, ...]:
        media = [Attachment(each.type, url) for each in self.attachments if (url := visit.render(each.url).strip())]
        return say(
            visit,
            visit.render(self.content),
            media=media,
            quick_replies=[chip for item in self.quick_replies if (chip := item.offer(visit))],
            buttons=[button for item in self.buttons if (button := item.offer(visit))],
            cards=[card for item in self.cards if (card := item.offer(visit))],
        )

    def _parts(self) -> list[str]:
        """The text as it is sent, its templates unfilled."""
        return split_text(self.content, BUTTONS_BYTES if self.buttons else MESSAGE_BYTES)

    def _typed_choice(self, message: InboundMessage, visit: Visit) -> str | None:
        chosen = (visit.memory.get("choices") or {}).get(fold(message.text or ""))
        return chosen if isinstance(chosen, str) else None


def _choices_of(messages: Iterable[SendMessage]) -> dict[str, str]:
    """The exits that can be tapped, by their titles as people may type them."""
    choices: dict[str, str] = {}
    for message in messages:
        on_cards = [button for card in message.cards for button in card.buttons]
        offers: list[QuickReply | Button] = [*message.quick_replies, *message.buttons, *on_cards]
        for offer in offers:
            if offer.payload is not None:
                choices.setdefault(fold(offer.title), offer.id)
    return choices


def _window_end(visit: Visit) -> datetime:
    return visit.context.window.expires_at or visit.now + timedelta(hours=24)
