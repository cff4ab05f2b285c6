"""What must hold for any input: no JSON breaks validation."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from instantchat.engine.flow import parse_graph, validate_flow
from instantchat.engine.plain import to_json
from instantchat.engine.registry import node_types, node_variants, trigger_types

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("\ud800")
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)
TYPES = [*node_types(), "moonNode", 5, None]
KEYS = sorted(
    {
        info.alias or name
        for node_type in node_types()
        for cls in [node_types()[node_type], *node_variants(node_type).values()]
        for name, info in cls.model_fields.items()
    }
    | {"action"}
)
TEXTS = st.sampled_from(["", "x", "{{x}}", "{{contact.name|a}}", "https://x.example", "(a+)+", "09:00", "{{", "next"])
ACTIONS = st.sampled_from([*node_variants("actionNode"), "fly"])
PARTS = st.dictionaries(
    st.sampled_from(["id", "title", "type", "url", "field", "op", "value", "keywords", "match", "time", "weekdays"]),
    st.sampled_from(["equals", "matches", "in", "regex", "web_url", "image", *trigger_types()]) | TEXTS | SCALARS,
    max_size=5,
)
DATA = st.dictionaries(
    st.sampled_from(KEYS), st.one_of(TEXTS, ACTIONS, SCALARS, st.lists(PARTS, max_size=4), PARTS, JSON), max_size=6
)
IDS = st.sampled_from(["a", "b", "c", "", 5])
GRAPHS = st.fixed_dictionaries(
    {
        "nodes": st.lists(st.fixed_dictionaries({"id": IDS, "type": st.sampled_from(TYPES), "data": DATA}), max_size=5),
        "edges": st.lists(
            st.fixed_dictionaries(
                {"source": IDS, "target": IDS, "sourceHandle": st.sampled_from(["next", "true", None])}
            ),
            max_size=5,
        ),
    }
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(JSON | GRAPHS)
def test_any_json_gives_issues(data: Any) -> None:
    issues = validate_flow(data)
    flow, found = parse_graph(data)
    assert (flow is None) == any(issue.malformed for issue in found)
    for issue in issues:
        assert issue.code and issue.message
        to_json(issue)
