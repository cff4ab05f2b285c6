"""Every answer of Instagram's API that the product reads (rows E of instagram-payloads.md), as plain data."""

from __future__ import annotations

from typing import Any

import pytest

from instantchat.channels.instagram import answers
from instantchat.channels.instagram.answers import Identity, LongToken, Profile, Sent, ShortToken
from instantchat.channels.instagram.errors import RefusalKind, classify
from instantchat.channels.instagram.sending import outcome_of
from instantchat.kit.crypto import Secret

TOKEN, LONG = Secret("IGAA"), Secret("IGAA-long")
BOTH = frozenset({"instagram_business_basic", "instagram_business_manage_messages"})
CSV = b'"instagram_business_basic, instagram_business_manage_messages"'
ARRAY = b'["instagram_business_basic","instagram_business_manage_messages"]'
PROFILE = (
    b'{"name":"Ana","username":"ana","profile_pic":"https://cdn/a","follower_count":5,"is_user_follow_business":true,'
    b'"is_business_follow_user":false,"is_verified_user":false,"id":"7001"}'
)
ME = Identity("17841", "26900", "shop", "Shop", "BUSINESS", "https://cdn/s")
ME_BODY = (
    b'{"id":"26900","user_id":"17841","username":"shop","name":"Shop","account_type":"BUSINESS",'
    b'"profile_picture_url":"https://cdn/s"}'
)


def refusal(body: bytes) -> tuple[str, int | None, int | None, str]:
    """What a refusal is read as: kind, code, subcode, hint."""
    found = classify(400, body)
    return found.kind, found.code, found.subcode, found.hint


def sent(body: bytes) -> Any:
    return outcome_of(200, body)


# The reader of each row, a body, and what must be read.
ANSWERS: dict[str, tuple[Any, bytes, Any]] = {
    "E1": (
        answers.short_token,
        b'{"access_token":"IGAA","user_id":17841400000000001,"permissions":' + ARRAY + b"}",
        ShortToken(TOKEN, "17841400000000001", BOTH),
    ),
    "E2": (
        answers.short_token,
        b'{"data":[{"access_token":"IGAA","user_id":"17841","permissions":' + CSV + b"}]}",
        ShortToken(TOKEN, "17841", BOTH),
    ),
    "E3": (
        refusal,
        b'{"error_type":"OAuthException","code":400,"error_message":"Matching code was not found or was already used"}',
        (RefusalKind.UNKNOWN, 400, None, ""),
    ),
    "E4": (
        answers.long_token,
        b'{"access_token":"IGAA-long","token_type":"bearer","expires_in":5183944}',
        LongToken(LONG, 5183944),
    ),
    "E5": (sent, b'{"recipient_id":"7001","message_id":"aWdf"}', Sent("aWdf")),
    "E5 of a message to oneself": (sent, b'{"id":"aWdf"}', Sent("aWdf")),
    "E6": (sent, b'{"recipient_id":"7001"}', Sent(None)),
    "E7": (sent, b'{"success":true}', Sent(None)),
    "E7 read": (answers.fields, b'{"data":[{"id":"1","subscribed_fields":["messages"]}]}', frozenset({"messages"})),
    "E9": (
        lambda body: answers.profile("7001", body),
        PROFILE,
        Profile("7001", "Ana", "ana", "https://cdn/a", 5, True),
    ),
    "E9 of nothing": (
        lambda body: answers.profile("7001", body),
        b'{"id":"7001","name":null}',
        Profile("7001", None, None, None, None, None),
    ),
    "E13": (sent, b'{"id":"17900000000000002"}', Sent("17900000000000002")),
    "E15": (
        refusal,
        b'{"error":{"message":"This message is sent outside of allowed window.","type":"IGApiException","code":10,'
        b'"error_subcode":2534022,"fbtrace_id":"A"}}',
        (RefusalKind.PERMANENT, 10, 2534022, "Answer after they write again."),
    ),
    "E16": (
        refusal,
        b'{"error":{"message":"(#4) Application request limit reached","type":"OAuthException","is_transient":true,'
        b'"code":4,"error_user_title":"L\\u00edmite","error_user_msg":"M\\u00e1s tarde.","fbtrace_id":"A"}}',
        (RefusalKind.THROTTLE, 4, None, ""),
    ),
    "me": (answers.identity, ME_BODY, ME),
    "me in data": (answers.identity, b'{"data":[' + ME_BODY + b"]}", ME),
}


@pytest.mark.parametrize("row", ANSWERS)
def test_answer(row: str) -> None:
    read, body, expected = ANSWERS[row]
    assert read(body) == expected
