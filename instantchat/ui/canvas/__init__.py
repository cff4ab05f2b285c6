"""The flow canvas: local JSX around React Flow, and the one class that wraps it for Python."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import reflex as rx
from reflex.components.component import NoSSRComponent

_HERE = Path(__file__).parent
_ENTRY = rx.asset("canvas.jsx", shared=True)
for _each in sorted(_HERE.iterdir()):
    if _each.suffix in (".js", ".jsx", ".css") and _each.name != "canvas.jsx":
        rx.asset(_each.name, shared=True)


class FlowCanvas(NoSSRComponent):
    """The flow builder, filling its parent.

    `flow` is the server's version: `{stamp, id, name, status, revision, publishedVersion,
    hasUnpublishedChanges, canEdit, nodes, edges, viewport, issues}`; a new `stamp` makes the canvas take it in, without
    losing what is not saved yet.
    `schemas` are `engine.registry.node_schemas()`; `references` what fields can refer to, `{kind: [{value, label,
    detail}]}`. Every event carries `{flowId, seq, ...}` and is answered by an entry of `replies`, `history` or `trial`:
    `{id, seq, kind, ok, message, errors, ...}`, `id` growing, the last few being enough.
    """

    library = _ENTRY.importable_path
    tag = "FlowCanvas"
    lib_dependencies: list[str] = [
        "@xyflow/react@12.9.3",
        "@radix-ui/react-dialog@1.1.15",
        "@radix-ui/react-dropdown-menu@2.1.16",
        "@radix-ui/react-tabs@1.1.13",
        "@radix-ui/react-tooltip@1.2.8",
        "lucide-react@1.26.0",
    ]
    flow: rx.Var[dict[str, Any]]
    schemas: rx.Var[list[dict[str, Any]]]
    references: rx.Var[dict[str, Any]]
    replies: rx.Var[list[dict[str, Any]]]
    history: rx.Var[list[dict[str, Any]]]
    trial: rx.Var[list[dict[str, Any]]]
    icons: rx.Var[dict[str, Any]]
    home: rx.Var[str]
    on_patch: rx.EventHandler[rx.event.passthrough_event_spec(dict)]
    on_activate: rx.EventHandler[rx.event.passthrough_event_spec(dict)]
    on_deactivate: rx.EventHandler[rx.event.passthrough_event_spec(dict)]
    on_rename: rx.EventHandler[rx.event.passthrough_event_spec(dict)]
    on_versions: rx.EventHandler[rx.event.passthrough_event_spec(dict)]
    on_compare: rx.EventHandler[rx.event.passthrough_event_spec(dict)]
    on_restore: rx.EventHandler[rx.event.passthrough_event_spec(dict)]
    on_test: rx.EventHandler[rx.event.passthrough_event_spec(dict)]
    on_replay: rx.EventHandler[rx.event.passthrough_event_spec(dict)]


flow_canvas = FlowCanvas.create


def node_icons(schemas: list[dict[str, Any]]) -> dict[str, rx.Component]:
    """The icons that these schemas name, drawn; a name lucide does not have fails the build."""
    names = {each["icon"] for schema in schemas for each in (schema, *schema.get("variants", ()))}
    return {name: rx.icon(name) for name in sorted(names)}
