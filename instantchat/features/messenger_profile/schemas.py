"""The messenger profile as the API takes and shows it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field

from instantchat.channels.instagram import messenger_profile as ig
from instantchat.features.wire import Checked, Wire

_Text = Annotated[str, Field(max_length=5_000)]
_MOST = 100  # more than Instagram takes: what is over its own limits gets a sentence of the service


class IceBreaker(Wire):
    """A question people may tap before they have written; flows hear its payload."""

    question: _Text = ""
    payload: _Text = ""


class MenuItem(Wire):
    """A line of the menu: `postback` sends its payload to flows, `web_url` opens a page."""

    type: Literal["postback", "web_url"] = "postback"
    title: _Text = ""
    payload: _Text = ""
    url: _Text = ""


class ProfileIn(Checked):
    """What an account is to show; an empty list deletes that part, one that is left out stays as it is."""

    ice_breakers: Annotated[list[IceBreaker], Field(max_length=_MOST)] | None = None
    menu: Annotated[list[MenuItem], Field(max_length=_MOST)] | None = None

    def over(self, before: ig.MessengerProfile) -> ig.MessengerProfile:
        """What Instagram is to have instead of `before`, without the spaces around."""
        starters, menu = before.ice_breakers, before.menu
        if self.ice_breakers is not None:
            starters = tuple(ig.IceBreaker(each.question.strip(), each.payload.strip()) for each in self.ice_breakers)
        if self.menu is not None:
            menu = tuple(
                ig.MenuItem(each.title.strip(), url=each.url.strip())
                if each.type == "web_url"
                else ig.MenuItem(each.title.strip(), each.payload.strip())
                for each in self.menu
            )
        return ig.MessengerProfile(starters, menu)


class Warned(Wire):
    """Something to look at; `field` is such as `iceBreakers.0.payload`."""

    field: str
    message: str


class Heard(Wire):
    """A payload that an active flow listens to."""

    payload: str
    flow: str


class ProfileOut(Wire):
    """What Instagram shows for the account now. `differs`: it is not what was just saved."""

    account_id: str
    ice_breakers: list[IceBreaker]
    menu: list[MenuItem]
    warnings: list[Warned]
    heard: list[Heard]
    differs: bool

    @classmethod
    def of(
        cls, account_id: str, profile: ig.MessengerProfile, warnings: list[Warned], heard: list[Heard], *, differs: bool
    ) -> Self:
        """The wire form."""
        return cls(
            account_id=account_id,
            ice_breakers=[IceBreaker(question=each.question, payload=each.payload) for each in profile.ice_breakers],
            menu=[
                MenuItem(type="web_url", title=each.title, url=each.url)
                if each.url is not None
                else MenuItem(title=each.title, payload=each.payload)
                for each in profile.menu
            ],
            warnings=warnings,
            heard=heard,
            differs=differs,
        )
