"""The base of all nodes. A node type is one class in one module of `instantchat/nodes`; nothing else names it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as data_field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, ClassVar, Literal

from .block import Block
from .context import InboundMessage
from .effects import Effect
from .form import FormSchema, Part
from .inputs import Input
from .trigger import Trigger
from .visit import Visit


@dataclass(frozen=True, slots=True)
class Exit:
    """A way out that is always there."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class ExitsFrom:
    """One way out per item of a list field: its `id` and `label` keys, for items whose values fit `where`.

    `field` is the list's JSON name; `cards.buttons` are the buttons of all cards. `share` names a number of the items:
    labels then say which part of the sum it is, and an item without a label has a letter.
    """

    field: str
    id: str = "id"
    label: str = "title"
    where: Mapping[str, Any] = data_field(default_factory=dict)
    share: str = ""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """How a node's data were written earlier, and what they are today. `read` takes any JSON object and leaves today's
    as it is; `note` tells people what it changed; `before` and `after` are its example and its test."""

    note: str
    read: Callable[[dict[str, Any]], dict[str, Any]]
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Take:
    """Go on by an exit; an unconnected one ends this way of the run."""

    kind: ClassVar[Literal["take", "wait", "end"]] = "take"

    exit: str
    effects: tuple[Effect, ...] = ()
    note: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class WaitFor:
    """Stay here until a reply, a time or a result. `until` is when to resume with `TimeUp`.

    `memory` comes back as `visit.memory` at `resume`; JSON only.
    """

    kind: ClassVar[Literal["take", "wait", "end"]] = "wait"

    what: Literal["reply", "time", "result"]
    until: datetime | None = None
    effects: tuple[Effect, ...] = ()
    memory: dict[str, Any] = data_field(default_factory=dict)
    note: str | None = None


@dataclass(frozen=True, slots=True)
class End:
    """End this way of the run; in a sub-flow go back to the flow that entered it, unless `whole`."""

    kind: ClassVar[Literal["take", "wait", "end"]] = "end"

    effects: tuple[Effect, ...] = ()
    note: str | None = None
    error: str | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class EnterFlow:
    """Go through another flow (by id or name) and come back here, to leave by `exit`."""

    kind: ClassVar[Literal["enter"]] = "enter"

    flow: str
    exit: str = "next"
    effects: tuple[Effect, ...] = ()
    note: str | None = None


Outcome = Take | WaitFor | End | EnterFlow
NEXT = Exit("next", "Next")


class Node(Block):
    """A kind of node; `type` is its wire name. A type with `discriminator` has variants, one class each, chosen by
    that key of the data (`actionNode` by `action`). `group` and `place` say where it is in the palette, `window` what
    it means for Instagram's messaging window; `exit_spec` gives its exits, the first being the default;
    `gives_response` says that `{{response...}}` can be read after it; `upgrades`, in the order they came, what its data
    were before. A variant's own follow those of its type."""

    type: ClassVar[str] = ""
    group: ClassVar[str] = "Flow"
    place: ClassVar[int] = 100
    window: ClassVar[str] = ""
    discriminator: ClassVar[str | None] = None
    variant: ClassVar[str | None] = None
    exit_spec: ClassVar[tuple[Exit | ExitsFrom, ...]] = (NEXT,)
    is_executed: ClassVar[bool] = True
    starts_runs: ClassVar[bool] = False
    gives_response: ClassVar[bool] = False
    upgrades: ClassVar[tuple[Upgrade, ...]] = ()

    def exits(self) -> list[str]:
        """The ids of its exits; the first is the one an edge without `sourceHandle` leaves by."""
        ids: list[str] = []
        for spec in self.exit_spec:
            ids += [spec.id] if isinstance(spec, Exit) else [getattr(item, spec.id) for item in self._items_of(spec)]
        return ids

    def exit_labels(self) -> dict[str, str]:
        """What people read at each exit, by its id."""
        labels = {}
        for spec in self.exit_spec:
            if isinstance(spec, Exit):
                labels[spec.id] = spec.label
            else:
                items = list(self._items_of(spec))
                labels |= dict(zip((getattr(item, spec.id) for item in items), _labels_of(items, spec), strict=True))
        return labels

    def enter(self, visit: Visit) -> Outcome:
        """What happens when a run comes here. Pure: reads `visit`, answers with an outcome and its effects."""
        raise NotImplementedError(f"{self.type} has no enter()")

    def resume(self, visit: Visit, given: Input) -> Outcome:
        """What happens when what this node waited for has come; only nodes that wait have it."""
        raise NotImplementedError(f"{self.type} has no resume()")

    def hears(self, message: InboundMessage, visit: Visit) -> bool:
        """Whether, while waiting here for a reply, this message is for the node and not for the triggers."""
        return False

    def accepts_tap(self, exit_id: str) -> bool:
        """Whether a tap that names this exit (`Visit.tap_payload`) is one of its quick replies or buttons."""
        return exit_id in self.exits()

    def waits(self) -> bool:
        """Whether a run always waits here for a person or a time (so a loop through it cannot spin)."""
        return False

    def speaks(self) -> bool:
        """Whether it sends something to the contact, which takes an open window."""
        return False

    def sends(self) -> int:
        """How many messages it sends to the contact, as far as the data say."""
        return 1 if self.speaks() else 0

    def longest_stay(self, exit_id: str) -> timedelta:
        """The longest time between a run's coming here and its leaving by that exit, as far as the data say."""
        return timedelta(0)

    def opens_window(self, exit_id: str) -> bool:
        """Whether leaving by that exit means that the contact has just done something that opens the window."""
        return False

    def enters(self) -> str | None:
        """The flow (id or name) that it goes through, if it is one that does."""
        return None

    def listens(self) -> Sequence[Trigger]:
        """The triggers of a node that starts runs."""
        return ()

    def sets(self) -> Iterator[str]:
        """The names of the variables it may set."""
        return iter(())

    @classmethod
    def describe(cls) -> FormSchema:
        """The form schema with type, group, window and exits.

        An exit is `{id, label}` or `{fromField, id, label, where, share?}`.
        """
        return {
            "type": cls.type,
            "group": cls.group,
            "window": cls.window,
            **super().describe(),
            "exits": [_exit_schema(spec) for spec in cls.exit_spec],
        }

    def _items_of(self, spec: ExitsFrom) -> Iterator[Any]:
        items: list[Part] = [self]
        for alias in spec.field.split("."):
            items = [each for item in items for each in getattr(item, _field_by_alias(type(item), alias))]
        for item in items:
            if all(getattr(item, key) == value for key, value in spec.where.items()):
                yield item


def _labels_of(items: list[Any], spec: ExitsFrom) -> Iterator[str]:
    """The items' labels; the canvas makes the same ones (`exitsOf` in schema.js)."""
    total = sum(getattr(item, spec.share) for item in items) if spec.share else 0
    for index, item in enumerate(items):
        label = getattr(item, spec.label)
        if spec.share:
            percent = int(100 * getattr(item, spec.share) / (total or 1) + 0.5)
            label = f"{label or chr(ord('A') + index)} {percent} %"
        yield label


@cache
def _field_by_alias(cls: type[Part], alias: str) -> str:
    """The Python name of a field from its JSON name."""
    return next(name for name, info in cls.model_fields.items() if alias in (info.alias, name))


def _exit_schema(spec: Exit | ExitsFrom) -> FormSchema:
    if isinstance(spec, Exit):
        return {"id": spec.id, "label": spec.label}
    schema = {"fromField": spec.field, "id": spec.id, "label": spec.label, "where": dict(spec.where)}
    return {**schema, "share": spec.share} if spec.share else schema
