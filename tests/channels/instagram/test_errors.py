"""Refusals by number."""

from __future__ import annotations

import json

import pytest

from instantchat.channels.instagram.errors import RefusalKind, classify


def body(code: int | str, subcode: int | str | None = None, message: str = "localised") -> bytes:
    return json.dumps(
        {"error": {"message": message, "type": "IGApiException", "code": code, "error_subcode": subcode}}
    ).encode()


class TestClassify:
    @pytest.mark.parametrize(
        ("code", "subcode", "kind"),
        [
            (1, None, "unknown"),
            (1, 99, "unknown"),
            (2, None, "retry"),
            (2, 1545133, "retry"),
            (3, None, "config"),
            (4, None, "throttle"),
            (10, None, "config"),
            (10, 2534022, "permanent"),
            (10, 2018278, "permanent"),
            (10, 2018108, "permanent"),
            (10, 1893063, "pause"),
            (10, 2534077, "reconnect"),
            (17, None, "throttle"),
            (32, None, "throttle"),
            (613, None, "throttle"),
            (613, 2534040, "throttle"),
            (613, 1996, "throttle"),
            (80002, None, "throttle"),
            (80006, None, "throttle"),
            (100, None, "permanent"),
            (100, 33, "permanent"),
            (100, 2018001, "permanent"),
            (100, 2018008, "content"),
            (100, 2018047, "content"),
            (100, 2018109, "content"),
            (100, 2018294, "content"),
            (100, 2018074, "content"),
            (100, 2018014, "content"),
            (100, 2534013, "config"),
            (100, 2534014, "permanent"),
            (100, 2534015, "content"),
            (100, 2534025, "permanent"),
            (100, 2534029, "pause"),
            (100, 2534037, "handover"),
            (100, 2018300, "handover"),
            (2534001, None, "permanent"),
            (102, None, "reconnect"),
            (190, None, "reconnect"),
            (190, 0, "reconnect"),
            (190, 463, "reconnect"),
            (190, 458, "reconnect"),
            (190, 4711, "reconnect"),
            (200, None, "config"),
            (200, 1545041, "permanent"),
            (551, None, "permanent"),
            (551, 1545041, "permanent"),
            (200, 2534041, "owner"),
            (200, 2018028, "config"),
            (230, None, "expected"),
            (368, None, "pause"),
            (2500, None, "config"),
            (9010, None, "expected"),
            (36103, None, "config"),
            (9000001, None, "permanent"),
            (424242, None, "unknown"),
        ],
    )
    @pytest.mark.parametrize("status", [400, 403, 500])
    def test_is_by_number_whatever_the_status(self, status: int, code: int, subcode: int | None, kind: str) -> None:
        refusal = classify(status, body(code, subcode))
        assert (refusal.kind, refusal.code) == (kind, code)
        assert refusal.sentence.endswith(".") or refusal.kind is RefusalKind.UNKNOWN

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
