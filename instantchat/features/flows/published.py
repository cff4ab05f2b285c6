"""What runs now: the published versions of a workspace's active flows, compiled once each (a version never changes)."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from instantchat.engine.diff import meaning
from instantchat.engine.flow import CompiledFlow, parse_graph
from instantchat.engine.upgrades import upgrade_stored
from instantchat.store.ports import FlowStore
from instantchat.store.records import Json

_KEPT = 512


@dataclass(frozen=True, slots=True)
class Published:
    """An active flow's version: its meaning, and compiled when it still can be."""

    flow_id: str
    name: str
    meaning: str
    compiled: CompiledFlow | None


class PublishedFlows:
    """The active flows of workspaces, with a bounded cache of versions."""

    def __init__(self, flows: FlowStore) -> None:
        self._flows = flows
        self._versions: OrderedDict[str, tuple[str, CompiledFlow | None]] = OrderedDict()

    async def active(self, workspace_id: str) -> dict[str, Published]:
        """By flow id."""
        heads = (await self._flows.active_heads([workspace_id])).get(workspace_id, [])
        found = {}
        for head in heads:
            version = await self._version(head.version_id)
            if version is not None:
                found[head.flow_id] = Published(head.flow_id, head.name, *version)
        return found

    async def _version(self, version_id: str) -> tuple[str, CompiledFlow | None] | None:
        if version_id in self._versions:
            self._versions.move_to_end(version_id)
            return self._versions[version_id]
        version = await self._flows.version(version_id)
        if version is None:
            return None
        known = self._versions[version_id] = _read(version.graph)
        while len(self._versions) > _KEPT:
            self._versions.popitem(last=False)
        return known


def others_than(active: dict[str, Published], flow_id: str | None) -> list[tuple[str, CompiledFlow]]:
    """The other active flows, as the engine wants them to look for clashes."""
    return [
        (each.name, each.compiled) for each in active.values() if each.flow_id != flow_id and each.compiled is not None
    ]


def _read(graph: Json) -> tuple[str, CompiledFlow | None]:
    graph = upgrade_stored(graph)
    compiled, _ = parse_graph(graph)
    return meaning(graph), compiled
