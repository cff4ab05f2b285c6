"""What the fields of a flow can refer to, as the builder offers it: flows, members, and the names that flows use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypedDict

from instantchat.engine.flow import CompiledFlow
from instantchat.engine.form import Ref, mark_of, walk_fields
from instantchat.features.auth.member import Member
from instantchat.features.flows.published import Published
from instantchat.features.flows.view import EDITOR
from instantchat.store import records as r

MOST = 200
_BY_NAME = ("tag", "field", "variable")


class Choice(TypedDict):
    """`value` is stored, `label` is read, `detail` tells two of the same label apart."""

    value: str
    label: str
    detail: str


Choices = dict[str, list[Choice]]
"""By what a `Ref` leads to; at most 200 each."""


def choices(member: Member, names: dict[str, str], active: dict[str, Published], users: Iterable[r.User]) -> Choices:
    """`names` are those of flows by id; active flows come first. E-mail addresses are for those who may edit flows."""
    flows = sorted(names.items(), key=lambda pair: (pair[0] not in active, pair[1].casefold()))
    used = list(_used(each.compiled for each in active.values()))
    return {
        "flow": [
            {"value": flow_id, "label": name, "detail": "" if flow_id in active else "Not active"}
            for flow_id, name in flows[:MOST]
        ],
        "member": [
            {"value": user.id, "label": user.name, "detail": user.email if member.has(EDITOR) else ""}
            for user in sorted(users, key=lambda user: user.name.casefold())[:MOST]
        ],
        **{kind: _named(name for to, name in used if to == kind) for kind in _BY_NAME},
    }


def _used(flows: Iterable[CompiledFlow | None]) -> Iterator[tuple[str, str]]:
    """(kind, name) of what flows refer to by name."""
    for flow in flows:
        for node in flow.nodes.values() if flow is not None else ():
            for field in walk_fields(node, only_shown=True):
                ref = mark_of(field.info, Ref)
                if ref is not None and ref.to in _BY_NAME and isinstance(field.value, str):
                    yield ref.to, field.value.strip()


def _named(names: Iterable[str]) -> list[Choice]:
    found = sorted({name for name in names if name and "{{" not in name}, key=str.casefold)
    return [{"value": name, "label": name, "detail": ""} for name in found[:MOST]]
