"""References to what is not there."""

from __future__ import annotations

from collections.abc import Iterator

from ..form import FieldValue, Ref, Templated, mark_of
from ..issues import Issue
from ..text import shorten
from .subject import Subject


def find(subject: Subject) -> Iterator[Issue]:
    """Flows and members that fields name and the workspace has not, and flows that are there but not active."""
    for node_id, field in subject.fields():
        ref = mark_of(field.info, Ref) if field.value else None
        if ref is None or ref.to not in ("flow", "member"):
            continue
        for value in _values(field):
            if ref.to == "member":
                if not subject.known.has_member(value):
                    message = f"There is no member “{shorten(value, 60)}”."
                    hint = "Choose somebody who is in the workspace, by id or e-mail address."
                    yield Issue("broken_reference", message, node_id=node_id, field=field.path, hint=hint)
            else:
                yield from _about_flow(subject, value, node_id, field.path)


def _about_flow(subject: Subject, value: str, node_id: str, path: str) -> Iterator[Issue]:
    if subject.known.flows is None or subject.is_itself(value) or subject.active(value) is not None:
        return
    if subject.known.flow(value) is None:
        message = f"There is no flow “{shorten(value, 60)}”."
        hint = "Choose a flow that exists, or create one of this name."
        yield Issue("broken_reference", message, node_id=node_id, field=path, hint=hint)
    else:
        message = f"The flow “{shorten(subject.known.flows[subject.known.flow(value) or ''], 60)}” is not active."
        hint = "Activate it; until then this step does nothing."
        yield Issue("flow_not_active", message, "warning", node_id=node_id, field=path, hint=hint)


def _values(field: FieldValue) -> Iterator[str]:
    """The references in a field; empty ones and those that a template makes are left out."""
    values = field.value if isinstance(field.value, list) else [field.value]
    for value in values:
        if isinstance(value, str) and value.strip() and not (field.has(Templated) and "{{" in value):
            yield value.strip()
