from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instantchat.engine.diff import FieldChange, diff_graphs, meaning
from tests.engine.builders import graph, node, say, trigger
from tests.support.installed import CourierNode, installed
from tests.support.scale import FUZZ_EXAMPLES

SMALL, LARGE = {"id": "s", "title": "Small"}, {"id": "l", "title": "Large"}


def fields_of(before: dict[str, Any], after: dict[str, Any]) -> list[FieldChange]:
    """What changed in the only node."""
    diff = diff_graphs(graph([before]), graph([after]))
    return [field for change in diff.nodes_changed for field in change.fields]


class TestNodes:
    def test_added_removed_and_changed_with_their_cards(self) -> None:
        before = graph([trigger("t", "price"), say("old", "Hello"), say("m", "It is 5 euro.")])
        after = graph([trigger("t", "price"), say("m", "It is 6 euro."), node("d", "delayNode", amount=5)])
        diff = diff_graphs(before, after)
        assert [(each.id, each.type, each.label) for each in diff.nodes_added] == [("d", "delayNode", "Wait 5 minutes")]
        assert [(each.id, each.label) for each in diff.nodes_removed] == [("old", "Hello")]
        (change,) = diff.nodes_changed
        assert (change.node.id, change.node.label) == ("m", "It is 6 euro.")
        assert change.fields == (FieldChange("content", "It is 5 euro.", "It is 6 euro."),)
        assert diff.summary() == "1 node added, 1 node removed, 1 node changed"

    def test_positions_order_and_nulls_are_no_difference(self) -> None:
        before = graph([trigger("t"), say("m")], "t.next>m")
        after = graph([{**say("m", attachments=None), "position": {"x": 9, "y": 9}}, trigger("t")], "t.next>m")
        assert not diff_graphs(before, after)
        assert diff_graphs(before, after).summary() == "no difference beyond positions"
        assert meaning(before) == meaning(after)

    def test_a_node_that_became_another(self) -> None:
        changes = fields_of(say("a", "Hi"), node("a", "noteNode", text="Hi"))
        assert changes == [
            FieldChange("type", "messageNode", "noteNode"),
            FieldChange("text", None, "Hi"),
            FieldChange("content", "Hi", None),
        ]


class TestFields:
    def test_items_are_the_same_by_their_id_wherever_they_are(self) -> None:
        before = say("a", quickReplies=[SMALL, LARGE])
        after = say("a", quickReplies=[{"id": "m", "title": "Medium"}, SMALL, {"id": "l", "title": "XL"}])
        assert fields_of(before, after) == [
            FieldChange("quickReplies.0", None, {"id": "m", "title": "Medium"}),
            FieldChange("quickReplies.2.title", "Large", "XL"),
        ]

    def test_an_item_taken_out_moves_no_other(self) -> None:
        assert fields_of(say("a", quickReplies=[SMALL, LARGE]), say("a", quickReplies=[LARGE])) == [
            FieldChange("quickReplies.0", SMALL, None)
        ]

    def test_another_order_is_one_change(self) -> None:
        assert fields_of(say("a", quickReplies=[SMALL, LARGE]), say("a", quickReplies=[LARGE, SMALL])) == [
            FieldChange("quickReplies", ["s", "l"], ["l", "s"])
        ]

    def test_items_without_ids_go_by_position(self) -> None:
        before = node("t", "triggerNode", triggers=[{"type": "keyword", "keywords": ["a"]}])
        after = node(
            "t", "triggerNode", triggers=[{"type": "keyword", "keywords": ["a", "b"]}, {"type": "any_message"}]
        )
        assert fields_of(before, after) == [
            FieldChange("triggers.0.keywords", ["a"], ["a", "b"]),
            FieldChange("triggers.1", None, {"type": "any_message"}),
        ]

    @pytest.mark.parametrize(
        ("before", "after", "change"),
        [
            ({"value": 1}, {"value": True}, FieldChange("value", 1, True)),
            ({"value": [1]}, {"value": [True]}, FieldChange("value", [1], [True])),
            ({"value": {"a": 1}}, {"value": "a"}, FieldChange("value", {"a": 1}, "a")),
            ({"value": {"a": 1, "b": 2}}, {"value": {"a": 3, "b": 2}}, FieldChange("value.a", 1, 3)),
            ({}, {"value": []}, FieldChange("value", None, [])),
        ],
    )
    def test_values(self, before: dict[str, Any], after: dict[str, Any], change: FieldChange) -> None:
        def variable(data: dict[str, Any]) -> dict[str, Any]:
            return node("v", "actionNode", action="set_variable", variable="size", **data)

        assert fields_of(variable(before), variable(after)) == [change]

    def test_data_that_cannot_be_read_may_hold_secrets_anywhere(self) -> None:
        assert fields_of(node("d", "delayNode", amount=1), node("d", "delayNode", amount="soon")) == [
            FieldChange("amount", 1, "•••")
        ]


