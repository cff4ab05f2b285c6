from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json

import pytest

from instantchat.channels.instagram.signed_request import read_signed_request, sign_request
from instantchat.errors import AppError
from instantchat.kit.crypto import Secret

SECRETS = {"META_APP_SECRET": Secret("app-secret"), "META_FACEBOOK_APP_SECRET": Secret("meta-secret")}
CLAIMS = {"user_id": "777", "algorithm": "HMAC-SHA256", "issued_at": 1_767_268_800}

# CLAIMS as Meta would encode them.
PAYLOAD = "eyJ1c2VyX2lkIjoiNzc3IiwiYWxnb3JpdGhtIjoiSE1BQy1TSEEyNTYiLCJpc3N1ZWRfYXQiOjE3NjcyNjg4MDB9"


def signed(payload: str, secret: str = "app-secret", *, padded: bool = False) -> str:
    digest = hmac.digest(secret.encode(), payload.encode(), hashlib.sha256)
    text = base64.urlsafe_b64encode(digest).decode()
    return f"{text if padded else text.rstrip('=')}.{payload}"


def encoded(claims: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")


def refusal(text: str) -> str:
    with pytest.raises(AppError) as caught:
        read_signed_request(text, SECRETS)
    return caught.value.code


class TestRead:
    def test_names_the_person_and_the_moment(self) -> None:
        read = read_signed_request(signed(PAYLOAD), SECRETS)
        assert (read.user_id, read.signed_by) == ("777", "META_APP_SECRET")
        assert read.issued_at == dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
        assert "777" not in read.key

    def test_either_secret_will_do(self) -> None:
        assert read_signed_request(signed(PAYLOAD, "meta-secret"), SECRETS).signed_by == "META_FACEBOOK_APP_SECRET"
        assert refusal(signed(PAYLOAD, "another")) == "bad_signature"

    def test_without_secrets_nothing_is_believed(self) -> None:
        for secrets in ({}, {"META_APP_SECRET": Secret("")}):
            with pytest.raises(AppError) as caught:
                read_signed_request(signed(PAYLOAD, ""), secrets)
            assert caught.value.code == "bad_signature"

    @pytest.mark.parametrize("name", ["a", "ab", "abc", "abcd"])
    def test_padding_may_be_there_or_not(self, name: str) -> None:
        payload = encoded({**CLAIMS, "name": name})
        padded = payload + "=" * (-len(payload) % 4)
        bare = read_signed_request(signed(payload), SECRETS)
        assert read_signed_request(signed(payload, padded=True), SECRETS) == bare
        assert read_signed_request(signed(padded, padded=True), SECRETS).key == bare.key

    def test_an_id_may_be_a_number(self) -> None:
        claims = {**CLAIMS, "user_id": 17841400000000001}
        assert read_signed_request(signed(encoded(claims)), SECRETS).user_id == "17841400000000001"

    def test_the_moment_may_be_missing(self) -> None:
        for moment in (None, "soon", {}):
            assert read_signed_request(signed(encoded({**CLAIMS, "issued_at": moment})), SECRETS).issued_at is None

    def test_what_we_sign_we_read(self) -> None:
        assert read_signed_request(sign_request(CLAIMS, SECRETS["META_APP_SECRET"]), SECRETS).user_id == "777"


class TestRefused:
    def test_a_changed_payload(self) -> None:
        digest = signed(PAYLOAD).partition(".")[0]
        assert refusal(f"{digest}.{encoded({**CLAIMS, 'user_id': '778'})}") == "bad_signature"

    def test_a_shortened_signature(self) -> None:
        digest, _, payload = signed(PAYLOAD).partition(".")
        assert refusal(f"{digest[:40]}.{payload}") == "bad_signature"
        assert refusal(f".{payload}") == "bad_signature"

    @pytest.mark.parametrize("algorithm", ["none", "HMAC-SHA1", "", None, 256, ["HMAC-SHA256"]])
    def test_another_algorithm_although_the_signature_fits(self, algorithm: object) -> None:
        assert refusal(signed(encoded({**CLAIMS, "algorithm": algorithm}))) == "bad_signature"

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "no dot",
            "a.b",
            "!!!." + PAYLOAD,
            signed("bm90IGpzb24"),
            signed(encoded(["a", "list"])),
            signed(encoded({"algorithm": "HMAC-SHA256"})),
            signed(encoded({**CLAIMS, "user_id": "7\u0000"})),
            signed(encoded({**CLAIMS, "user_id": "9" * 65})),
            "ü." + PAYLOAD,
            signed(PAYLOAD) + ".more",
            "x" * 8_193,
        ],
    )
    def test_what_is_no_signed_request(self, text: str) -> None:
        assert refusal(text) == "signed_request_malformed"
