"""Every row of instagram-payloads.md as a body, beside what it must be read as: (kind, contact, direction) each."""

from __future__ import annotations

import json
from typing import Any

IG = "17841400000000001"
CUSTOMER = "1234567890123456"
AT_MS = 1_716_400_000_000
AT_S = 1_716_400_000
Json = dict[str, Any]
Read = tuple[str, str | None, str]

IN = ("message", CUSTOMER, "in")
ECHO = ("echo", CUSTOMER, "echo")
OTHER = ("other", None, "in")


def delivery(*entries: Any, about: str = "instagram") -> bytes:
    """A body around entries."""
    return json.dumps({"object": about, "entry": list(entries)}).encode()


def item(**event: Any) -> Json:
    """A messaging item from the customer to the account."""
    return {"sender": {"id": CUSTOMER}, "recipient": {"id": IG}, "timestamp": AT_MS, **event}


def own(**event: Any) -> Json:
    """A messaging item from the account to the customer."""
    return {"sender": {"id": IG}, "recipient": {"id": CUSTOMER}, "timestamp": AT_MS, **event}


def messaging(*items: Any) -> bytes:
    """A delivery with these messaging items."""
    return delivery({"id": IG, "time": AT_MS, "messaging": list(items)})


def change(field: str, value: Any, ig: str = IG) -> bytes:
    """A delivery with one change."""
    return delivery({"id": ig, "time": AT_S, "changes": [{"field": field, "value": value}]})


def attached(kind: str, **payload: Any) -> bytes:
    """A message with one attachment."""
    return messaging(item(message={"mid": "m", "attachments": [{"type": kind, "payload": payload}]}))


_COMMENT = {
    "id": "17900000000000001",
    "text": "price?",
    "from": {"id": CUSTOMER, "username": "ana"},
    "media": {"id": "178", "media_product_type": "FEED"},
}
_LINK = "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1&signature=x"