class TestEdges:
    def test_by_the_exit_they_leave(self) -> None:
        nodes = [say("m", "Size?", quickReplies=[SMALL, LARGE]), say("a", "A"), say("b", "B")]
        diff = diff_graphs(graph(nodes, "m.s>a", "m.l>a"), graph(nodes, "m.next>a", "m.l>b"))
        (added,), (removed,), (changed,) = diff.edges_added, diff.edges_removed, diff.edges_changed
        assert (added.source.label, added.exit, added.exit_label, added.target.label) == ("Size?", "next", "Next", "A")
        assert (removed.exit, removed.exit_label, removed.target.id) == ("s", "Small", "a")
        assert (changed.before.target.id, changed.after.target.id, changed.after.exit) == ("a", "b", "l")
        assert diff.summary() == "1 edge added, 1 edge removed, 1 edge changed"

    def test_drawn_again_under_another_id_is_no_difference(self) -> None:
        before = graph([trigger("t"), say("m")], "t.next>m")
        after = copy.deepcopy(before)
        after["edges"][0]["id"] = "another"
        assert not diff_graphs(before, after)
        assert meaning(before) == meaning(after)

    def test_an_edge_without_handle_is_named_by_the_first_exit(self) -> None:
        nodes = [node("c", "conditionNode", keyword="price"), say("m")]
        (added,) = diff_graphs(graph(nodes), graph(nodes, "c>m")).edges_added
        assert (added.exit, added.exit_label) == ("true", "Yes")


class TestSecrets:
    def test_are_shown_as_changed_without_their_values(self) -> None:
        def call(secret: str, **more: str) -> dict[str, Any]:
            headers = {"Authorization": secret, **more}
            return node("c", "actionNode", action="api_call", endpoint="https://e.example", headers=headers)

        assert fields_of(call("sesame-1"), call("sesame-2", Extra="sesame-3")) == [
            FieldChange("headers.Authorization", "•••", "•••"),
            FieldChange("headers.Extra", None, "•••"),
        ]

    def test_a_card_that_shows_one_is_made_without_it(self) -> None:
        with installed(CourierNode):
            diff = diff_graphs(graph([]), graph([node("c", "courierNode", apiKey="sesame", note="ring")]))
        assert diff.nodes_added[0].label == "Courier •••: ring"

    def test_of_a_node_that_is_not_installed_nothing_is_shown(self) -> None:
        changes = fields_of(node("g", "goneNode", token="sesame-1"), node("g", "goneNode", token="sesame-2"))
        assert changes == [FieldChange("token", "•••", "•••")]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["", "a", "api_call"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "title", "b"]), inner, max_size=3)
    ),
    max_leaves=8,
)
NODES = st.lists(
    st.fixed_dictionaries(
        {"id": st.sampled_from(["a", "b", "c"])},
        optional={
            "type": st.sampled_from(["messageNode", "actionNode", "goneNode", 5]),
            "data": JSON | st.dictionaries(st.sampled_from(["content", "headers", "action", "quickReplies"]), JSON),
        },
    ),
    max_size=3,
    unique_by=lambda each: each["id"],
)
EDGES = st.lists(
    st.fixed_dictionaries(
        {"id": st.sampled_from(["e", "f"])},
        optional={key: st.sampled_from(["a", "b", "zz", 5, None]) for key in ("source", "sourceHandle", "target")},
    ),
    max_size=3,
    unique_by=lambda each: (str(each.get("source")), str(each.get("sourceHandle"))),
)
GRAPHS = st.fixed_dictionaries({"nodes": NODES, "edges": EDGES})


class TestAnyGraphs:
    @settings(max_examples=FUZZ_EXAMPLES, deadline=None)
    @given(GRAPHS, GRAPHS)
    def test_agree_with_the_fingerprint_and_go_both_ways(self, before: dict[str, Any], after: dict[str, Any]) -> None:
        there, back = diff_graphs(before, after), diff_graphs(after, before)
        assert bool(there) == (meaning(before) != meaning(after))
        assert [each.id for each in there.nodes_added] == [each.id for each in back.nodes_removed]
        assert {each.node.id for each in there.nodes_changed} == {each.node.id for each in back.nodes_changed}
        assert {each.after.target.id for each in there.edges_changed} == {
            each.before.target.id for each in back.edges_changed
        }
        assert not diff_graphs(before, copy.deepcopy(before))

    def test_data_nested_beyond_reason(self) -> None:
        deep: Any = "x"
        for _ in range(900):
            deep = [deep]
        (change,) = fields_of(say("a"), node("a", "messageNode", content=deep))
        assert (change.field, change.after) == ("data", "•••")
        json.dumps(change.before)
