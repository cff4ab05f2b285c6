from __future__ import annotations

import json

from instantchat.engine.node import Node
from instantchat.engine.registry import node_schemas, node_types
from instantchat.kit.discovery import find_classes


def schema(type_name: str) -> dict:
    return next(each for each in node_schemas() if each["type"] == type_name)


class TestNodeSchemas:
    def test_are_json(self) -> None:
        assert json.loads(json.dumps(node_schemas())) == node_schemas()

    def test_cover_every_type_once(self) -> None:
        assert sorted(each["type"] for each in node_schemas()) == sorted(node_types())

    def test_fields_say_all_a_form_needs(self) -> None:
        content = schema("messageNode")["fields"][0]
        assert content == {
            "name": "content",
            "label": "Text",
            "help": "",
            "kind": "multiline",
            "required": False,
            "templated": True,
            "secret": False,
            "default": "",
            "limits": {"maxLength": 10000, "partBytes": 1000},
        }

    def test_list_fields_describe_their_items(self) -> None:
        fields = {each["name"]: each for each in schema("messageNode")["fields"]}
        assert fields["buttons"]["kind"] == "buttons"
        assert fields["buttons"]["limits"] == {"maxItems": 3}
        url = fields["buttons"]["item"]["fields"][3]
        assert (url["name"], url["show"], url["required"]) == ("url", {"type": ["web_url"]}, True)

    def test_exits_are_static_or_from_a_field(self) -> None:
        assert schema("messageNode")["exits"] == [
            {"id": "next", "label": "Next"},
            {"fromField": "quickReplies", "id": "id", "label": "title", "where": {}},
            {"fromField": "buttons", "id": "id", "label": "title", "where": {"type": "postback"}},
            {"fromField": "cards.buttons", "id": "id", "label": "title", "where": {"type": "postback"}},
        ]
        assert [each["id"] for each in schema("conditionNode")["exits"]] == ["true", "false"]
        assert schema("noteNode")["exits"] == []

    def test_actions_have_their_own_fields_and_exits(self) -> None:
        action = schema("actionNode")
        assert action["discriminator"] == "action"
        variants = {each["name"]: each for each in action["variants"]}
        assert set(variants) == {
            "tag_customer", "untag_customer", "set_variable", "set_field", "api_call", "assign", "handoff", "add_note",
            "notify", "reply_to_comment", "react", "start_flow", "stop",
        }  # fmt: skip
        assert {name for name, each in variants.items() if [exit["id"] for exit in each["exits"]] != ["next"]} == {
            "api_call"
        }
        assert [each["id"] for each in variants["api_call"]["exits"]] == ["next", "error"]
        headers = next(each for each in variants["api_call"]["fields"] if each["name"] == "headers")
        assert (headers["kind"], headers["secret"], headers["templated"]) == ("headers", True, True)

    def test_fields_say_what_of_the_workspace_they_name(self) -> None:
        found = {
            (each["name"], field["name"], field["ref"])
            for each in schema("actionNode")["variants"]
            for field in each["fields"]
            if "ref" in field
        }
        assert found == {
            ("tag_customer", "tag", "tag"), ("untag_customer", "tag", "tag"), ("set_variable", "variable", "variable"),
            ("api_call", "saveAs", "variable"), ("set_field", "field", "field"), ("assign", "memberId", "member"),
            ("notify", "memberId", "member"), ("start_flow", "flow", "flow"),
        }  # fmt: skip

    def test_triggers_are_variants_of_the_triggers_field(self) -> None:
        (triggers,) = schema("triggerNode")["fields"]
        assert {each["name"] for each in triggers["variants"]} >= {"keyword", "any_message"}
        keyword = next(each for each in triggers["variants"] if each["name"] == "keyword")
        assert keyword["fields"][0]["options"][0] == {"value": "contains", "label": "Anywhere in it"}


def test_discovery_finds_classes_where_they_are_defined_once() -> None:
    found = find_classes("instantchat.nodes", Node)
    assert len(found) == len(set(found))
    assert {cls.__module__.rpartition(".")[2] for cls in found} >= {"message", "tag_customer"}
    assert Node not in found
