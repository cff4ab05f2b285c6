"""What flows hear of the events that Meta's deliveries become."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from instantchat.channels.instagram.webhook import parse_delivery
from instantchat.engine.context import InboundMessage
from instantchat.runtime.heard import inbound_message
from instantchat.runtime.intake import event_payload

AT = dt.datetime(2026, 5, 4, 12, 0, tzinfo=dt.UTC)
ACCOUNT = "17841400000000001"


def heard(entry: dict[str, Any]) -> InboundMessage | None:
    """The one event of a delivery with this entry, through intake's eyes."""
    body = json.dumps({"object": "instagram", "entry": [{"id": ACCOUNT, "time": 1777896000000, **entry}]}).encode()
    [event] = parse_delivery(body, received_at=AT)
    return inbound_message(event.kind, event_payload(event), "evt_1", AT)


def direct(**item: Any) -> dict[str, Any]:
    return {"messaging": [{"sender": {"id": "7001"}, "recipient": {"id": ACCOUNT}, "timestamp": 1777896000000, **item}]}


def change(field: str, **value: Any) -> dict[str, Any]:
    return {"changes": [{"field": field, "value": value}]}


COMMENT = {
    "id": "c1",
    "text": "price?",
    "from": {"id": "7001", "username": "ada"},
    "media": {"id": "m1", "media_product_type": "FEED"},
}


@pytest.mark.parametrize(
    ("entry", "kind", "refs"),
    [
        (direct(message={"mid": "a", "text": "hi"}), "message", {"mid": "a"}),
        (
            direct(message={"mid": "a", "text": "hi", "referral": {"ref": "x", "ad_id": 12, "source": "ADS"}}),
            "message",
            {"mid": "a", "ref": "x", "referralSource": "ad", "adId": "12"},
        ),
        (direct(message={"mid": "a", "text": "hi", "referral": {"product": {"id": "9"}}}), "message", {"mid": "a"}),
        (
            direct(message={"mid": "a", "text": "wow", "reply_to": {"story": {"id": "s1", "url": "https://s"}}}),
            "story_reply",
            {"mid": "a", "storyId": "s1", "storyUrl": "https://s"},
        ),
        (
            direct(message={"mid": "a", "attachments": [{"type": "story_mention", "payload": {"url": "https://s"}}]}),
            "story_mention",
            {"mid": "a", "storyUrl": "https://s"},
        ),
        (
            direct(postback={"title": "Start", "payload": "GO", "referral": {"ref": "qr", "source": "SHORTLINK"}}),
            "postback",
            {"ref": "qr", "referralSource": "link"},
        ),
        (direct(reaction={"mid": "b", "action": "react", "reaction": "love"}), "reaction", {"mid": "b"}),
        (
            direct(referral={"ref": "summer", "type": "OPEN_THREAD"}),
            "referral",
            {"ref": "summer", "referralSource": "link"},
        ),
        (
            change("comments", **COMMENT, parent_id="c0"),
            "comment",
            {"commentId": "c1", "mediaId": "m1", "mediaKind": "FEED", "parentId": "c0", "username": "ada"},
        ),
        (
            change("live_comments", **COMMENT),
            "live_comment",
            {"commentId": "c1", "mediaId": "m1", "mediaKind": "FEED", "username": "ada"},
        ),
    ],
)
def test_kind_and_refs(entry: dict[str, Any], kind: str, refs: dict[str, Any]) -> None:
    found = heard(entry)
    assert found is not None
    assert (found.event_id, found.at, found.kind, found.refs) == ("evt_1", AT, kind, refs)


def test_texts_payloads_and_attachments() -> None:
    tap = heard(direct(message={"mid": "a", "text": "Yes", "quick_reply": {"payload": "P"}}))
    love = heard(direct(reaction={"mid": "b", "action": "react", "reaction": "love", "emoji": "❤️"}))
    image = heard(direct(message={"mid": "c", "attachments": [{"type": "image", "payload": {"url": "https://i"}}]}))
    assert tap is not None and (tap.text, tap.payload) == ("Yes", "P")
    assert love is not None and (love.text, love.payload) == (None, "❤️")
    assert image is not None and [each["url"] for each in image.attachments] == ["https://i"]


@pytest.mark.parametrize(
    "entry",
    [
        direct(reaction={"mid": "b", "action": "unreact"}),
        direct(message={"mid": "a", "text": "mine", "is_echo": True}),
        direct(message={"mid": "a", "is_deleted": True}),
        direct(read={"mid": "a"}),
        {"standby": direct(message={"mid": "a", "text": "hi"})["messaging"]},
        change("comments", id="c1", text="mine", **{"from": {"id": ACCOUNT}}),
        direct(message={"mid": "random_mid", "text": "test"}),
    ],
)
def test_what_flows_do_not_hear(entry: dict[str, Any]) -> None:
    assert heard(entry) is None
