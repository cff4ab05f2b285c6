"""What a template path can reach.

`contact.*` (attributes, then fields), `message.*`, `variables.*`, `response.*`, `account.*`; any other first
segment is a variable, else a contact attribute or field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from .context import AccountView, ContactView, InboundMessage

Path = tuple[str, ...]
CONTACT_ATTRIBUTES = frozenset({"id", "igsid", "name", "first_name", "username", "tags"})
ACCOUNT_ATTRIBUTES = frozenset(field.name for field in fields(AccountView))  # not `__class__` and what hangs on it
PROFILE_ATTRIBUTES = frozenset({"name", "first_name", "username"})
ROOTS = frozenset({"contact", "message", "variables", "response", "account"})


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()


class Scope:
    """Looks paths up; nothing is copied."""

    __slots__ = ("account", "contact", "message", "response")

    def __init__(
        self, contact: ContactView, message: Mapping[str, Any] | None, response: Any, account: AccountView
    ) -> None:
        self.contact = contact
        self.message = message
        self.response = response
        self.account = account

    def lookup(self, path: Path) -> Any:
        """The value at `path`, or MISSING."""
        root, rest = path[0], path[1:]
        if root in ROOTS and (rest or root == "response"):
            return self._from_root(root, rest)
        value = self.contact.variables.get(root, MISSING)
        return descend(self._of_contact(root) if value is MISSING else value, rest)

    def _from_root(self, root: str, rest: Path) -> Any:
        if root == "contact":
            return descend(self._of_contact(rest[0]), rest[1:])
        if root == "variables":
            return descend(self.contact.variables, rest)
        if root == "message":
            return descend(self.message, rest)
        if root == "response":
            return descend(MISSING if self.response is None else self.response, rest)
        return descend(getattr(self.account, rest[0]) if rest[0] in ACCOUNT_ATTRIBUTES else MISSING, rest[1:])

    def _of_contact(self, name: str) -> Any:
        if name in CONTACT_ATTRIBUTES:
            return getattr(self.contact, name)
        if name == "fields":
            return self.contact.fields
        return self.contact.fields.get(name, MISSING)


def descend(value: Any, path: Path) -> Any:
    """Follow keys and indexes into a JSON value; MISSING when the way ends early."""
    for segment in path:
        if isinstance(value, Mapping):
            value = value.get(segment, MISSING)
        elif isinstance(value, list | tuple) and segment.isdecimal() and int(segment) < len(value):
            value = value[int(segment)]
        else:
            return MISSING
    return value


def snapshot(message: InboundMessage) -> dict[str, Any]:
    """An inbound message as templates read it, kept in `run.data["message"]`."""
    return {
        "event_id": message.event_id,
        "kind": message.kind,
        "text": message.text,
        "payload": message.payload,
        "attachments": list(message.attachments),
        "at": message.at.isoformat(),
        **message.refs,
    }


def reads_profile(path: Path) -> bool:
    """Whether a path can lead to what only the contact's Instagram profile tells."""
    if path[0] == "contact":
        return len(path) > 1 and path[1] in PROFILE_ATTRIBUTES
    return len(path) == 1 and path[0] in PROFILE_ATTRIBUTES
