"""Refusals by number."""

from __future__ import annotations

import itertools
import json

import pytest

from instantchat.channels.instagram.answers import Rejected, SendOutcome, Sent, Unknown, Unsent, Usage
from instantchat.channels.instagram.errors import RefusalKind, classify
from instantchat.channels.instagram.sending import outcome_of, usage_of


def body(
    code: int | str, subcode: int | str | None = None, message: str = "localised", kind: str = "IGApiException"
) -> bytes:
    return json.dumps({"error": {"message": message, "type": kind, "code": code, "error_subcode": subcode}}).encode()


# Every line of the table of codes (instagram-api.md 4.2, 4.3): its class, what becomes of a message, and of a private
# reply, which is never tried again once it may have reached Meta. The status and the type of the error change nothing.
CODES: dict[str, tuple[str, type[SendOutcome], type[SendOutcome]]] = {
    "1": ("unknown", Unknown, Unknown),
    "1/99": ("unknown", Unknown, Unknown),
    "2": ("retry", Unsent, Unknown),
    "2/1545133": ("retry", Unsent, Unknown),
    "3": ("config", Rejected, Rejected),
    "4": ("throttle", Unsent, Unknown),
    "9": ("permanent", Rejected, Rejected),
    "9/2207042": ("permanent", Rejected, Rejected),
    "10": ("config", Rejected, Rejected),
    "10/2534022": ("permanent", Rejected, Rejected),
    "10/2018278": ("permanent", Rejected, Rejected),
    "10/2018108": ("permanent", Rejected, Rejected),
    "10/1893063": ("pause", Rejected, Unknown),
    "10/2534077": ("reconnect", Rejected, Rejected),
    "17": ("throttle", Unsent, Unknown),
    "32": ("throttle", Unsent, Unknown),
    "613": ("throttle", Unsent, Unknown),
    "613/2534040": ("throttle", Unsent, Unknown),
    "613/1996": ("throttle", Unsent, Unknown),
    "80002": ("throttle", Unsent, Unknown),
    "80006": ("throttle", Unsent, Unknown),
    "100": ("permanent", Rejected, Rejected),
    "100/33": ("permanent", Rejected, Rejected),
    "100/2018001": ("permanent", Rejected, Rejected),
    "100/2018008": ("content", Rejected, Rejected),
    "100/2018047": ("content", Rejected, Rejected),
    "100/2018109": ("content", Rejected, Rejected),
    "100/2018294": ("content", Rejected, Rejected),
    "100/2018074": ("content", Rejected, Rejected),
    "100/2018014": ("content", Rejected, Rejected),
    "100/2534013": ("config", Rejected, Rejected),
    "100/2534014": ("permanent", Rejected, Rejected),
    "100/2534015": ("content", Rejected, Rejected),
    "100/2534025": ("permanent", Rejected, Rejected),
    "100/2534029": ("pause", Rejected, Unknown),
    "100/2534037": ("handover", Rejected, Rejected),
    "100/2018300": ("handover", Rejected, Rejected),
    "2534001": ("permanent", Rejected, Rejected),
    "102": ("reconnect", Rejected, Rejected),
    "190": ("reconnect", Rejected, Rejected),
    "190/0": ("reconnect", Rejected, Rejected),
    "190/458": ("reconnect", Rejected, Rejected),
    "190/459": ("reconnect", Rejected, Rejected),
    "190/460": ("reconnect", Rejected, Rejected),
    "190/463": ("reconnect", Rejected, Rejected),
    "190/464": ("reconnect", Rejected, Rejected),
    "190/467": ("reconnect", Rejected, Rejected),
    "190/492": ("reconnect", Rejected, Rejected),
    "190/4711": ("reconnect", Rejected, Rejected),
    "200": ("config", Rejected, Rejected),
    "200/1545041": ("permanent", Rejected, Rejected),
    "551": ("permanent", Rejected, Rejected),
    "551/1545041": ("permanent", Rejected, Rejected),
    "200/2534041": ("owner", Rejected, Unknown),
    "200/2018028": ("config", Rejected, Rejected),
    "230": ("expected", Rejected, Rejected),
    "368": ("pause", Rejected, Unknown),
    "2500": ("config", Rejected, Rejected),
    "9010": ("expected", Rejected, Rejected),
    "36103": ("config", Rejected, Rejected),
    "9000001": ("permanent", Rejected, Rejected),
}


