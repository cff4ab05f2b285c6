"""Hypothesis strategies: valid flows over every node type, action and trigger, and whatever may happen to them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from instantchat.engine.flow import parse_graph

Json = dict[str, Any]
NAMES = ["Ant", "Bee", "Cat"]  # three flows, which go through and start each other
FLOW = st.sampled_from([*NAMES, "nobody"])
LONG = "y " * 600
TEXT = st.sampled_from(
    ["", "x", "{{x}}", "{{contact.name|a}} {{message.text|upper}}", "{{response.body.a}}", "{{", "y " * 600]
)
SHORT = st.sampled_from(["", "x", "{{x}}"])
CHOICES = st.sampled_from([[], [{"id": "yes", "title": "Yes"}, {"id": "no", "title": "{{x|No}}"}]])
URL = st.sampled_from(["https://x.example/{{x}}", "{{x}}", "ftp://x"])
PATTERN = st.sampled_from(["x", "(a+)+", "("])


def fields(**values: Any) -> st.SearchStrategy[Json]:
    """An object of these, each a value or a strategy."""
    return st.fixed_dictionaries(
        {key: each if isinstance(each, st.SearchStrategy) else st.just(each) for key, each in values.items()}
    )


RULES = st.lists(
    fields(
        field=st.sampled_from(["x", "contact.tags", "message.text", "", "a b"]),
        op=st.sampled_from(["equals", "contains", "matches", "gt", "exists", "in", "not_equals"]),
        value=st.sampled_from([None, "x", 5, True, ["x", 5], "{{x}}", "("]),
    ),
    max_size=2,
)
ANSWER = fields(
    type=st.sampled_from(["text", "email", "phone", "number", "date", "choice", "regex"]),
    region=st.sampled_from(["", "ES", "??"]),
    min=st.sampled_from([None, 0, 5]),
    options=CHOICES,
    pattern=PATTERN,
)
SPLITS = st.lists(fields(weight=st.sampled_from([0, 0.5, 3])), max_size=3).map(
    lambda ways: [{"id": f"w{index}", **way} for index, way in enumerate(ways)]
)
CARDS = st.sampled_from([[], [{"title": "{{x}}", "url": "u", "buttons": [{"id": "buy", "title": "Buy"}]}]])
MEDIA = st.sampled_from([[], [{"type": "image", "url": "https://x.example/{{x}}"}]])
UNTIL = st.sampled_from(
    [None, {"time": "09:00"}, {"time": "x"}, {"time": "23:59", "weekdays": ["sun"], "timezone": "Asia/Tokyo"}]
)
NODES: dict[str, st.SearchStrategy[Json]] = {
    "messageNode": fields(content=TEXT, quickReplies=CHOICES, cards=CARDS, attachments=MEDIA, typingSeconds=1),
    "questionNode": fields(
        content=TEXT,
        answer=ANSWER,
        saveTo=st.sampled_from(["x", ""]),
        retries=st.sampled_from([0, 1]),
        timeoutMinutes=st.sampled_from([None, 5, 10_000]),
    ),
    "conditionNode": fields(keyword=SHORT, rules=RULES, match=st.sampled_from(["all", "any"])),
    "delayNode": fields(
        amount=st.sampled_from([None, 0, 1, 500]), unit=st.sampled_from(["seconds", "hours"]), until=UNTIL
    ),
    "randomizerNode": fields(splits=SPLITS, sticky=st.booleans()),
    "subflowNode": fields(flow=FLOW),
    "aiNode": fields(instructions=TEXT, choices=CHOICES, saveAs=st.sampled_from(["", "x"])),
    "noteNode": fields(text=TEXT),
}
ACTIONS: dict[str, st.SearchStrategy[Json]] = {
    "tag_customer": fields(tag=st.sampled_from(["vip", "{{x}}", ""])),
    "untag_customer": fields(tag=st.sampled_from(["VIP", "{{x}}", ""])),
    "set_variable": fields(
        variable=st.sampled_from(["x", ""]),
        value=st.sampled_from(["{{message.text}}", "{{response}}", 5, ["{{x}}"], None]),
    ),
    "set_field": fields(field=st.sampled_from(["city", ""]), value=st.sampled_from(["{{x}}", {"a": "{{x}}"}])),
    "api_call": fields(
        endpoint=URL,
        body=st.sampled_from([None, "{{x}}", {"a": ["{{x}}"]}]),
        headers={"X-A": "{{x}}"},
        saveAs=st.sampled_from(["", "x"]),
    ),
    "assign": fields(memberId=st.sampled_from(["", "ada@example.com"])),
    "handoff": fields(note=TEXT),
    "add_note": fields(text=TEXT),
    "notify": fields(text=SHORT),
    "reply_to_comment": fields(content=TEXT),
    "react": fields(emoji=st.sampled_from(["love", "🔥", "no"])),
    "start_flow": fields(flow=FLOW),
    "stop": fields(),
}
TRIGGERS: list[Json] = [
    {"type": "keyword", "keywords": ["x", "price"]},
    {"type": "keyword", "match": "regex", "keywords": ["(y+)+", "("]},
    {"type": "any_message"},
    {"type": "default_reply", "every": "day"},
    {"type": "first_message"},
    {"type": "api"},
    {"type": "comment"},
    {"type": "live_comment", "keywords": ["x"]},
    {"type": "story_reply"},
    {"type": "story_mention"},
    {"type": "shared_post"},
    {"type": "postback", "payloads": ["MENU"]},
    {"type": "ice_breaker", "payloads": ["ICE"]},
    {"type": "referral", "source": "any"},
    {"type": "reaction"},
    {"type": "contact_changed", "tag": "vip"},
    {"type": "contact_changed", "field": "city"},
    {"type": "schedule", "cron": "0 9 * * 1"},
]
NODE = st.one_of(
    *(st.tuples(st.just(name), data) for name, data in NODES.items()),
    st.sampled_from(sorted(ACTIONS)).flatmap(
        lambda name: st.tuples(st.just("actionNode"), ACTIONS[name].map(lambda data: {"action": name, **data}))
    ),
)
START = st.lists(st.sampled_from(TRIGGERS), min_size=1, max_size=3).map(
    lambda given: ("triggerNode", {"triggers": given})
)


@st.composite
def graphs(draw: st.DrawFn, most: int = 6) -> Json:
    """A flow that begins somewhere, with edges from any exit to any node; some have no trigger node."""
    starts = draw(st.lists(START, max_size=2))
    drawn = [*(starts or [("messageNode", {"content": "x"})]), *draw(st.lists(NODE, min_size=1, max_size=most))]
    nodes = [{"id": f"n{index}", "type": kind, "data": data} for index, (kind, data) in enumerate(drawn)]
    flow, issues = parse_graph({"nodes": nodes, "edges": []})
    assert flow is not None, issues
    targets = st.sampled_from([*list(flow.nodes)[0 if starts else 1 :], None])
    edges = [
        {"source": node_id, "sourceHandle": exit_id, "target": target}
        for node_id, each in flow.nodes.items()
        for exit_id in each.exits()
        if (target := draw(targets)) is not None
    ]
    return {"nodes": nodes, "edges": edges}


LIBRARIES = st.fixed_dictionaries({name: graphs(most=4) for name in NAMES})
EVENTS: list[Json] = [
    {"kind": "message", "text": "x"},
    {"kind": "message", "text": "yes"},
    {"kind": "message", "text": "a@b.example 5"},
    {"kind": "message", "text": ""},
    {"kind": "message", "text": "stop"},
    {"kind": "message", "text": "\u202e\x07" * 99},
    {"kind": "message", "attachments": [{"type": "ig_post", "url": "https://x.example"}, {}], "refs": {"mid": 5}},
    {
        "kind": "message",
        "text": "x",
        "payload": 'ic:["run_1","n0","yes"]',
        "refs": {"referralSource": "ad", "ref": "r"},
    },
    {"kind": "postback", "text": "Menu", "payload": "MENU"},
    {"kind": "postback", "payload": "ICE"},
    {"kind": "comment", "text": "x", "refs": {"commentId": "c1", "mediaId": "m"}},
    {"kind": "comment", "text": "x", "refs": {"commentId": 5, "parentId": ["x"]}},
    {"kind": "live_comment", "text": "x", "refs": {"commentId": "c2"}},
    {"kind": "story_mention", "refs": {"mid": "m"}},
    {"kind": "story_reply", "text": "x", "refs": {"mid": "m", "storyId": "s"}},
    {"kind": "referral", "refs": {"ref": "r"}},
    {"kind": "reaction", "payload": "love", "refs": {"mid": "m"}},
    {"kind": "api", "refs": {"flowId": "id_Ant"}},
    {"kind": "contact_changed", "refs": {"change": "tag_added", "name": "vip"}},
    {"kind": "contact_changed", "refs": {"change": "field_set", "name": "city", "value": {"a": 1}}},
    {"kind": "schedule", "refs": {"flowId": "id_Bee", "nodeId": "n0", "moment": "x"}},
    {"kind": "schedule", "refs": {}},
]
HAPPENINGS = st.lists(
    st.tuples(
        st.sampled_from([*EVENTS, "tap", "tap before", "time", "result", "failure", "profile"]),
        st.sampled_from([0, 1, 60, 60 * 25, 60 * 24 * 8]),  # minutes that go by before
    ),
    min_size=1,
    max_size=8,
)
