"""One small flow per code, with the node and field the finding is at; and the table in the package's docstring."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import instantchat
from instantchat.engine import lint
from instantchat.engine.lint import Known, validate_flow
from tests.engine.builders import QUICK, compiled, graph, node, say, trigger

T = trigger("t")
KNOWN = Known(flows={"flw_me": "Menu", "flw_1": "Prices"}, flow_id="flw_me", members=frozenset())
OTHERS = [("Active", compiled([trigger("x", "price"), say("y")], "x>y"))]
LONG = {"amount": 40, "unit": "days"}


def one(type_name: str, **data: Any) -> dict[str, Any]:
    return graph([T, node("n", type_name, **data)], "t>n")


def act(action: str, **data: Any) -> dict[str, Any]:
    return one("actionNode", action=action, **data)


def by(kind: str, **data: Any) -> dict[str, Any]:
    return graph([node("n", "triggerNode", triggers=[{"type": kind, **data}])])


def comment(*nodes: dict[str, Any], edges: tuple[str, ...]) -> dict[str, Any]:
    return graph([node("t", "triggerNode", triggers=[{"type": "comment"}]), *nodes], *edges)


FOUND: list[tuple[str, str, dict[str, Any], str | None, str | None]] = [
    ("required", "error", one("messageNode"), "n", "content"),
    ("required", "error", one("conditionNode"), "n", "keyword"),
    ("required", "error", one("conditionNode", rules=[{"field": "", "op": "exists"}]), "n", "rules.0.field"),
    ("required", "error", one("delayNode"), "n", "amount"),
    ("required", "error", one("subflowNode"), "n", "flow"),
    ("required", "error", act("tag_customer"), "n", "tag"),
    ("required", "error", by("keyword"), "n", "triggers.0.keywords"),
    ("bad_regex", "error", one("conditionNode", rules=[{"field": "message.text", "op": "matches", "value": "("}]), "n",
     "rules.0.value"),
    ("bad_regex", "error", by("keyword", match="regex", keywords=["ok", "(a"]), "n", "triggers.0.keywords.1"),
    ("bad_regex", "error", one("questionNode", content="?", saveTo="x", answer={"type": "regex", "pattern": r"(a)\1"}),
     "n", "answer.pattern"),
    ("bad_path", "error", one("conditionNode", rules=[{"field": "a b", "op": "exists"}]), "n", "rules.0.field"),
    ("bad_name", "error", act("set_variable", variable="a b"), "n", "variable"),
    ("bad_name", "error", act("set_field", field="name"), "n", "field"),
    ("bad_url", "error", one("messageNode", attachments=[{"type": "image", "url": "x.png"}]), "n", "attachments.0.url"),
    ("bad_header", "error", act("api_call", endpoint="https://x.example", headers={"a b": "c"}), "n", "headers"),
    ("bad_time", "error", one("delayNode", until={"time": "25:00"}), "n", "until.time"),
    ("bad_timezone", "error", one("delayNode", until={"time": "09:00", "timezone": "Mars"}), "n", "until.timezone"),
    ("bad_timezone", "error", by("schedule", cron="0 9 * * 1", timezone="Mars"), "n", "triggers.0.timezone"),
    ("bad_cron", "error", by("schedule", cron="soon"), "n", "triggers.0.cron"),
    ("too_often", "error", by("schedule", cron="* * * * *"), "n", "triggers.0.cron"),
    ("bad_range", "error", one("questionNode", content="?", saveTo="x", answer={"type": "number", "min": 2, "max": 1}),
     "n", "answer.max"),
    ("bad_region", "error", one("questionNode", content="?", saveTo="x", answer={"type": "phone", "region": "QQ"}), "n",
     "answer.region"),
    ("duplicate_option", "error",
     one("questionNode", content="?", saveTo="x", answer={"type": "choice", "options": [QUICK[0], QUICK[0]]}), "n",
     "answer.options"),
    ("no_weight", "error", one("randomizerNode", splits=[{"id": "a", "weight": 0}, {"id": "b", "weight": 0}]), "n",
     "splits"),
    ("tag_and_field", "error", by("contact_changed", tag="a", field="b"), "n", "triggers.0.field"),
    ("bad_emoji", "error", act("react", emoji="hello"), "n", "emoji"),
    ("bare_card", "error", one("messageNode", cards=[{"title": "Bread"}]), "n", "cards.0"),
    ("too_long", "error", one("delayNode", amount=500, unit="days"), "n", "amount"),
    ("too_long", "error", act("api_call", endpoint="https://x.example", body="x" * 20_001), "n", "body"),
    ("blocked_address", "error", act("api_call", endpoint="http://localhost/"), "n", "endpoint"),
    ("blocked_address", "error", act("api_call", endpoint="ftp://x.example"), "n", "endpoint"),
    ("broken_reference", "error", act("start_flow", flow="Nothing"), "n", "flow"),
    ("broken_reference", "error", act("assign", memberId="nobody"), "n", "memberId"),
    ("no_start", "error", graph([]), None, None),
    ("loop_without_wait", "error", graph([T, say("n"), say("m")], "t>n", "n>m", "m>n"), "n", None),
    ("subflow_loop", "error", one("subflowNode", flow="Menu"), "n", "flow"),
    ("subflow_depth", "warning",
     graph([T, say("m", quickReplies=QUICK), node("n", "subflowNode", flow="Menu")], "t>m", "m.yes>n"), "n", "flow"),
    ("flow_not_active", "warning", act("start_flow", flow="Prices"), "n", "flow"),
    ("bad_template", "warning", graph([T, say("n", "Hi {{first name}}")], "t>n"), "n", "content"),
    ("starts_on_any", "warning", graph([say("n")]), "n", None),
    ("unreachable", "warning", graph([T, say("n")]), "n", None),
    ("note_connected", "warning", one("noteNode", text="x"), "n", None),
    ("variable_never_set", "warning", graph([T, say("n", "{{size}}")], "t>n"), "n", "content"),
    ("variable_unset", "warning",
     graph([T, say("n", "{{size}}"), node("v", "actionNode", action="set_variable", variable="size")], "t>n", "n>v"),
     "n", "content"),
    ("no_response_yet", "warning", graph([T, say("n", "{{response.body}}")], "t>n"), "n", "content"),
    ("window_closed", "warning", graph([T, node("d", "delayNode", **LONG), say("n")], "t>d", "d>n"), "n", None),
    ("window_not_open", "warning", comment(say("m"), say("n"), edges=("t>m", "m>n")), "n", None),
    ("private_reply_one_message", "warning", comment(say("n", "x" * 2001), edges=("t>n",)), "n", None),
    ("keyword_clash", "warning", by("keyword", keywords=["price"]), "n", None),
    ("both_choices", "warning", graph([T, say("n", quickReplies=QUICK, buttons=[{"id": "b", "title": "B"}])], "t>n"),
     "n", "buttons"),
    ("long_title", "warning", graph([T, say("n", quickReplies=[{"id": "a", "title": "x" * 21}])], "t>n"), "n",
     "quickReplies.0.title"),
    ("media_type", "warning", one("messageNode", attachments=[{"type": "audio", "url": "https://x.example/a.mp3"}]),
     "n", "attachments.0.url"),
    ("one_split", "warning", one("randomizerNode", splits=[{"id": "a"}]), "n", "splits"),
    ("variable_maybe_unset", "info",
     graph([T, node("c", "conditionNode", keyword="x"), node("v", "questionNode", content="?", saveTo="size"),
            say("n", "{{size}}")], "t>c", "c.true>v", "v.answered>n", "c.false>n"), "n", "content"),
    ("split_text", "info", graph([T, say("n", "x " * 600)], "t>n"), "n", "content"),
    ("trigger_clash", "info", graph([T, trigger("n")]), "n", None),
    ("unconnected_exit", "info", one("conditionNode", keyword="x"), "n", None),
]  # fmt: skip

MALFORMED: list[tuple[str, Any, str | None, str | None]] = [
    ("wrong_type", one("messageNode", content=1), "n", "content"),
    ("unknown_type", one("moonNode"), "n", "type"),
    ("unknown_type", act("fly"), "n", "action"),
    ("unknown_value", one("delayNode", amount=1, unit="weeks"), "n", "unit"),
    ("over_limit", one("messageNode", content="x" * 10_001), "n", "content"),
    ("over_limit", one("messageNode", content="x", quickReplies=[{"id": f"{i}", "title": "x"} for i in range(14)]), "n",
     "quickReplies"),
    ("over_limit", one("messageNode", content="x", buttons=[{"id": f"{i}", "title": "x"} for i in range(4)]), "n",
     "buttons"),
    ("over_limit", one("messageNode", cards=[{"title": "x", "subtitle": "y"}] * 11), "n", "cards"),
    ("bad_value", one("messageNode", content="x", quickReplies=[{"id": "\x00", "title": "x"}]), "n", None),
    ("duplicate_id", graph([say("n"), say("n")]), "n", None),
    ("duplicate_exit", one("messageNode", content="x", quickReplies=[QUICK[0], QUICK[0]]), "n", None),
    ("dangling_edge", graph([T], "t>gone"), "t", "edges.0.target"),
    ("unknown_exit", graph([T, say("n")], "t.up>n"), "t", "edges.0.sourceHandle"),
    ("exit_taken", graph([T, say("n"), say("m")], "t>n", "t>m"), "t", "edges.1"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "severity", "data", "node_id", "field"), FOUND)
def test_each_is_found_where_it_is(
    code: str, severity: str, data: dict[str, Any], node_id: str | None, field: str | None
) -> None:
    issues = [each for each in validate_flow(data, OTHERS, known=KNOWN) if each.code == code]
    assert {(each.severity, each.node_id, each.field, each.malformed) for each in issues} == {
        (severity, node_id, field, False)
    }
    assert all(each.message.endswith(".") and (each.hint or "").endswith((".", "}}.")) for each in issues)


@pytest.mark.parametrize(("code", "data", "node_id", "field"), MALFORMED)
def test_what_cannot_be_stored(code: str, data: Any, node_id: str | None, field: str | None) -> None:
    (issue,) = validate_flow(data, OTHERS, known=KNOWN)
    assert (issue.code, issue.severity, issue.malformed, issue.node_id) == (code, "error", True, node_id)
    assert field is None or issue.field == field


def table() -> dict[str, str]:
    """The severity of each code in the docstring; that of malformed ones is empty."""
    rows = re.findall(r"^\| `(\w+)` \|(?: (error|warning|info) \|)?", lint.__doc__ or "", re.MULTILINE)
    assert len(dict(rows)) == len(rows)
    return dict(rows)


def test_the_table_has_every_code_that_a_flow_here_makes() -> None:
    shown = {code: severity for code, severity, *_ in FOUND} | {code: "" for code, *_ in MALFORMED}
    assert table() == shown


def test_the_table_has_every_code_in_the_source() -> None:
    root = Path(instantchat.__file__).parent
    sources = [path.read_text() for name in ("engine", "nodes", "triggers") for path in (root / name).rglob("*.py")]
    written = {code for source in sources for code in re.findall(r'\b(?:Issue|malformed)\(\s*"(\w+)"', source)}
    assert written <= table().keys()
