"""What a flow is validated against: the other active flows, and what the workspace has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Final

from instantchat.engine.flow import CompiledFlow, validate_flow
from instantchat.engine.issues import Issue
from instantchat.engine.lint import Known, members_of
from instantchat.features.flows.published import Published, others_than
from instantchat.store.ports import Store
from instantchat.store.records import Json

_ALL_FLOWS = 1000  # `flow_names` and `members` give no more: then nobody can tell what is missing
_ALL_MEMBERS = 200
_NEW = ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The other active flows (name, compiled), and what is known of the workspace."""

    others: Sequence[tuple[str, CompiledFlow]] = ()
    known: Known | None = None

    def validate(self, graph: Json) -> list[Issue]:
        """The engine's findings about a graph in these surroundings."""
        return validate_flow(graph, self.others, known=self.known)


NOTHING: Final = Surroundings()


class Surveyor:
    """Reads surroundings from the store; `allowed` are the private networks that flows may call."""

    def __init__(self, store: Store, allowed: Sequence[str] = ()) -> None:
        self._store = store
        self._allowed = tuple(ip_network(each, strict=False) for each in allowed)

    async def around(
        self, workspace_id: str, active: dict[str, Published], flow_id: str | None, name: str | None
    ) -> Surroundings:
        """Those of a flow: `flow_id` is None for one that is not stored yet, `name` None for one without a name."""
        names = await self._store.flows.flow_names(workspace_id)
        people = await self._store.members.members(workspace_id)
        is_all = len(names) < _ALL_FLOWS
        own_id = _NEW if flow_id is None and name is not None else flow_id
        known = Known(
            flows={**names, **({own_id: name} if own_id is not None and name is not None else {})} if is_all else None,
            flow_id=own_id,
            members=members_of((each.id, each.email) for each in people) if len(people) < _ALL_MEMBERS else None,
            allowed_networks=self._allowed,
        )
        return Surroundings(others_than(active, flow_id), known)