@pytest.mark.parametrize("code", CODES)
def test_code(code: str) -> None:
    kind, outcome, private = CODES[code]
    number, _, subcode = code.partition("/")
    for status, given in itertools.product((400, 403, 500), ("IGApiException", "OAuthException")):
        answer = body(int(number), int(subcode) if subcode else None, kind=given)
        refusal = classify(status, answer)
        assert (refusal.kind, refusal.code, refusal.sentence[-1]) == (kind, int(number), ".")
        assert type(outcome_of(status, answer)) is outcome
        assert type(outcome_of(status, answer, is_private_reply=True)) is private


class TestOutcome:
    @pytest.mark.parametrize(("status", "outcome"), [(400, Rejected), (500, Unknown)])
    def test_of_a_code_that_is_in_no_list(self, status: int, outcome: type[SendOutcome]) -> None:
        assert classify(status, body(424242)).kind is RefusalKind.UNKNOWN
        assert type(outcome_of(status, body(424242))) is outcome

    def test_of_a_429_without_a_body(self) -> None:
        assert type(outcome_of(429, b"")) is Unsent
        assert type(outcome_of(429, b"", is_private_reply=True)) is Unknown


class TestUsage:
    def test_is_the_fullest_of_all_limits(self) -> None:
        app = {"x-app-usage": '{"call_count":28,"total_time":81,"total_cputime":25}'}
        row = {"type": "instagram", "call_count": 90, "total_cputime": 1, "estimated_time_to_regain_access": 19}
        business = {"x-business-use-case-usage": json.dumps({"17841": [row, {"call_count": 3}]})}
        assert usage_of(app) == Usage(81)
        assert usage_of({**app, **business}) == Usage(90, 19 * 60)

    @pytest.mark.parametrize("stated", ["", "x", "[]", "5", '{"a":5}', '{"a":[5]}', '{"a":[{"call_count":"x"}]}'])
    def test_of_any_other_form_is_none_or_nothing(self, stated: str) -> None:
        assert usage_of({"x-business-use-case-usage": stated}) in (None, Usage(0))

    def test_comes_with_what_was_sent(self) -> None:
        outcome = outcome_of(200, b'{"recipient_id":"1","message_id":"m"}', {"x-app-usage": '{"call_count":96}'})
        assert outcome == Sent("m", Usage(96))

    def test_says_when_to_try_a_throttled_message_again(self) -> None:
        stated = {"x-business-use-case-usage": '{"1":[{"call_count":100,"estimated_time_to_regain_access":2}]}'}
        outcome = outcome_of(400, body(80006), stated)
        assert isinstance(outcome, Unsent) and outcome.retry_after == 120


class TestClassify:
    def test_429_is_a_throttle_with_or_without_a_body(self) -> None:
        assert classify(429, b"").kind is RefusalKind.THROTTLE
        assert classify(429, body(424242)).kind is RefusalKind.THROTTLE
        assert classify(429, body(10, 2534022)).kind is RefusalKind.PERMANENT

    def test_numbers_may_be_text(self) -> None:
        assert classify(400, body("10", "2534022")).subcode == 2534022

    @pytest.mark.parametrize("answer", [b"", b"<html>", b"[]", b"{}", b'{"error":"x"}', b'{"error":{"code":null}}'])
    def test_no_explanation_is_unknown(self, answer: bytes) -> None:
        refusal = classify(502, answer)
        assert (refusal.kind, refusal.code, refusal.label) == ("unknown", None, "meta")

    def test_reads_the_oauth_envelope(self) -> None:
        answer = b'{"error_type":"OAuthException","code":400,"error_message":"Invalid platform app"}'
        refusal = classify(400, answer)
        assert "META_APP_ID" in refusal.hint
        assert "Invalid platform app" in refusal.sentence

    def test_hints_at_a_missing_tester_role(self) -> None:
        refusal = classify(400, body(100, message="Unsupported request - method type: get"))
        assert "Tester" in refusal.hint

    def test_has_a_stable_label(self) -> None:
        assert classify(403, body(10, 2534022)).label == "meta_10_2534022"
