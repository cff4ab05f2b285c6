"""The flows a run may lead into: what is active now, and the versions that waiting runs stand in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .compiled import CompiledFlow
    from .decision import ActiveFlow


@dataclass(frozen=True, slots=True)
class Library:
    """`active` by flow id, `names` from casefolded name to flow id, `versions` by version id."""

    active: Mapping[str, ActiveFlow] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, CompiledFlow] = field(default_factory=dict)

    def find(self, reference: str) -> ActiveFlow | None:
        """The active flow of this id or name (any case)."""
        wanted = reference.strip()
        return self.active.get(wanted) or self.active.get(self.names.get(wanted.casefold(), ""))

    def version(self, version_id: str) -> CompiledFlow | None:
        """A published version, also of a flow that is no longer active."""
        return self.versions.get(version_id)


def library_of(active: Iterable[ActiveFlow], versions: Mapping[str, CompiledFlow]) -> Library:
    """The library of a workspace: its active flows, and every version that is needed."""
    flows = {each.flow_id: each for each in active}
    return Library(flows, {each.name.casefold(): each.flow_id for each in flows.values()}, versions)


EMPTY = Library()
