"""`pollNode`: ask, let people tap an answer, count it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any, ClassVar

from pydantic import Field

from instantchat.engine.context import InboundMessage
from instantchat.engine.effects import QuickReply
from instantchat.engine.form import Kind, Multiline, Part, Ref, Required, Templated
from instantchat.engine.inputs import Input, Reply
from instantchat.engine.issues import Issue
from instantchat.engine.node import Exit, ExitsFrom, Node, Outcome, Take, WaitFor
from instantchat.engine.speech import say
from instantchat.engine.text import fold, shorten
from instantchat.engine.visit import Visit
from instantchat.nodes.actions.set_variable import check_name

from .effect import CastVote


class PollOption(Part):
    """An answer to tap."""

    id: Annotated[str, Field(title="Id", max_length=40), Kind("id"), Required] = ""
    title: Annotated[
        str, Field(title="Title", description="Instagram shows 20 characters.", max_length=20), Required
    ] = ""


class PollNode(Node):
    """Asks a question with answers to tap, and counts the votes; each contact votes once.

    An answer may also be typed. Whoever has voted before is not asked again. Any other message goes to the triggers
    while this node keeps waiting.
    """

    type: ClassVar[str] = "pollNode"
    label: ClassVar[str] = "Poll"
    icon: ClassVar[str] = "vote"
    group: ClassVar[str] = "Messages"
    place: ClassVar[int] = 65
    window: ClassVar[str] = "Needs an open window. A vote opens it for 24 hours; after a timeout it may be closed."
    exit_spec: ClassVar[tuple[Exit | ExitsFrom, ...]] = (
        Exit("voted", "Voted"),
        Exit("before", "Voted before"),
        Exit("timeout", "No vote"),
    )
    examples: ClassVar[tuple[dict[str, Any], ...]] = (
        {
            "question": "Which flavour next, {{contact.first_name|friend}}?",
            "options": [{"id": "fig", "title": "Fig"}, {"id": "lemon", "title": "Lemon"}],
            "variable": "flavour",
        },
    )

    question: Annotated[str, Field(title="Question", max_length=900), Templated, Multiline, Required] = ""
    options: Annotated[
        list[PollOption], Field(title="Answers", description="2 to 13.", max_length=13), Kind("quickReplies"), Required
    ] = []
    variable: Annotated[
        str,
        Field(title="Keep the answer in", description="The variable is also the poll's name.", max_length=64),
        Kind("variable"),
        Ref("variable"),
        Required,
    ] = ""
    hours: Annotated[float, Field(title="Wait for (hours)", ge=1, le=23)] = 23

    def enter(self, visit: Visit) -> Outcome:
        if self.variable in visit.contact.variables:
            return Take("before", note="The contact has voted before.")
        chips = [QuickReply(each.id, each.title, visit.tap_payload(each.id)) for each in self.options]
        messages = say(visit, visit.render(self.question), quick_replies=chips)
        if not messages:
            return Take("timeout", error="The question came out empty.")
        return WaitFor("reply", visit.now + timedelta(hours=self.hours), messages)

    def resume(self, visit: Visit, given: Input) -> Outcome:
        if not isinstance(given, Reply):
            return Take("timeout", note="No vote came in time.")
        chosen = self._option(given.tap.exit) if given.tap else self._typed(given.message)
        if chosen is None:
            return Take("timeout", error="The vote was for none of the answers.")
        return Take("voted", (CastVote(self.variable, chosen.title),))

    def hears(self, message: InboundMessage, visit: Visit) -> bool:
        return message.kind == "message" and self._typed(message) is not None

    def accepts_tap(self, exit_id: str) -> bool:
        return self._option(exit_id) is not None

    def waits(self) -> bool:
        return True

    def speaks(self) -> bool:
        return True

    def longest_stay(self, exit_id: str) -> timedelta:
        return timedelta(0) if exit_id == "before" else timedelta(hours=self.hours)

    def opens_window(self, exit_id: str) -> bool:
        return exit_id == "voted"

    def sets(self) -> Iterator[str]:
        yield self.variable

    def card(self) -> str:
        return shorten(self.question, 80) or "No question yet"

    def check(self) -> Iterator[Issue]:
        yield from check_name(self.variable, "variable")
        if len(self.options) == 1:
            yield Issue("poll_too_few", "A poll needs at least two answers.", field="options", hint="Add another one.")
        titles = [fold(each.title) for each in self.options]
        for index, title in enumerate(titles):
            if title and title in titles[:index]:
                hint = "The votes for both would be counted together."
                yield Issue("poll_same_title", "Two answers are called the same.", field=f"options.{index}", hint=hint)

    def _option(self, option_id: str) -> PollOption | None:
        return next((each for each in self.options if each.id == option_id), None)

    def _typed(self, message: InboundMessage) -> PollOption | None:
        typed = fold(message.text or "")
        return next((each for each in self.options if typed and fold(each.title) == typed), None)
