from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instantchat.engine.redaction import empty_secrets, redact, redact_graph
from instantchat.engine.registry import node_types
from tests.support.installed import CourierNode, installed
from tests.support.scale import FUZZ_EXAMPLES

SECRET = "sesame-9034"
CALL: dict[str, Any] = {
    "action": "api_call",
    "endpoint": "https://example.com",
    "headers": {"Authorization": f"Bearer {SECRET}", "X-Empty": ""},
}


@pytest.fixture(autouse=True)
def courier() -> Iterator[None]:
    with installed(CourierNode):
        yield


class TestRedact:
    def test_hides_the_values_of_headers_and_keeps_their_names(self) -> None:
        hidden = redact("actionNode", CALL)
        assert hidden == {**CALL, "headers": {"Authorization": "•••", "X-Empty": ""}}
        assert CALL["headers"]["Authorization"] == f"Bearer {SECRET}"

    def test_an_empty_mask_leaves_them_out_as_something_that_can_be_read(self) -> None:
        data = {"apiKey": SECRET, "pin": 9034, "note": "ring"}
        left = redact("courierNode", data, "")
        assert left == {"apiKey": "", "pin": None, "note": "ring"}
        assert CourierNode.parse(left)[0] is not None

    @pytest.mark.parametrize(
        ("data", "hidden"),
        [
            ({"apiKey": SECRET, "note": "n"}, {"apiKey": "•••", "note": "n"}),
            ({"api_key": SECRET}, {"api_key": "•••"}),
            ({"api_key": SECRET, "apiKey": SECRET}, {"api_key": "•••", "apiKey": "•••"}),
            ({"pin": 9034}, {"pin": "•••"}),
            ({"stops": [{"id": "a", "doorCode": SECRET}, {"id": "b", "door_code": SECRET}]},
             {"stops": [{"id": "a", "doorCode": "•••"}, {"id": "b", "door_code": "•••"}]}),
        ],
    )  # fmt: skip
    def test_by_either_name_and_inside_lists(self, data: dict[str, Any], hidden: dict[str, Any]) -> None:
        assert redact("courierNode", data) == hidden

    def test_what_another_action_left_behind_is_secret_too(self) -> None:
        left = {**CALL, "action": "tag_customer", "tag": "vip"}
        assert SECRET not in json.dumps(redact("actionNode", left))
        assert redact("actionNode", left)["tag"] == "vip"

    @pytest.mark.parametrize(
        ("type_name", "data"),
        [
            ("goneNode", {"token": SECRET, "deep": [{"x": SECRET}]}),
            ("actionNode", {**CALL, "headers": SECRET}),
            ("actionNode", {**CALL, "timeoutSeconds": "soon"}),
            ("actionNode", {**CALL, "action": "fly"}),
            ("actionNode", {**CALL, "action": 5}),
            ("actionNode", [SECRET]),
            (None, {"x": SECRET}),
        ],
    )
    def test_of_what_cannot_be_read_every_text_is_hidden(self, type_name: Any, data: Any) -> None:
        assert SECRET not in json.dumps(redact(type_name, data))

    def test_a_whole_graph(self) -> None:
        graph = {
            "nodes": [{"id": "a", "type": "actionNode", "data": CALL}, {"id": "n", "type": "noteNode"}],
            "edges": [],
        }
        hidden = redact_graph(graph)
        assert SECRET not in json.dumps(hidden)
        assert hidden["nodes"][1] == {"id": "n", "type": "noteNode"}

    @settings(max_examples=FUZZ_EXAMPLES, deadline=None)
    @given(
        st.sampled_from([*node_types(), "courierNode", "goneNode"]),
        st.dictionaries(
            st.sampled_from(
                ["action", "headers", "apiKey", "api_key", "stops", "until", "triggers", "content", "body"]
            ),
            st.recursive(
                st.none() | st.booleans() | st.integers(0, 9) | st.sampled_from(["api_call", "x", "tag_customer"]),
                lambda inner: (
                    st.lists(inner, max_size=3)
                    | st.dictionaries(st.sampled_from(["id", "doorCode", "type"]), inner, max_size=3)
                ),
                max_leaves=6,
            ),
        ),
    )
    def test_any_data_keep_their_shape(self, type_name: str, data: dict[str, Any]) -> None:
        def shape(value: Any) -> Any:
            if isinstance(value, dict):
                return {key: shape(item) for key, item in value.items()}
            return [shape(item) for item in value] if isinstance(value, list) else None

        assert shape(redact(type_name, data)) == shape(data)


class TestEmptySecrets:
    def test_are_those_written_down_without_a_value(self) -> None:
        hidden = {**CALL, "headers": {"A": "", "B": "•••", "C": "here"}}
        assert list(empty_secrets("actionNode", hidden)) == [("headers", "A"), ("headers", "B")]
        assert list(empty_secrets("messageNode", {"content": ""})) == []
