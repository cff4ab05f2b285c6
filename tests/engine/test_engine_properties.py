"""What must hold for any input: no JSON breaks validation, every run ends or waits, the same input replays the same."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from instantchat.engine.flow import parse_graph, validate_flow
from instantchat.engine.inputs import Reply, Result, Start, Tap, TimeUp
from instantchat.engine.plain import from_json, to_json
from instantchat.engine.registry import node_types, node_variants, trigger_types
from instantchat.engine.run import Run
from instantchat.engine.stepper import STEP_LIMIT, advance
from tests.engine.builders import NOW, context, message, new_run

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


def fields(**values: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {key: each if isinstance(each, st.SearchStrategy) else st.just(each) for key, each in values.items()}
    )


CHOICES = st.sampled_from([[], [{"id": "yes", "title": "Yes"}, {"id": "no", "title": "{{x|No}}"}]])
CARDS = st.sampled_from([[], [{"title": "{{x}}", "url": "u", "buttons": [{"id": "buy", "title": "Buy"}]}]])
ANSWERS = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["text", "email", "phone", "number", "date", "choice", "regex"]),
        "region": st.sampled_from(["", "ES", "??"]),
        "min": st.sampled_from([None, 0, 5]),
        "options": CHOICES,
        "pattern": TEXTS,
    }
)
SPLITS = st.lists(fields(weight=st.sampled_from([0, 0.5, 3])), max_size=3).map(
    lambda ways: [{"id": f"w{index}", **way} for index, way in enumerate(ways)]
)
VALID = st.one_of(
    st.tuples(st.just("messageNode"), fields(content=TEXTS, quickReplies=CHOICES, cards=CARDS)),
    st.tuples(
        st.just("questionNode"),
        fields(content=TEXTS, answer=ANSWERS, saveTo="x", timeoutMinutes=st.sampled_from([None, 5])),
    ),
    st.tuples(st.just("randomizerNode"), fields(splits=SPLITS, sticky=st.booleans())),
    st.tuples(st.just("conditionNode"), fields(keyword=TEXTS)),
    st.tuples(st.just("delayNode"), fields(amount=st.sampled_from([0, 1, 500]), unit="hours")),
    st.tuples(st.just("actionNode"), fields(action="set_variable", variable="x", value=TEXTS)),
    st.tuples(st.just("actionNode"), fields(action="api_call", endpoint="https://x.example/{{x}}", saveAs="x")),
    st.tuples(st.just("triggerNode"), fields(triggers=st.just([{"type": "any_message"}]))),
    st.tuples(st.just("noteNode"), fields(text=TEXTS)),
)


@st.composite
def valid_graphs(draw: st.DrawFn) -> dict[str, Any]:
    drawn = draw(st.lists(VALID, min_size=1, max_size=6))
    nodes = [{"id": f"n{index}", "type": kind, "data": data} for index, (kind, data) in enumerate(drawn)]
    flow, _ = parse_graph({"nodes": nodes, "edges": []})
    assert flow is not None
    targets = st.sampled_from([*flow.nodes, None])
    edges = [
        {"source": node_id, "sourceHandle": exit_id, "target": target}
        for node_id, each in flow.nodes.items()
        for exit_id in each.exits()
        if (target := draw(targets)) is not None
    ]
    return {"nodes": nodes, "edges": edges}


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(JSON | GRAPHS)
def test_any_json_gives_issues(data: Any) -> None:
    issues = validate_flow(data)
    flow, found = parse_graph(data)
    assert (flow is None) == any(issue.malformed for issue in found)
    for issue in issues:
        assert issue.code and issue.message
        to_json(issue)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(valid_graphs(), st.lists(st.sampled_from(["yes", "x", "", "tap", "time"]), max_size=8))
def test_a_valid_flow_always_ends_or_waits(data: dict[str, Any], inputs: list[str]) -> None:
    assert [issue for issue in validate_flow(data) if issue.malformed] == []
    first = play(data, inputs)
    assert first == play(data, inputs)


def play(data: dict[str, Any], inputs: list[str]) -> list[Any]:
    """Everything a run does with these inputs; the run is stored and read back between them."""
    flow, _ = parse_graph(data)
    assert flow is not None
    start = Start(message("x"), flow.listeners[0].node_id if flow.listeners else None)
    progress = advance(flow, new_run(), start, context())
    story: list[Any] = []
    for given_name in [*inputs, "end"]:
        run = progress.run
        assert run.state != "running"
        assert len(progress.trace) <= STEP_LIMIT + 2
        if run.state == "waiting":
            assert run.waiting_for and run.node_id in flow.nodes and run.wake_at is not None and run.wake_at > NOW
        if run.state == "failed":
            assert run.error is not None and run.error.code == "step_limit"
        story.append(
            [to_json(run), [to_json(each) for each in progress.effects], [to_json(each) for each in progress.trace]]
        )
        if run.is_over:
            break
        stored = from_json(Run, to_json(run))
        assert stored == run
        progress = advance(flow, stored, next_input(stored, given_name), context())
    return story


def next_input(run: Run, name: str) -> Any:
    if run.waiting_for == "result":
        return Result(run.data["wait"]["ref"], 200 if name == "yes" else 500, {"a": name})
    if run.waiting_for == "reply" and name == "tap":
        return Reply(message("Yes"), Tap(run.node_id or "", "yes"))
    return Reply(message(name)) if run.waiting_for == "reply" and name != "time" else TimeUp()
