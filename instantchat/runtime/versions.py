"""Published versions, compiled once each: a version never changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

import structlog

from instantchat.engine.decision import ActiveFlow, Reentry
from instantchat.engine.flow import CompiledFlow, parse_graph
from instantchat.engine.upgrades import upgrade_stored
from instantchat.store.ports import FlowStore
from instantchat.store.records import FlowHead

log = structlog.get_logger(__name__)

_KEPT = 1024


class Versions:
    """A bounded cache of compiled flows by version id."""

    def __init__(self, flows: FlowStore) -> None:
        self._flows = flows
        self._compiled: OrderedDict[str, CompiledFlow | None] = OrderedDict()

    async def load(self, version_ids: Iterable[str]) -> dict[str, CompiledFlow]:
        """Those that exist and compile, by id."""
        found: dict[str, CompiledFlow] = {}
        for version_id in version_ids:
            if version_id not in self._compiled:
                self._compiled[version_id] = await self._fetch(version_id)
            self._compiled.move_to_end(version_id)
            compiled = self._compiled[version_id]
            if compiled is not None:
                found[version_id] = compiled
        while len(self._compiled) > _KEPT:
            self._compiled.popitem(last=False)
        return found

    async def _fetch(self, version_id: str) -> CompiledFlow | None:
        version = await self._flows.version(version_id)
        if version is None:
            log.error("version_missing", version_id=version_id)
            return None
        compiled, issues = parse_graph(upgrade_stored(version.graph))
        if compiled is None:
            log.error("version_broken", version_id=version_id, issues=[issue.code for issue in issues][:5])
        return compiled


def active_flows(heads: Iterable[FlowHead], compiled: dict[str, CompiledFlow]) -> list[ActiveFlow]:
    """The listening flows of a workspace, as the engine wants them."""
    return [
        ActiveFlow(
            flow_id=head.flow_id,
            version_id=head.version_id,
            name=head.name,
            compiled=compiled[head.version_id],
            created_at=head.created_at,
            priority=head.priority,
            reentry=Reentry(head.reentry.get("mode", "always"), head.reentry.get("hours")),
        )
        for head in heads
        if head.version_id in compiled
    ]
