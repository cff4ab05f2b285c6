from __future__ import annotations

from instantchat.engine.references import references, with_reference
from tests.engine.builders import graph, node, say
from tests.support.installed import CourierNode, installed


def test_are_found_by_their_marks_and_can_be_changed() -> None:
    with installed(CourierNode):
        courier = node("c", "courierNode", flow="flow_1", members=["usr_1", "", "usr_2"], tag="vip", field="size")
        flow = graph([say("m"), courier])
        found = references(flow)
        assert [(each.node_id, each.field, each.to, each.value) for each in found] == [
            ("c", "flow", "flow", "flow_1"),
            ("c", "members.0", "member", "usr_1"),
            ("c", "members.2", "member", "usr_2"),
            ("c", "tag", "tag", "vip"),
            ("c", "field", "field", "size"),
        ]
        changed = with_reference(flow, found[2], "usr_9")
        assert changed["nodes"][1]["data"]["members"] == ["usr_1", "", "usr_9"]
        assert courier["data"]["members"] == ["usr_1", "", "usr_2"]


def test_what_a_template_makes_is_no_reference() -> None:
    with installed(CourierNode):
        assert references(graph([node("c", "courierNode", tag="{{message.text}}", flow=" ")])) == []
