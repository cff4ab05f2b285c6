"""A node type that only tests have: a courier with a reference, secrets and a past."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, ClassVar
from unittest.mock import patch

from pydantic import Field

from instantchat.engine import registry
from instantchat.engine.form import Part, Ref, Secret, Templated
from instantchat.engine.node import Node, Outcome, Take, Upgrade
from instantchat.engine.visit import Visit


class Stop(Part):
    """Where the courier goes."""

    id: str = ""
    door_code: Annotated[str, Secret] = ""


def _key_by_its_name(data: dict[str, Any]) -> dict[str, Any]:
    if "password" not in data:
        return data
    rest = {key: value for key, value in data.items() if key != "password"}
    return {"apiKey": data["password"], **rest}


class CourierNode(Node):
    """Sends a courier."""

    type: ClassVar[str] = "courierNode"
    label: ClassVar[str] = "Courier"
    upgrades: ClassVar[tuple[Upgrade, ...]] = (
        Upgrade("The password is called API key.", _key_by_its_name, {"password": "p"}, {"apiKey": "p"}),
    )

    api_key: Annotated[str, Secret] = ""
    pin: Annotated[int | None, Secret] = None
    stops: list[Stop] = []
    flow: Annotated[str, Ref("flow")] = ""
    members: Annotated[list[str], Ref("member")] = []
    tag: Annotated[str, Ref("tag"), Templated] = ""
    field: Annotated[str, Ref("field")] = ""
    note: Annotated[str, Field(title="Note")] = ""

    def enter(self, visit: Visit) -> Outcome:
        return Take("next")

    def card(self) -> str:
        return f"Courier {self.api_key}: {self.note}"


@contextmanager
def installed(*classes: type[Node]) -> Iterator[None]:
    """With these node classes beside those there are."""
    found = (*registry._node_classes(), *classes)
    caches = (registry.node_types, registry.node_variants)
    with patch.object(registry, "_node_classes", lambda: found):
        for cache in caches:
            cache.cache_clear()
        yield
    for cache in caches:
        cache.cache_clear()
