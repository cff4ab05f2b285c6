"""What the workspace has, as far as validation needs to know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from instantchat.kit.addresses import Network


@dataclass(frozen=True, slots=True)
class Known:
    """`flows`: the names of all flows, the one that is validated included, by id; `flow_id` is its own. `members`:
    their ids and casefolded e-mail addresses. None: not known, so nothing is found missing. `allowed_networks` are
    private ones that the operator lets flows call.
    """

    flows: Mapping[str, str] | None = None
    flow_id: str | None = None
    members: frozenset[str] | None = None
    allowed_networks: tuple[Network, ...] = ()
    _ids: Mapping[str, str] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        by_name = {name.casefold(): flow_id for flow_id, name in (self.flows or {}).items()}
        object.__setattr__(self, "_ids", by_name)

    def flow(self, reference: str) -> str | None:
        """The id of the flow that an id or a name (in any case) means."""
        wanted = reference.strip()
        if self.flows is not None and wanted in self.flows:
            return wanted
        return self._ids.get(wanted.casefold())

    def has_member(self, reference: str) -> bool:
        """Whether there is a member of this id or e-mail address."""
        wanted = reference.strip()
        return self.members is None or wanted in self.members or wanted.casefold() in self.members


def members_of(people: Iterable[tuple[str, str]]) -> frozenset[str]:
    """`Known.members` from ids and e-mail addresses."""
    return frozenset(each for member_id, email in people for each in (member_id, email.casefold()))
