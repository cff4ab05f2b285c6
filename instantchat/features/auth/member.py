"""Who is asking: what every service takes as its first argument."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from instantchat.errors import Forbidden
from instantchat.store.records import Role

_RANK: dict[Role, int] = {"viewer": 0, "agent": 1, "admin": 2, "owner": 3}


@dataclass(frozen=True, slots=True)
class Member:
    """An authenticated caller of one workspace; `kind` is `person` for a JWT or cookie, `api_key` for a program."""

    user_id: str
    workspace_id: str
    role: Role
    name: str
    email: str
    session_id: str
    kind: Literal["person", "api_key"] = "person"

    def has(self, role: Role) -> bool:
        """Whether the member's role is `role` or above."""
        return _RANK[self.role] >= _RANK[role]

    def require(self, role: Role) -> None:
        """Raises `Forbidden("role_required")` below `role`."""
        if not self.has(role):
            raise Forbidden("role_required", f"This needs the role {role}; yours is {self.role}.")
