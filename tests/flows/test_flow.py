"""Flows written in Python are the JSON they should be, and say what is wrong where it is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from instantchat.engine.registry import node_types, node_variants
from instantchat.flows import Flow, FlowError, any_message, choice, email, keyword, number, phone, regex, trigger


def ways(flow: Flow) -> list[str]:
    return [f"{edge['source']}.{edge['sourceHandle']}>{edge['target']}" for edge in flow.to_json()["edges"]]


def data_of(flow: Flow, node_id: str) -> dict[str, Any]:
    return next(node["data"] for node in flow.to_json()["nodes"] if node["id"] == node_id)


class TestAFlow:
    def test_is_the_json_that_import_takes(self) -> None:
        flow = Flow("Prices", category="Sales", priority=3, reentry="once").on(keyword("price", "cost")).say("10 €")
        assert flow.to_json() == {
            "formatVersion": 1,
            "name": "Prices",
            "category": "Sales",
            "priority": 3,
            "reentry": {"mode": "once"},
            "nodes": [
                {
                    "id": "trigger_1",
                    "type": "triggerNode",
                    "position": {"x": 120, "y": 160},
                    "data": {"triggers": [{"type": "keyword", "keywords": ["price", "cost"]}]},
                },
                {
                    "id": "message_1",
                    "type": "messageNode",
                    "position": {"x": 460, "y": 160},
                    "data": {"content": "10 €"},
                },
            ],
            "edges": [{"id": "trigger_1:next", "source": "trigger_1", "sourceHandle": "next", "target": "message_1"}],
            "viewport": {"x": 0, "y": 0, "zoom": 1},
        }
        assert [issue for issue in flow.validate() if issue.severity != "info"] == []

    def test_names_its_steps_by_kind_and_number_unless_told(self) -> None:
        flow = Flow("x").on(any_message()).say("a").tag("vip").say("b", id="last").say("c").tag("x")
        ids = [node["id"] for node in flow.to_json()["nodes"]]
        assert ids == ["trigger_1", "message_1", "tag_customer_1", "last", "message_2", "tag_customer_2"]

    def test_branches_by_cases_joins_and_loops_by_goto(self) -> None:
        flow = (
            Flow("Menu")
            .on(keyword("menu"))
            .say("Small or large?", id="menu", quick_replies=["Small", "Large"])
            .case("Small", "small")
            .case("large", "large")
            .say("I did not get that.")
            .goto("menu")
            .step("small")
            .say("10 €")
            .goto("thanks")
            .step("large")
            .say("20 €")
            .say("Thanks!", id="thanks")
        )
        assert data_of(flow, "menu")["quickReplies"] == [
            {"id": "small", "title": "Small"},
            {"id": "large", "title": "Large"},
        ]
        assert ways(flow) == [
            "trigger_1.next>menu",
            "menu.small>small",
            "menu.large>large",
            "menu.next>message_1",
            "message_1.next>menu",
            "small.next>thanks",
            "large.next>thanks",
        ]
        assert [issue.code for issue in flow.validate() if issue.severity != "info"] == []

    def test_has_as_many_triggers_as_it_wants(self) -> None:
        flow = Flow("x").on(keyword("a"), any_message()).say("hi", id="hi").on(keyword("b")).goto("hi")
        assert ways(flow) == ["trigger_1.next>hi", "trigger_2.next>hi"]

    def test_notes_are_beside_the_way(self) -> None:
        flow = Flow("x").note("first").on(any_message()).say("a").note("Prices change in May").say("b")
        assert ways(flow) == ["trigger_1.next>message_1", "message_1.next>message_2"]

    def test_field_names_are_those_of_python_inside_lists_too(self) -> None:
        flow = Flow("x").say("a", typing_seconds=2, attachments=[{"type": "image", "url": "https://x.example/a.png"}])
        assert data_of(flow, "message_1")["typingSeconds"] == 2
        call = Flow("x").call("https://x.example", save_as="stock", headers={"X_Key": "1"})
        assert data_of(call, "api_call_1") == {
            "action": "api_call",
            "endpoint": "https://x.example",
            "saveAs": "stock",
            "headers": {"X_Key": "1"},
        }

    def test_any_type_can_be_named(self) -> None:
        flow = Flow("x").node("messageNode", content="a").do("tag_customer", tag="b").node("delayNode", amount=1)
        assert [node["type"] for node in flow.to_json()["nodes"]] == ["messageNode", "actionNode", "delayNode"]

    def test_is_saved_and_loaded(self, tmp_path: Path) -> None:
        flow = Flow("Grüße").on(any_message()).say("Schön, dass du da bist")
        flow.save(tmp_path / "hello.json")
        text = (tmp_path / "hello.json").read_text(encoding="utf-8")
        assert "Schön" in text and text.endswith("}\n") and json.loads(text) == flow.to_json()
        assert Flow.load(tmp_path / "hello.json") == flow

    def test_a_flow_that_was_read_can_go_on(self) -> None:
        flow = Flow.from_json(Flow("x").say("a?", quick_replies=["Yes"]).say("b").to_json())
        flow.at("message_1").case("Yes", "yes").step("yes").say("c").at("message_2").goto("yes")
        assert ways(flow) == ["message_1.next>message_2", "message_1.yes>yes", "message_2.next>yes"]

    def test_what_it_gives_can_be_changed_without_changing_it(self) -> None:
        flow = Flow("x").say("a")
        flow.to_json()["nodes"][0]["data"]["content"] = "b"
        assert data_of(flow, "message_1") == {"content": "a"}


# What each step is in JSON (DESIGN section 5); a type that is not here yet is refused by its name.
SUGAR: list[tuple[str, Flow | Any, str, dict[str, Any]]] = [
    ("say", lambda f: f.say("a", buttons=["Buy", ("Shop", "https://x.example")]), "messageNode",
     {"content": "a", "buttons": [
         {"id": "buy", "title": "Buy"},
         {"id": "shop", "title": "Shop", "type": "web_url", "url": "https://x.example"}]}),
    ("ask", lambda f: f.ask("Your e-mail?", save_to="email", answer=email(), retries=2), "questionNode",
     {"content": "Your e-mail?", "saveTo": "email", "answer": {"type": "email"}, "retries": 2}),
    ("ask number", lambda f: f.ask("How many?", save_to="n", answer=number(1, 9)), "questionNode",
     {"content": "How many?", "saveTo": "n", "answer": {"type": "number", "min": 1, "max": 9}}),
    ("ask choice", lambda f: f.ask("Size?", save_to="s", answer=choice("S", "L")), "questionNode",
     {"content": "Size?", "saveTo": "s", "answer": {
         "type": "choice", "options": [{"id": "s", "title": "S"}, {"id": "l", "title": "L"}]}}),
    ("ask regex", lambda f: f.ask("Order?", save_to="o", answer=regex("#[0-9]+")), "questionNode",
     {"content": "Order?", "saveTo": "o", "answer": {"type": "regex", "pattern": "#[0-9]+"}}),
    ("ask phone", lambda f: f.ask("Phone?", save_to="p", answer=phone(), timeout_minutes=5), "questionNode",
     {"content": "Phone?", "saveTo": "p", "answer": {"type": "phone"}, "timeoutMinutes": 5}),
    ("when", lambda f: f.when("contact.tags", "contains", "vip"), "conditionNode",
     {"match": "all", "rules": [{"field": "contact.tags", "op": "contains", "value": "vip"}]}),
    ("when it exists", lambda f: f.when("variables.size", "exists"), "conditionNode",
     {"match": "all", "rules": [{"field": "variables.size", "op": "exists"}]}),
    ("when any", lambda f: f.when_any(("a", "exists"), ("b", "equals", 1)), "conditionNode",
     {"match": "any", "rules": [{"field": "a", "op": "exists"}, {"field": "b", "op": "equals", "value": 1}]}),
    ("when said", lambda f: f.when_said("price"), "conditionNode", {"keyword": "price"}),
    ("wait", lambda f: f.wait(minutes=10), "delayNode", {"amount": 10, "unit": "minutes"}),
    ("wait until", lambda f: f.wait_until("09:00", weekdays=["mon"], timezone="Europe/Madrid"), "delayNode",
     {"until": {"time": "09:00", "weekdays": ["mon"], "timezone": "Europe/Madrid"}}),
    ("split", lambda f: f.split({"a": 70, "b": 30}, sticky=True), "randomizerNode",
     {"splits": [{"id": "a", "weight": 70}, {"id": "b", "weight": 30}], "sticky": True}),
    ("ai", lambda f: f.ai("Be brief.", choices=["Sales", "Support"], save_as="reply"), "aiNode",
     {"instructions": "Be brief.", "saveAs": "reply",
      "choices": [{"id": "sales", "title": "Sales"}, {"id": "support", "title": "Support"}]}),
    ("run", lambda f: f.run("Prices"), "subflowNode", {"flow": "Prices"}),
    ("start", lambda f: f.start("Prices"), "actionNode", {"action": "start_flow", "flow": "Prices"}),
    ("tag", lambda f: f.tag("vip"), "actionNode", {"action": "tag_customer", "tag": "vip"}),
    ("untag", lambda f: f.untag("vip"), "actionNode", {"action": "untag_customer", "tag": "vip"}),
    ("set", lambda f: f.set("size", 4), "actionNode", {"action": "set_variable", "variable": "size", "value": 4}),
    ("set field", lambda f: f.set_field("email", "{{email}}"), "actionNode",
     {"action": "set_field", "field": "email", "value": "{{email}}"}),
    ("call", lambda f: f.call("https://x.example", method="POST", body={"a": [1]}), "actionNode",
     {"action": "api_call", "endpoint": "https://x.example", "method": "POST", "body": {"a": [1]}}),
    ("hand off", lambda f: f.hand_off("Wants a refund"), "actionNode", {"action": "handoff", "note": "Wants a refund"}),
    ("stop", lambda f: f.stop(), "actionNode", {"action": "stop"}),
    ("note", lambda f: f.note("Prices change in May."), "noteNode", {"text": "Prices change in May."}),
]  # fmt: skip


@pytest.mark.parametrize(("step", "type_name", "data"), [pytest.param(*row[1:], id=row[0]) for row in SUGAR])
def test_a_step_is_this_json(step: Any, type_name: str, data: dict[str, Any]) -> None:
    is_known = type_name in node_types() and data.get("action") in {None, *node_variants("actionNode")}
    if not is_known:
        with pytest.raises(FlowError, match=f"no node type '{type_name}'|action '{data.get('action')}'"):
            step(Flow("x"))
        return
    (made,) = step(Flow("x")).to_json()["nodes"]
    assert (made["type"], made["data"]) == (type_name, data)


class TestMistakes:
    @pytest.mark.parametrize(
        ("write", "message"),
        [
            (lambda f: f.node("moonNode"), "There is no node type 'moonNode'; there are "),
            (lambda f: f.do("fly"), "There is no action 'fly'; there are "),
            (lambda f: f.say("a", typing_second=1), "has no field 'typing_second'; .* Did you mean 'typing_seconds'?"),
            (lambda f: f.say("a", attachments=[{"kind": "image"}]), "A part of Message .* has no field 'kind'"),
            (lambda f: f.say("a", quick_replies=[5]), "A choice is a title, or a title and an address; 5 is neither"),
            (lambda f: f.at("z"), "There is no step 'z'"),
            (lambda f: Flow.from_json(Flow("y").say("a").to_json()).say("b"), "Nothing leads to 'message_2'"),
            (lambda f: f.say(5), "The step 'message_1' cannot be made: content: "),
            (lambda f: f.wait(minutes=-1), "The step 'delay_1' cannot be made: amount: "),
            (lambda f: f.on({"type": "moon"}), "There is no trigger type 'moon'"),
            (lambda f: f.on(trigger("moon")), "There is no trigger type 'moon'; there are any_message, "),
            (lambda f: f.on(keyword("a", match="sounds")), "The trigger 'keyword' cannot be made: match: "),
            (lambda f: f.on(trigger("keyword", words=[])), "The trigger 'keyword' has no field 'words'"),
            (lambda f: f.say("a", id="m").say("b", id="m"), "There is a step 'm' already."),
            (lambda f: f.say("a", id="m").step("m"), "There is a step 'm' already."),
            (lambda f: f.say("a", id=""), "needs an `id`"),
            (lambda f: f.case("next", "a"), r"case\(\) comes after the step"),
            (lambda f: f.say("a").case("No", "b"), r"'message_1' has no exit 'No'; it has next \(Next\)"),
            (lambda f: f.say("a").case("next", "b").say("c"), "Nothing leads to 'message_2'"),
            (lambda f: f.say("a").case("next", "b").case("Next", "c"), "The exit 'next' of 'message_1' leads to 'b'"),
            (lambda f: f.say("a").goto("b").goto("c"), "Nothing comes here that could go to 'c'"),
            (lambda f: f.say("a").goto("b").say("c"), "Nothing leads to 'message_2'. Begin a new way"),
            (lambda f: f.step("a").step("b"), r"No step was written after step\('a'\)"),
            (lambda f: f.step("a").say("x", id="b"), "This step has two names"),
            (lambda f: f.say("a").step("b").to_json(), r"No step was written after step\('b'\)"),
            (lambda f: f.say("a").goto("z").to_json(), "'message_1' leads by 'next' to 'z', but"),
            (lambda f: Flow(""), "A flow needs a name"),
            (lambda f: Flow("x", priority="high"), "priority is a whole number"),
            (lambda f: Flow("x", reentry="sometimes"), "reentry is always"),
            (lambda f: Flow("x", reentry={"mode": "every"}), "reentry every needs hours"),
            (lambda f: Flow.from_json([]), "A flow must be a JSON object"),
            (lambda f: Flow.from_json({"formatVersion": 9}), "reads flows of format 1, not 9"),
            (lambda f: Flow.from_json({"edges": [{"source": "a", "target": "b"}]}), "is no node of this flow"),
        ],
    )  # fmt: skip
    def test_are_told_where_they_are_made(self, write: Any, message: str) -> None:
        with pytest.raises(FlowError, match=message):
            write(Flow("x"))

    def test_carry_the_engines_issues(self) -> None:
        with pytest.raises(FlowError) as raised:
            Flow("x").say("a", quick_replies=[{"id": "x" * 101, "title": "b"}])
        assert [(issue.code, issue.field) for issue in raised.value.issues] == [("over_limit", "quickReplies.0.id")]

    def test_what_is_only_unfinished_is_for_validate(self) -> None:
        codes = {(issue.code, issue.node_id) for issue in Flow("x").on(keyword()).say("").validate()}
        assert {("required", "trigger_1"), ("required", "message_1")} <= codes

    def test_a_file_that_is_no_flow(self, tmp_path: Path) -> None:
        (tmp_path / "x.json").write_text("{")
        with pytest.raises(FlowError, match=r"x\.json is not JSON"):
            Flow.load(tmp_path / "x.json")
