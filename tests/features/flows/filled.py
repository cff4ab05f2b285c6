"""One node or trigger of every type with every field filled in, legally."""

from __future__ import annotations

from typing import Any

from instantchat.engine.registry import node_types, node_variants, trigger_types

Json = dict[str, Any]
BUTTON = {"id": "go", "title": "Go on", "type": "postback", "url": "https://x.example"}
RULE = {"field": "contact.tags", "op": "contains", "value": "vip"}

NODES: dict[str, Json] = {
    "messageNode": {
        "content": "Hello",
        "attachments": [{"type": "image", "url": "https://x.example/a.png"}],
        "quickReplies": [{"id": "yes", "title": "Yes"}],
        "buttons": [BUTTON],
        "cards": [
            {
                "title": "Lamp",
                "subtitle": "Round",
                "imageUrl": "https://x.example/b.png",
                "url": "https://x.example",
                "buttons": [{**BUTTON, "id": "more"}],
            }
        ],
        "typingSeconds": 2,
    },
    "questionNode": {
        "content": "Which?",
        "answer": {
            "type": "choice",
            "region": "ES",
            "min": 1,
            "max": 5,
            "order": "dmy",
            "options": [{"id": "a", "title": "A"}],
            "pattern": "x",
        },
        "saveTo": "answer",
        "retries": 1,
        "retryMessage": "Again, please",
        "timeoutMinutes": 60,
    },
    "conditionNode": {"keyword": "price", "match": "all", "rules": [RULE]},
    "delayNode": {
        "amount": 2,
        "unit": "hours",
        "until": {"time": "09:00", "weekdays": ["mon"], "timezone": "Europe/Madrid"},
    },
    "randomizerNode": {"splits": [{"id": "a", "title": "A", "weight": 1}], "sticky": True},
    "subflowNode": {"flow": "Welcome"},
    "aiNode": {
        "instructions": "Sort it",
        "choices": [{"id": "sales", "title": "Sales", "when": "They ask for prices."}],
        "saveAs": "topic",
        "model": "small",
        "maxTokens": 20,
    },
    "noteNode": {"text": "To do"},
}
ACTIONS: dict[str, Json] = {
    "tag_customer": {"tag": "lead"},
    "untag_customer": {"tag": "lead"},
    "set_variable": {"variable": "size", "value": "L"},
    "set_field": {"field": "city", "value": "Lugo"},
    "api_call": {
        "endpoint": "https://x.example",
        "method": "POST",
        "headers": {"X-Key": "abc"},
        "body": {"a": "b"},
        "saveAs": "answer",
        "timeoutSeconds": 5,
    },
    "assign": {"memberId": "ada@example.com"},
    "handoff": {"note": "Please"},
    "add_note": {"text": "Asked"},
    "notify": {"text": "Look", "memberId": "ada@example.com"},
    "reply_to_comment": {"content": "Thanks!"},
    "react": {"emoji": "love"},
    "start_flow": {"flow": "Welcome"},
    "stop": {},
}
TRIGGERS: dict[str, Json] = {
    "keyword": {"match": "contains", "keywords": ["price"], "exclude": ["list"]},
    "any_message": {},
    "default_reply": {"every": "day"},
    "first_message": {},
    "comment": {"keywords": ["link"], "mediaIds": ["1789"], "includeReplies": True},
    "live_comment": {"keywords": ["me"]},
    "story_reply": {"keywords": ["link"]},
    "story_mention": {},
    "shared_post": {},
    "postback": {"payloads": ["MENU"]},
    "ice_breaker": {"payloads": ["ICE"]},
    "referral": {"refs": ["summer"], "source": "link"},
    "reaction": {"emojis": ["🔥"]},
    "contact_changed": {"tag": "vip", "when": "added", "field": "city"},
    "schedule": {"cron": "0 9 * * 1", "timezone": "Europe/Madrid", "segment": [RULE]},
    "api": {},
}


def filled() -> dict[str, tuple[str, Json, str, list[Json]]]:
    """By name: the node type, its data, where in it the fields are (`triggers.0.`), and their form schemas."""
    kinds: dict[str, tuple[str, Json, str, list[Json]]] = {}
    for name, data in NODES.items():
        kinds[name] = (name, data, "", node_types()[name].describe()["fields"])
    for name, data in ACTIONS.items():
        fields = node_variants("actionNode")[name].describe()["fields"]
        kinds[f"actionNode {name}"] = ("actionNode", {"action": name, **data}, "", fields)
    for name, data in TRIGGERS.items():
        fields = trigger_types()[name].describe()["fields"]
        kinds[f"triggerNode {name}"] = ("triggerNode", {"triggers": [{"type": name, **data}]}, "triggers.0.", fields)
    kinds["triggerNode"] = ("triggerNode", {"triggers": []}, "", node_types()["triggerNode"].describe()["fields"])
    return kinds
