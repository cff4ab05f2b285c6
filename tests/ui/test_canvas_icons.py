"""The icons that nodes name exist."""

from __future__ import annotations

from reflex_components_lucide.icon import LUCIDE_ICON_LIST

from instantchat.engine.registry import node_schemas, trigger_types
from instantchat.ui.canvas import node_icons


class TestNodeIcons:
    def test_every_icon_a_node_or_a_variant_names_is_drawn(self) -> None:
        icons = node_icons(node_schemas())
        named = {each["icon"] for schema in node_schemas() for each in (schema, *schema.get("variants", ()))}
        assert set(icons) == named

    def test_lucide_has_each_of_them(self) -> None:
        unknown = [name for name in node_icons(node_schemas()) if name.replace("-", "_") not in LUCIDE_ICON_LIST]
        assert unknown == []

    def test_and_each_of_those_triggers_name(self) -> None:
        unknown = {
            name: cls.icon
            for name, cls in trigger_types().items()
            if cls.icon.replace("-", "_") not in LUCIDE_ICON_LIST
        }
        assert unknown == {}
