"""What a message offers to tap: quick replies, buttons and cards, as forms and as what is sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import Field

from instantchat.engine.effects import Button, Card, QuickReply
from instantchat.engine.form import Kind, Labels, Part, Required, Show, Templated
from instantchat.engine.issues import Issue
from instantchat.engine.payload import ID_LIMIT
from instantchat.engine.text import shorten
from instantchat.engine.visit import Visit

TITLE_SHOWN = 20
TITLE_LIMIT = 80
CARD_TEXT = 80  # docs: Messenger Platform, Generic template: title and subtitle of at most 80 characters
QUICK_REPLIES = 13
Id = Annotated[str, Field(title="Id", max_length=ID_LIMIT), Kind("id"), Required]
Title = Annotated[
    str, Field(title="Title", description="Instagram shows 20 characters.", max_length=TITLE_LIMIT), Templated, Required
]


class QuickReplyItem(Part):
    """A chip under the message, shown until the contact answers."""

    id: Id = ""
    title: Title = ""

    def offer(self, visit: Visit) -> QuickReply | None:
        """The chip as sent; None when its title comes out empty."""
        title = shorten(visit.render(self.title), TITLE_LIMIT)
        return QuickReply(self.id, title, visit.tap_payload(self.id)) if title else None


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

    def offer(self, visit: Visit) -> Button | None:
        """The button as sent; None when its title comes out empty."""
        title = shorten(visit.render(self.title), TITLE_LIMIT)
        if not title:
            return None
        if self.type == "web_url":
            return Button(self.id, title, "web_url", url=visit.render(self.url).strip())
        return Button(self.id, title, payload=visit.tap_payload(self.id))


class CardItem(Part):
    """A card of a row to swipe through: a title and at least one of a subtitle, a picture, an address and buttons."""

    title: Annotated[str, Field(title="Title", max_length=CARD_TEXT), Templated, Required] = ""
    subtitle: Annotated[str, Field(title="Subtitle", max_length=CARD_TEXT), Templated] = ""
    image_url: Annotated[
        str, Field(title="Picture", description="Its public address, https.", max_length=2000), Templated
    ] = ""
    url: Annotated[
        str, Field(title="Web address", description="Opens when the card is tapped.", max_length=2000), Templated
    ] = ""
    buttons: Annotated[list[ButtonItem], Field(title="Buttons", max_length=3), Kind("buttons")] = []

    def is_bare(self) -> bool:
        """Whether there is nothing but a title, which Instagram refuses."""
        return not (self.subtitle.strip() or self.image_url.strip() or self.url.strip() or self.buttons)

    def offer(self, visit: Visit) -> Card | None:
        """The card as sent; None, with a warning, when its title comes out empty or nothing else is on it."""
        card = Card(
            shorten(visit.render(self.title), CARD_TEXT),
            shorten(visit.render(self.subtitle), CARD_TEXT) or None,
            visit.render(self.image_url).strip() or None,
            visit.render(self.url).strip() or None,
            tuple(button for item in self.buttons if (button := item.offer(visit))),
        )
        if card.title and (card.subtitle or card.image_url or card.url or card.buttons):
            return card
        visit.warnings.append("a card without a title, or with nothing but a title, was left out")
        return None


def check_titles(field: str, items: Sequence[QuickReplyItem | ButtonItem]) -> Iterator[Issue]:
    """Titles longer than what Instagram shows; `field` is the list's path."""
    for index, item in enumerate(items):
        if len(item.title) > TITLE_SHOWN and "{{" not in item.title:
            hint = f"Instagram shows the first {TITLE_SHOWN} characters."
            yield Issue("long_title", "The title is long.", "warning", field=f"{field}.{index}.title", hint=hint)


def check_buttons(field: str, buttons: Sequence[ButtonItem]) -> Iterator[Issue]:
    """Long titles, and links that lead nowhere."""
    yield from check_titles(field, buttons)
    for index, button in enumerate(buttons):
        if button.type == "web_url":
            yield from check_url(f"{field}.{index}.url", button.url)


def check_cards(field: str, cards: Sequence[CardItem]) -> Iterator[Issue]:
    """What Instagram would refuse on a card, or not show."""
    for index, card in enumerate(cards):
        path = f"{field}.{index}"
        if card.is_bare():
            hint = "Add a subtitle, a picture, an address or a button."
            yield Issue("bare_card", "A card needs more than a title.", field=path, hint=hint)
        yield from check_url(f"{path}.imageUrl", card.image_url)
        yield from check_url(f"{path}.url", card.url)
        yield from check_buttons(f"{path}.buttons", card.buttons)


def check_url(field: str, url: str) -> Iterator[Issue]:
    """Whether it can be a web address; an empty one is not judged."""
    if url.strip() and not url.strip().lower().startswith(("https://", "http://", "{{")):
        yield Issue("bad_url", "This is no web address.", field=field, hint="Begin with https://.")