ROWS: dict[str, tuple[bytes, list[Read]]] = {
    "A1": (messaging(item(message={"mid": "m", "text": "hi"})), [IN]),
    "A2": (attached("image", url=_LINK), [IN]),
    "A2 several": (
        messaging(item(message={"mid": "m", "attachments": [{"type": "image", "payload": {"url": _LINK}}] * 2})),
        [IN],
    ),
    "A3": (messaging(item(message={"mid": "m", "attachments": [{"type": "like_heart"}]})), [IN]),
    "A4": (attached("story_mention", url=_LINK), [IN]),
    "A5": (messaging(own(message={"mid": "m", "is_echo": True, "attachments": [{"type": "story_mention"}]})), [ECHO]),
    "A6": (attached("share", url=_LINK), [IN]),
    "A7": (attached("ig_post", ig_post_media_id="1", title="t", url=_LINK), [IN]),
    "A7 share": (attached("share", ig_post_media_id="1", title="t", url=_LINK), [IN]),
    "A7 both": (
        messaging(
            item(
                message={
                    "mid": "m",
                    "attachments": [
                        {"type": kind, "payload": {"ig_post_media_id": "1", "title": "t", "url": _LINK}}
                        for kind in ("share", "ig_post")
                    ],
                }
            )
        ),
        [IN],
    ),
    "A8": (attached("ig_story", url=_LINK), [IN]),
    "A9": (attached("ig_reel", url=_LINK, title="t", reel_video_id=5), [IN]),
    "A9 reel": (attached("reel", url=_LINK, title="t"), [IN]),
    "A10": (attached("unsupported_type", url=_LINK), [IN]),
    "A11": (messaging(item(message={"mid": "m", "attachments": [{"type": "ephemeral"}]})), [IN]),
    "A12": (messaging(item(message={"mid": "m", "is_unsupported": True})), [IN]),
    "A13": (messaging(item(message={"mid": "m", "is_deleted": True})), [("unsend", CUSTOMER, "in")]),
    "A14": (messaging(own(message={"mid": "m", "is_echo": True, "is_deleted": True})), [("unsend", CUSTOMER, "echo")]),
    "A15": (messaging(own(message={"mid": "m", "text": "hi", "is_echo": True})), [ECHO]),
    "A15 ids not swapped": (messaging(item(message={"mid": "m", "is_echo": True})), [ECHO]),
    "A16": (messaging(own(message={"mid": "m", "is_echo": True, "attachments": [{"type": "template"}]})), [ECHO]),
    "A17": (
        messaging(
            {
                "sender": {"id": IG},
                "recipient": {"id": IG},
                "timestamp": AT_MS,
                "message": {"mid": "m", "is_echo": True, "is_self": True},
            }
        ),
        [("echo", IG, "echo")],
    ),
    "A18": (messaging(item(message={"mid": "m", "text": "x", "reply_to": {"story": {"id": "1", "url": _LINK}}})), [IN]),
    "A19": (messaging(item(message={"mid": "m", "text": "x", "reply_to": {"mid": "m0"}})), [IN]),
    "A20": (messaging(item(message={"mid": "m", "text": "Yes", "quick_reply": {"payload": "yes"}})), [IN]),
    "A21": (messaging(item(message={"mid": "m", "text": "x", "referral": {"product": {"id": "1"}}})), [IN]),
    "A22": (
        messaging(item(message={"mid": "m", "text": "Hi", "referral": {"ref": "r", "ad_id": "1", "source": "ADS"}})),
        [IN],
    ),
    "A22 without text": (
        messaging(
            item(
                message={
                    "mid": "m",
                    "referral": {
                        "ad_id": "1",
                        "source": "ADS",
                        "type": "OPEN_THREAD",
                        "ads_context_data": {"ad_title": "Spring", "photo_url": _LINK},
                    },
                }
            )
        ),
        [IN],
    ),
    "A23": (attached("template", product={"elements": [{"id": "1"}]}), [IN]),
    "A24": (messaging(item(postback={"mid": "m", "title": "Go", "payload": "go"})), [("postback", CUSTOMER, "in")]),
    "A24 without mid": (
        messaging(item(postback={"title": "Go", "payload": "go"})),
        [("postback", CUSTOMER, "in")],
    ),
    "A24 by a link": (
        messaging(item(postback={"mid": "m", "title": "Go", "payload": "go", "referral": {"ref": "r"}})),
        [("postback", CUSTOMER, "in")],
    ),
    "A25": (
        messaging(own(postback={"mid": "m", "title": "Go", "payload": "go"}, is_self=True)),
        [("postback", CUSTOMER, "echo")],
    ),
    "A26": (messaging(item(read={"mid": "m"})), [("read", CUSTOMER, "in")]),
    "A27": (
        messaging(
            item(reaction={"mid": "m", "action": "react", "reaction": "love", "emoji": "❤️"}),
            item(reaction={"mid": "m", "action": "unreact"}),
        ),
        [("reaction", CUSTOMER, "in")] * 2,
    ),
    "A28": (messaging(item(referral={"ref": "spring", "type": "OPEN_THREAD"})), [("referral", CUSTOMER, "in")]),
    "A29": (messaging(item(message_edit={"mid": "m", "text": "new", "num_edit": "1"})), [("edit", CUSTOMER, "in")]),
    "A29 as a number": (
        messaging(item(message_edit={"mid": "m", "text": "new", "num_edit": 1})),
        [("edit", CUSTOMER, "in")],
    ),
    "A29 of nothing": (
        messaging(item(message_edit={"mid": "m", "text": "new", "num_edit": 0})),
        [("edit", CUSTOMER, "in")],
    ),
    "A30": (messaging(item(pass_thread_control={"new_owner_app_id": "1"})), [("handover", CUSTOMER, "in")]),
    "A31": (messaging(item(take_thread_control={"previous_owner_app_id": "1"})), [("handover", CUSTOMER, "in")]),
    "A32": (messaging(item(request_thread_control={"requested_owner_app_id": 1})), [("handover", CUSTOMER, "in")]),
    "A33": (messaging(item(app_roles={"1": ["primary_receiver"]})), [("app_roles", CUSTOMER, "in")]),
    "A34": (messaging(item(optin={"ref": "x"})), [("optin", CUSTOMER, "in")]),
    "A35": (
        messaging({"recipient": {"id": IG}, "timestamp": AT_MS, "policy_enforcement": {"action": "block"}}),
        [("policy", None, "in")],
    ),
    "A35 with a hyphen": (
        messaging({"recipient": {"id": IG}, "timestamp": AT_MS, "policy-enforcement": {"action": "block"}}),
        [("policy", None, "in")],
    ),
    "A36": (messaging(item()), [OTHER]),
    "A37": (
        delivery(
            {"id": IG, "time": AT_MS, "messaging": [item(message={"mid": "m", "text": "x"})]},
            {"id": IG, "time": AT_MS, "messaging": [item(message={"mid": "m", "text": "x"})]},
        ),
        [IN, IN],
    ),
    "A38": (
        messaging({**item(message={"mid": "m", "text": "x"}), "recipient": {"id": "999"}}),
        [OTHER],
    ),
    "A38 unknown account": (
        delivery({"id": "999", "messaging": [{**item(message={"mid": "m", "text": "x"}), "recipient": {"id": "999"}}]}),
        [IN],
    ),
    "A39 no messaging": (delivery({"id": IG}), [OTHER]),
    "A39 no entries": (delivery(), [OTHER]),
    "A39 another object": (delivery({"id": IG, "messaging": [item(message={"mid": "m"})]}, about="page"), [OTHER]),
    "A40": (messaging({**item(message={"mid": "m", "text": "x"}), "sender": {"id": "abc"}}), [OTHER]),
    "B": (delivery({"id": IG, "time": AT_MS, "standby": [item(message={"mid": "m", "text": "x"})]}), [IN]),
    "C1": (change("comments", _COMMENT), [("comment", CUSTOMER, "in")]),
    "C1 an answer": (change("comments", {**_COMMENT, "parent_id": "17900000000000000"}), [("comment", CUSTOMER, "in")]),
    "C2": (change("comments", {"id": "1", "text": "x"}), [("comment", None, "in")]),
    "C3": (
        change("comments", {**_COMMENT, "media": {"id": "1", "ad_id": "2", "original_media_id": "3"}}),
        [("comment", CUSTOMER, "in")],
    ),
    "C4": (
        change("comments", {**_COMMENT, "from": {"id": IG, "username": "shop", "self_ig_scoped_id": "5"}}),
        [("comment", None, "echo")],
    ),
    "C5": (
        change("comments", {"comment_id": "1", "text": "x", "from": {"id": CUSTOMER}}),
        [("comment", CUSTOMER, "in")],
    ),
    "C6": (change("live_comments", {"id": "1", "text": "x"}), [("live_comment", None, "in")]),
    "C6 whole": (change("live_comments", _COMMENT), [("live_comment", CUSTOMER, "in")]),
    "C7": (change("mentions", {"media_id": "1", "comment_id": "2"}), [("mention", None, "in")]),
    "C7 in a caption": (change("mentions", {"media_id": "1"}), [("mention", None, "in")]),
    "C8": (change("story_insights", {"media_id": "1", "exits": 2}), [("story_insights", None, "in")]),
    "C9": (
        change(
            "messages",
            {
                "sender": {"id": "12334"},
                "recipient": {"id": "23245"},
                "timestamp": "1527459824",
                "message": {"mid": "random_mid", "text": "random_text"},
            },
            ig="0",
        ),
        [("message", "12334", "in")],
    ),
    "C10": (
        delivery({"id": "0", "time": "1527459824", "messaging": [item(message={"mid": "random_mid", "text": "x"})]}),
        [IN],
    ),
    "C11": (
        delivery(
            {"id": "1", "uid": "1", "time": AT_S, "changes": [{"field": "pages_messaging", "verb": "granted"}]},
            about="permissions",
        ),
        [("permission", None, "in")],
    ),
    "C11 revoked": (
        delivery(
            {"id": "1", "uid": "1", "time": AT_S, "changes": [{"field": "pages_messaging", "verb": "revoked"}]},
            about="permissions",
        ),
        [("permission", None, "in")],
    ),
    "C12": (
        change("messaging_handover", item(pass_thread_control={"new_owner_app_id": "1"})),
        [("handover", CUSTOMER, "in")],
    ),
    "D": (delivery({"id": IG, "time": AT_S, "field": "comments", "value": _COMMENT}), [("comment", CUSTOMER, "in")]),
    "dashboard preview": (
        json.dumps({"field": "messages", "value": item(message={"mid": "random_mid", "text": "x"})}).encode(),
        [IN],
    ),
}
