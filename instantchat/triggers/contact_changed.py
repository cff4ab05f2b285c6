"""`contact_changed`: a tag or field of a contact was changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from instantchat.engine.context import Context, InboundMessage
from instantchat.engine.filters import format_value
from instantchat.engine.form import Labels, Ref, Show
from instantchat.engine.issues import Issue
from instantchat.engine.text import fold, shorten
from instantchat.engine.trigger import Match, NoMatch, Rank, Trigger, other_kind

Name = Annotated[str, Field(max_length=100)]
CHANGES = {"added": ("tag_added",), "removed": ("tag_removed",), "both": ("tag_added", "tag_removed")}


class ContactChanged(Trigger):
    """Starts the flow when a contact gets or loses a tag, or one of their fields is set.

    What flows change counts. This does not open the messaging window: what the flow sends needs one that is open
    already.
    """

    type: ClassVar[str] = "contact_changed"
    label: ClassVar[str] = "Contact changed"
    icon: ClassVar[str] = "user-round-pen"
    group: ClassVar[str] = "Time and programs"
    opens_window: ClassVar[bool] = False
    examples: ClassVar[tuple[dict[str, Any], ...]] = (
        {"type": "contact_changed", "tag": "vip"},
        {"type": "contact_changed", "field": "email"},
    )

    tag: Annotated[Name, Field(title="Tag", description="This, or a field."), Ref("tag")] = ""
    when: Annotated[
        Literal["added", "removed", "both"],
        Field(title="When the tag is"),
        Labels({"added": "Added", "removed": "Removed", "both": "Added or removed"}),
        Show({"field": ""}),
    ] = "added"
    field: Annotated[Name, Field(title="Field", description="Or this, whenever it is set."), Ref("field")] = ""

    def match(self, event: InboundMessage, context: Context) -> Match | NoMatch:
        refused = other_kind(event, "contact_changed")
        if refused is not None:
            return refused
        change, name = (format_value(event.refs.get(key)) for key in ("change", "name"))
        if change not in self._changes:
            values = {"change": change, "wanted": list(self._changes)}
            return NoMatch("other_change", "The contact changed in another way.", values)
        values = {"name": shorten(name, 100), "wanted": self._name}
        if fold(name) != fold(self._name):
            return NoMatch("other_name", "It was another tag or field.", values)
        return Match(Rank.ANY, f"“{values['name']}” changed.", {"change": change, "name": values["name"]})

    def clash(self, other: Trigger) -> str | None:
        if not isinstance(other, ContactChanged) or not self._name or fold(self._name) != fold(other._name):
            return None
        if not set(self._changes) & set(other._changes):
            return None
        return f"changes of “{shorten(self._name, 40)}”"

    def card(self) -> str:
        if self.tag.strip():
            words = {"added": "added", "removed": "removed", "both": "added or removed"}[self.when]
            return f"Tag “{shorten(self.tag, 60)}” {words}"
        return f"Field “{shorten(self.field, 60)}” set" if self.field.strip() else "No tag or field yet"

    def check(self) -> Iterator[Issue]:
        if not self._name:
            yield Issue("required", "A tag or a field is missing.", field="tag", hint="Choose one of them.")
        elif self.tag.strip() and self.field.strip():
            hint = "Remove one of them, or make two triggers."
            yield Issue("tag_and_field", "There are both a tag and a field.", field="field", hint=hint)

    @property
    def _name(self) -> str:
        return (self.tag if self.tag.strip() else self.field).strip()

    @property
    def _changes(self) -> tuple[str, ...]:
        return CHANGES[self.when] if self.tag.strip() else ("field_set",)
