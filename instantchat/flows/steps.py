"""The steps that read better than `.node(type, …)`: one line each over `node` and `do`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Self

from .choices import choices

Rule = tuple[str, str] | tuple[str, str, Any]
Choices = Sequence[str | tuple[str, str] | Mapping[str, Any]]


class Steps(ABC):
    """Every step takes `id` to name it, and any field of its node type by name."""

    @abstractmethod
    def node(
        self, type: str, /, *, id: str | None = None, data: Mapping[str, Any] | None = None, **fields: Any
    ) -> Self:
        """A step of any registered node type."""

    @abstractmethod
    def case(self, exit: str, step: str) -> Self:
        """Where an exit of the last step leads."""

    def do(
        self, action: str, /, *, id: str | None = None, data: Mapping[str, Any] | None = None, **fields: Any
    ) -> Self:
        """Any registered action: `do("tag_customer", tag="lead")`."""
        return self.node("actionNode", id=id, data={**(data or {}), "action": action}, **fields)

    def say(self, content: str, *, quick_replies: Choices = (), buttons: Choices = (), **more: Any) -> Self:
        """A message. Titles of quick replies and buttons are exits; a button `(title, address)` opens a page."""
        offers: dict[str, Any] = {"quick_replies": choices(quick_replies), "buttons": choices(buttons)}
        return self.node("messageNode", content=content, **{key: each for key, each in offers.items() if each}, **more)

    def ask(self, content: str, **more: Any) -> Self:
        """A question that waits: `ask("Your e-mail?", save_to="email", answer=email())`."""
        return self.node("questionNode", content=content, **more)

    def when(self, field: str, op: str, value: Any = None, **more: Any) -> Self:
        """Goes on while this holds: `when("contact.tags", "contains", "vip").otherwise("everybody")`."""
        return self.when_all((field, op) if value is None else (field, op, value), **more)

    def when_all(self, *rules: Rule, **more: Any) -> Self:
        """Goes on while all of these hold."""
        return self.node("conditionNode", match="all", rules=_rules(rules), **more)

    def when_any(self, *rules: Rule, **more: Any) -> Self:
        """Goes on while one of these holds."""
        return self.node("conditionNode", match="any", rules=_rules(rules), **more)

    def when_said(self, keyword: str, **more: Any) -> Self:
        """Goes on when the message contains the keyword."""
        return self.node("conditionNode", keyword=keyword, **more)

    def otherwise(self, step: str) -> Self:
        """Where a condition that does not hold leads."""
        return self.case("false", step)

    def wait(
        self,
        *,
        seconds: float | None = None,
        minutes: float | None = None,
        hours: float | None = None,
        days: float | None = None,
        **more: Any,
    ) -> Self:
        """A wait of so many seconds, minutes, hours or days; give one of them."""
        given = {"seconds": seconds, "minutes": minutes, "hours": hours, "days": days}
        amounts = [(unit, amount) for unit, amount in given.items() if amount is not None]
        if len(amounts) != 1:
            raise TypeError("wait() takes exactly one of seconds, minutes, hours and days")
        ((unit, amount),) = amounts
        return self.node("delayNode", amount=amount, unit=unit, **more)

    def wait_until(self, time: str, *, weekdays: Sequence[str] = (), timezone: str | None = None, **more: Any) -> Self:
        """A wait until the next time it is `time`, such as `"09:30"`."""
        until: dict[str, Any] = {"time": time}
        until |= {"weekdays": list(weekdays)} if weekdays else {}
        until |= {"timezone": timezone} if timezone is not None else {}
        return self.node("delayNode", until=until, **more)

    def split(self, weights: Mapping[str, float], **more: Any) -> Self:
        """Ways by chance, by their weights: `split({"a": 50, "b": 50}).case("a", …).case("b", …)`."""
        splits = [{"id": name, "weight": weight} for name, weight in weights.items()]
        return self.node("randomizerNode", splits=splits, **more)

    def ai(self, instructions: str, *, choices: Choices = (), **more: Any) -> Self:
        """An answer or a choice by a language model."""
        return self.node("aiNode", instructions=instructions, **_choices_if_any(choices), **more)

    def run(self, flow: str, **more: Any) -> Self:
        """Another flow, by its name; goes on when that ends."""
        return self.node("subflowNode", flow=flow, **more)

    def start(self, flow: str, **more: Any) -> Self:
        """Another flow, by its name, instead of this one."""
        return self.do("start_flow", flow=flow, **more)

    def tag(self, tag: str, **more: Any) -> Self:
        """A tag for the contact."""
        return self.do("tag_customer", tag=tag, **more)

    def untag(self, tag: str, **more: Any) -> Self:
        """A tag less for the contact."""
        return self.do("untag_customer", tag=tag, **more)

    def set(self, variable: str, value: Any, **more: Any) -> Self:
        """A variable of the contact."""
        return self.do("set_variable", variable=variable, value=value, **more)

    def set_field(self, field: str, value: Any, **more: Any) -> Self:
        """A field of the contact."""
        return self.do("set_field", field=field, value=value, **more)

    def call(self, endpoint: str, **more: Any) -> Self:
        """A call of another service; its other exit is `error`."""
        return self.do("api_call", endpoint=endpoint, **more)

    def hand_off(self, note: str = "", **more: Any) -> Self:
        """Over to a person."""
        given: dict[str, Any] = {"note": note} if note else {}
        return self.do("handoff", **given, **more)

    def stop(self, **more: Any) -> Self:
        """The end of the run."""
        return self.do("stop", **more)

    def note(self, text: str, **more: Any) -> Self:
        """A sticky note on the canvas; not part of the way."""
        return self.node("noteNode", text=text, **more)


def _rules(rules: Sequence[Rule]) -> list[dict[str, Any]]:
    return [dict(zip(("field", "op", "value"), rule, strict=False)) for rule in rules]


def _choices_if_any(items: Choices) -> dict[str, Any]:
    return {"choices": choices(items)} if items else {}
