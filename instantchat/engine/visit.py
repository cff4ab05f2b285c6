"""A visit: what a node may see and note down while a run is at it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .context import ContactView, Context
from .filters import format_value
from .frames import current_version
from .payload import encode_tap
from .scope import MISSING, Path, Scope
from .templates import evaluate, render
from .text import shorten

if TYPE_CHECKING:
    from .flow import CompiledFlow

VALUE_SHOWN = 200


class Visit:
    """One stop of one run at one node. Nodes read it; `warnings` and `values` go into the trace."""

    __slots__ = (
        "contact",
        "context",
        "data",
        "flow",
        "memory",
        "node_id",
        "run_id",
        "scope",
        "step",
        "values",
        "version_id",
        "warnings",
    )

    def __init__(
        self,
        flow: CompiledFlow,
        run_id: str,
        node_id: str,
        context: Context,
        contact: ContactView,
        data: dict[str, Any],
        step: int = 0,
    ) -> None:
        self.flow = flow
        self.run_id = run_id
        self.node_id = node_id
        self.context = context
        self.contact = contact
        self.data = data
        self.step = step
        self.scope = Scope(contact, data.get("message"), data.get("response"), context.account)
        self.version_id = current_version(data)
        self.memory: dict[str, Any] = data.get("wait") or {}
        self.warnings: list[str] = []
        self.values: dict[str, Any] = {}

    @property
    def now(self) -> datetime:
        return self.context.now

    @property
    def message_text(self) -> str:
        """The text of the last inbound message, or nothing."""
        text = (self.data.get("message") or {}).get("text")
        return text if isinstance(text, str) else ""

    @property
    def call_ref(self) -> str:
        """A name for a call made at this step, unique among all runs."""
        return f"{self.run_id}.{self.step}"

    def tap_payload(self, choice: str) -> str:
        """The payload that brings a tap on this choice back to this node of this run."""
        return encode_tap(self.run_id, self.node_id, choice, self.version_id)

    def render(self, text: str, escape: Callable[[str], str] | None = None) -> str:
        """The text with its templates filled."""
        return render(text, self.scope, self.warnings, escape)

    def evaluate(self, value: Any) -> Any:
        """A JSON value with its templates filled; one bare slot keeps its type."""
        return evaluate(value, self.scope, self.warnings)

    def look_up(self, path: Path) -> Any:
        """The value at a path (or MISSING), noted down for the trace."""
        value = self.scope.lookup(path)
        self.values[".".join(path)] = None if value is MISSING else shorten(format_value(value), VALUE_SHOWN)
        return value

    def is_connected(self, exit_id: str) -> bool:
        """Whether an edge leaves this node by that exit."""
        return exit_id in self.flow.edges.get(self.node_id, {})
