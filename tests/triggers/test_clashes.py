"""Two active flows that listen to the same thing, as the canvas names it."""

from __future__ import annotations

from typing import Any

import pytest

from instantchat.engine.registry import trigger_types
from instantchat.engine.trigger import Trigger

DUELS: list[tuple[dict[str, Any], dict[str, Any], str | None]] = [
    ({"type": "any_message"}, {"type": "any_message"}, "any message"),
    ({"type": "any_message"}, {"type": "default_reply"}, None),
    (
        {"type": "keyword", "keywords": ["Price"]},
        {"type": "keyword", "keywords": ["x", "price"]},
        "the keyword “price”",
    ),
    ({"type": "keyword", "keywords": ["a"]}, {"type": "keyword", "match": "exact", "keywords": ["a"]}, None),
    ({"type": "default_reply"}, {"type": "default_reply", "every": "day"}, "messages that no other flow takes"),
    ({"type": "first_message"}, {"type": "first_message"}, "first messages"),
    ({"type": "shared_post"}, {"type": "shared_post"}, "shared posts"),
    ({"type": "story_mention"}, {"type": "story_mention"}, "story mentions"),
    ({"type": "comment"}, {"type": "comment"}, "any comment"),
    ({"type": "comment"}, {"type": "comment", "keywords": ["a"]}, None),
    (
        {"type": "comment", "keywords": ["Link"]},
        {"type": "comment", "keywords": ["link"]},
        "the keyword “link” in a comment",
    ),
    ({"type": "comment", "mediaIds": ["1"]}, {"type": "comment", "mediaIds": ["2"]}, None),
    ({"type": "comment", "mediaIds": ["1", "2"]}, {"type": "comment", "mediaIds": ["2 "]}, "any comment"),
    ({"type": "comment", "mediaIds": ["1"]}, {"type": "comment"}, "any comment"),
    ({"type": "comment"}, {"type": "live_comment"}, None),
    ({"type": "live_comment"}, {"type": "live_comment"}, "any live comment"),
    ({"type": "story_reply"}, {"type": "story_reply"}, "any story reply"),
    ({"type": "story_reply", "keywords": ["a"]}, {"type": "live_comment", "keywords": ["a"]}, None),
    ({"type": "postback", "payloads": ["A", "B"]}, {"type": "postback", "payloads": ["B "]}, "the payload “B”"),
    ({"type": "postback", "payloads": ["B"]}, {"type": "ice_breaker", "payloads": ["B"]}, "the payload “B”"),
    ({"type": "postback", "payloads": ["B"]}, {"type": "postback", "payloads": ["b"]}, None),
    ({"type": "postback"}, {"type": "postback"}, None),
    ({"type": "referral"}, {"type": "referral", "source": "ad"}, "any link or ad"),
    ({"type": "referral", "source": "link"}, {"type": "referral", "source": "ad"}, None),
    ({"type": "referral", "refs": ["A"]}, {"type": "referral", "refs": ["a"], "source": "ad"}, "the ref “a”"),
    ({"type": "referral", "refs": ["a"]}, {"type": "referral"}, None),
    ({"type": "reaction"}, {"type": "reaction"}, "any reaction"),
    ({"type": "reaction", "emojis": ["❤️"]}, {"type": "reaction", "emojis": ["🔥", "❤"]}, "the reaction ❤"),
    ({"type": "reaction", "emojis": ["🔥"]}, {"type": "reaction"}, None),
    ({"type": "contact_changed", "tag": "VIP"}, {"type": "contact_changed", "tag": "vip"}, "changes of “VIP”"),
    (
        {"type": "contact_changed", "tag": "vip"},
        {"type": "contact_changed", "tag": "vip", "when": "both"},
        "changes of “vip”",
    ),
    ({"type": "contact_changed", "tag": "vip"}, {"type": "contact_changed", "tag": "vip", "when": "removed"}, None),
    ({"type": "contact_changed", "tag": "email"}, {"type": "contact_changed", "field": "email"}, None),
    ({"type": "contact_changed"}, {"type": "contact_changed"}, None),
    ({"type": "schedule", "cron": "0 9 * * 1"}, {"type": "schedule", "cron": "0 9 * * 1"}, None),
    ({"type": "api"}, {"type": "api"}, None),
]


@pytest.mark.parametrize(("ours", "theirs", "phrase"), DUELS)
def test_what_both_listen_to(ours: dict[str, Any], theirs: dict[str, Any], phrase: str | None) -> None:
    assert read(ours).clash(read(theirs)) == phrase
    assert (read(theirs).clash(read(ours)) is None) == (phrase is None)


def read(data: dict[str, Any]) -> Trigger:
    trigger, issues = trigger_types()[data["type"]].parse(data)
    assert trigger is not None, issues
    return trigger
