"""`aiNode`: a language model answers, or says which way to go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any, ClassVar

from pydantic import Field

from instantchat.engine.effects import AskAi, Effect, SetVariable
from instantchat.engine.form import Kind, Multiline, Part, Required, Templated
from instantchat.engine.inputs import Input, Result
from instantchat.engine.issues import Issue
from instantchat.engine.node import Exit, ExitsFrom, Node, Outcome, Take, WaitFor
from instantchat.engine.payload import ID_LIMIT
from instantchat.engine.speech import say
from instantchat.engine.text import shorten
from instantchat.engine.visit import Visit
from instantchat.nodes.actions.set_variable import VariableName, check_name

PATIENCE = timedelta(seconds=30)
GRACE = timedelta(seconds=30)
OFF = "The AI node is off: the operator has set no AI_BASE_URL."


class ChoiceItem(Part):
    """A way the model may take."""

    id: Annotated[str, Field(title="Id", max_length=ID_LIMIT), Kind("id"), Required] = ""
    title: Annotated[str, Field(title="Title", max_length=80), Required] = ""
    when: Annotated[
        str, Field(title="When", description="When to take it, in a sentence.", max_length=500), Multiline
    ] = ""


class AiNode(Node):
    """Asks a language model, which answers the contact or chooses a way.

    The model reads the instructions and the latest messages of the conversation. Without choices its answer is sent and
    `next` is taken; with choices nothing is sent, and the way it chose is taken. No answer in time, a refusal or a
    choice there is not take `error`. It is off until the operator sets `AI_BASE_URL`.
    """

    type: ClassVar[str] = "aiNode"
    label: ClassVar[str] = "AI"
    icon: ClassVar[str] = "sparkles"
    group: ClassVar[str] = "Messages"
    place: ClassVar[int] = 60
    gives_response: ClassVar[bool] = True
    window: ClassVar[str] = "Needs an open window to answer: within 24 hours of the contact's last message."
    exit_spec: ClassVar[tuple[Exit | ExitsFrom, ...]] = (
        Exit("next", "Next"),
        ExitsFrom("choices"),
        Exit("error", "Failed"),
    )
    examples: ClassVar[tuple[dict[str, Any], ...]] = (
        {"instructions": "You answer for a bakery in Lugo. We open at 8. Answer in two sentences.", "saveAs": "answer"},
        {
            "instructions": "What is it about?",
            "choices": [
                {"id": "order", "title": "An order", "when": "They ask about something they bought."},
                {"id": "other", "title": "Anything else"},
            ],
        },
    )

    instructions: Annotated[
        str,
        Field(title="Instructions", description="Who it answers for, what it knows, how it speaks.", max_length=8000),
        Multiline,
        Templated,
        Required,
    ] = ""
    choices: Annotated[
        list[ChoiceItem],
        Field(title="Choices", description="Each is an exit; then nothing is sent.", max_length=20),
    ] = []
    save_as: Annotated[VariableName, Field(title="Save the answer as")] = ""
    model: Annotated[str, Field(title="Model", description="Empty: the operator's choice.", max_length=100)] = ""
    max_tokens: Annotated[
        int, Field(title="Length at most", description="Tokens; about four characters each.", ge=1, le=2000)
    ] = 300

    def enter(self, visit: Visit) -> Outcome:
        if not visit.context.has_ai:
            return Take("error", error=OFF)
        instructions = visit.render(self.instructions).strip()
        if not instructions:
            return Take("error", error="There are no instructions for the AI.")
        effect = AskAi(
            visit.call_ref,
            instructions,
            self.model.strip() or None,
            self.max_tokens,
            {choice.id: f"{choice.title}: {choice.when}" if choice.when else choice.title for choice in self.choices},
            PATIENCE.total_seconds(),
        )
        return WaitFor("result", visit.now + PATIENCE + GRACE, (effect,), {"ref": visit.call_ref})

    def resume(self, visit: Visit, given: Input) -> Take:
        if not isinstance(given, Result) or given.status is None:
            error = given.error if isinstance(given, Result) else None
            return Take("error", error=error or "No answer came in time.")
        body = given.body if isinstance(given.body, dict) else {}
        return self._chosen(body.get("choice")) if self.choices else self._answered(body.get("text"), visit)

    def speaks(self) -> bool:
        return not self.choices

    def longest_stay(self, exit_id: str) -> timedelta:
        return PATIENCE + GRACE

    def exit_labels(self) -> dict[str, str]:
        """With choices `next` is never taken, so its being unconnected is no news."""
        labels = super().exit_labels()
        return {name: label for name, label in labels.items() if name != "next"} if self.choices else labels

    def card(self) -> str:
        return shorten(self.instructions, 80) or "No instructions yet"

    def check(self) -> Iterator[Issue]:
        yield from check_name(self.save_as, "saveAs")

    def sets(self) -> Iterator[str]:
        if self.save_as.strip():
            yield self.save_as.strip()

    def _chosen(self, choice: Any) -> Take:
        if not any(item.id == choice for item in self.choices):
            return Take("error", error="The AI took none of the choices.")
        return Take(choice, self._saved(choice))

    def _answered(self, answer: Any, visit: Visit) -> Take:
        text = answer.strip() if isinstance(answer, str) else ""
        if not text:
            return Take("error", error="The AI answered nothing.")
        return Take("next", (*say(visit, text), *self._saved(text)))

    def _saved(self, value: str) -> tuple[Effect, ...]:
        name = self.save_as.strip()
        return (SetVariable(name, value),) if name else ()
