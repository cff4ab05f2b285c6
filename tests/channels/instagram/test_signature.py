"""Webhook signatures."""

from __future__ import annotations

import pytest

from instantchat.channels.instagram.signature import sign, verify
from instantchat.kit.crypto import Secret

BODY = b'{"object":"instagram","text":"\\ud83d\\ude00 a\\/b"}'
SECRETS = {"META_APP_SECRET": Secret("instagram"), "META_FACEBOOK_APP_SECRET": Secret("facebook")}


class TestVerify:
    def test_is_the_hmac_of_rfc_4231_case_2(self) -> None:
        header = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        assert verify(b"what do ya want for nothing?", header, {"A": Secret("Jefe")}) == "A"

    @pytest.mark.parametrize("name", SECRETS)
    def test_names_the_secret_that_signed(self, name: str) -> None:
        assert verify(BODY, sign(BODY, SECRETS[name]), SECRETS) == name

    def test_refuses_a_foreign_signature(self) -> None:
        assert verify(BODY, sign(BODY, Secret("guess")), SECRETS) is None

    def test_refuses_a_changed_body(self) -> None:
        assert verify(BODY + b" ", sign(BODY, SECRETS["META_APP_SECRET"]), SECRETS) is None

    @pytest.mark.parametrize("header", [None, "", "sha256=", "sha1=abc", "sha256=zz", "sha256=é", "5bdcc146"])
    def test_refuses_what_is_no_signature(self, header: str | None) -> None:
        assert verify(BODY, header, SECRETS) is None

    def test_an_empty_secret_matches_nothing(self) -> None:
        assert verify(BODY, "sha256=" + "0" * 64, {"A": Secret("")}) is None
        assert verify(BODY, "sha256=" + "0" * 64, {}) is None
