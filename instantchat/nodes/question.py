"""`questionNode`: ask, and go on with the answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar

from pydantic import Field

from instantchat.engine.context import InboundMessage
from instantchat.engine.effects import QuickReply, SetVariable
from instantchat.engine.form import Kind, Multiline, Ref, Required, SentInParts, Templated
from instantchat.engine.inputs import Input, Reply
from instantchat.engine.issues import Issue
from instantchat.engine.node import Exit, ExitsFrom, Node, Outcome, Take, WaitFor
from instantchat.engine.speech import say
from instantchat.engine.text import MESSAGE_BYTES, shorten
from instantchat.engine.visit import Visit
from instantchat.engine.window import STANDARD
from instantchat.nodes.actions.set_variable import VariableName, check_name
from instantchat.nodes.answer import Answer


class QuestionNode(Node):
    """Asks a question and keeps the answer in a variable; wrong answers are asked for again, then `invalid` is taken.

    Whatever the contact writes while it waits is the answer. The whole text counts, so “it is 12” is no number. Kept
    are: a text as written, or the address of the picture or other medium sent instead; an e-mail address; a phone
    number in E.164 (`+34612345678`); a number; a date as `2026-12-31`; a choice as its title, whether it was tapped,
    typed or given by its number; for a pattern the text.

    `timeout` comes after the time given, counted from the first asking, else when the messaging window closes.
    """

    type: ClassVar[str] = "questionNode"
    label: ClassVar[str] = "Question"
    icon: ClassVar[str] = "message-circle-question"
    group: ClassVar[str] = "Messages"
    place: ClassVar[int] = 25
    window: ClassVar[str] = "Needs an open window. An answer opens it for 24 hours; after a timeout it may be closed."
    exit_spec: ClassVar[tuple[Exit | ExitsFrom, ...]] = (
        Exit("answered", "Answered"),
        Exit("invalid", "Wrong answers"),
        Exit("timeout", "No answer"),
    )
    examples: ClassVar[tuple[dict[str, Any], ...]] = (
        {"content": "What is your e-mail address?", "answer": {"type": "email"}, "saveTo": "email"},
        {
            "content": "Which size?",
            "answer": {"type": "choice", "options": [{"id": "s", "title": "Small"}, {"id": "l", "title": "Large"}]},
            "saveTo": "size",
            "retries": 1,
            "timeoutMinutes": 60,
        },
    )

    content: Annotated[
        str, Field(title="Question", max_length=10_000), Templated, Multiline, SentInParts(MESSAGE_BYTES), Required
    ] = ""
    answer: Annotated[Answer, Field(title="Answer"), Kind("group")] = Answer()
    save_to: Annotated[VariableName, Field(title="Keep the answer in"), Ref("variable"), Required] = ""
    retries: Annotated[
        int, Field(title="Wrong answers to forgive", description="After so many, the next one is final.", ge=0, le=10)
    ] = 2
    retry_message: Annotated[
        str,
        Field(title="After a wrong answer", description="Empty: how to write it, in a sentence.", max_length=10_000),
        Templated,
        Multiline,
        SentInParts(MESSAGE_BYTES),
    ] = ""
    timeout_minutes: Annotated[
        float | None,
        Field(
            title="Wait for (minutes)",
            description="Empty: until the messaging window closes, usually 24 hours.",
            ge=1,
            le=525_600,
        ),
    ] = None

    def enter(self, visit: Visit) -> WaitFor:
        memory: dict[str, Any] = {"offered": offered} if (offered := self._offer(visit)) else {}
        if self.timeout_minutes is not None:
            memory["until"] = (visit.now + timedelta(minutes=self.timeout_minutes)).isoformat()
        return self._ask(self.content, visit, memory)

    def resume(self, visit: Visit, given: Input) -> Outcome:
        if not isinstance(given, Reply):
            return self._time_up(visit)
        value = self._read(given, visit)
        if value is None:
            return self._ask_again(visit)
        name = self.save_to.strip()
        if not name:
            visit.warnings.append("the answer was not kept: the question names no variable")
        return Take("answered", (SetVariable(name, value),) if name else ())

    def hears(self, message: InboundMessage, visit: Visit) -> bool:
        if message.kind != "message" or message.payload is not None:
            return False
        return bool((message.text or "").strip() or message.attachments)

    def accepts_tap(self, exit_id: str) -> bool:
        return self.answer.type == "choice" and any(option.id == exit_id for option in self.answer.options)

    def waits(self) -> bool:
        return True

    def speaks(self) -> bool:
        return True

    def longest_stay(self, exit_id: str) -> timedelta:
        if self.timeout_minutes is None:
            return STANDARD
        return timedelta(minutes=self.timeout_minutes)

    def opens_window(self, exit_id: str) -> bool:
        return exit_id != "timeout"

    def sets(self) -> Iterator[str]:
        yield self.save_to.strip()

    def card(self) -> str:
        return shorten(self.content, 80) or "No question yet"

    def check(self) -> Iterator[Issue]:
        yield from check_name(self.save_to, "saveTo")
        yield from self.answer.issues()

    def _ask(self, template: str, visit: Visit, memory: dict[str, Any], note: str | None = None) -> WaitFor:
        text = visit.render(template).strip() or self.answer.hint()
        chips = [
            QuickReply(option_id, title, visit.tap_payload(option_id)) for option_id, title in memory.get("offered", ())
        ]
        until = datetime.fromisoformat(memory["until"]) if "until" in memory else _window_end(visit)
        return WaitFor("reply", until, say(visit, text, quick_replies=chips), memory, note)

    def _ask_again(self, visit: Visit) -> Outcome:
        wrong = visit.memory.get("wrong", 0) + 1
        if wrong > self.retries:
            return Take("invalid", note=f"Wrong answer number {wrong}; {self.retries} are forgiven.")
        note = f"Wrong answer number {wrong}; {self.retries} are forgiven: asked again."
        return self._ask(self.retry_message, visit, {**visit.memory, "wrong": wrong}, note)

    def _time_up(self, visit: Visit) -> Outcome:
        end = visit.context.window.expires_at
        if self.timeout_minutes is None and end is not None and end > visit.now:
            return WaitFor("reply", end, memory=visit.memory, note="The contact wrote since: the window is still open.")
        return Take("timeout")

    def _read(self, reply: Reply, visit: Visit) -> Any:
        """The value of an answer, or None for a wrong one; a tap may be on a choice offered at an earlier visit."""
        offered = visit.memory.get("offered") or self._offer(visit)
        if reply.tap is not None:
            return next((title for option_id, title in offered if option_id == reply.tap.exit), None)
        text = reply.message.text or ""
        if self.answer.type == "text" and not text.strip():
            urls = [each.get("url") for each in reply.message.attachments]
            return next((url for url in urls if isinstance(url, str) and url), None)
        return self.answer.read(text, visit, [title for _, title in offered])

    def _offer(self, visit: Visit) -> list[list[str]]:
        """Id and title of each choice, as they are offered."""
        if self.answer.type != "choice":
            return []
        return [[chip.id, chip.title] for option in self.answer.options if (chip := option.offer(visit))]


def _window_end(visit: Visit) -> datetime:
    return visit.context.window.expires_at or visit.now + STANDARD
