"""Hashing, verifying and upgrading passwords."""

from __future__ import annotations

import bcrypt
import pytest

from instantchat.errors import Invalid
from instantchat.features.auth.passwords import Passwords, check_password


@pytest.fixture(scope="module")
def passwords() -> Passwords:
    return Passwords()


def bcrypt_hash(password: str) -> str:
    return bcrypt.hashpw(password.encode()[:72], bcrypt.gensalt(4)).decode()


class TestHash:
    async def test_is_argon2id_and_salted(self, passwords: Passwords) -> None:
        first, second = await passwords.hash("correct horse"), await passwords.hash("correct horse")
        assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        assert first != second

    @pytest.mark.parametrize("password", ["correct horse", "pässwörd 🐴", "x" * 128, "with\0nul"])
    async def test_verifies(self, passwords: Passwords, password: str) -> None:
        stored = await passwords.hash(password)
        assert (await passwords.verify(password, stored)).is_right
        assert not (await passwords.verify(password + "x", stored)).is_right
        assert (await passwords.verify(password, stored)).upgraded is None

    async def test_one_character_typed_in_two_ways(self, passwords: Passwords) -> None:
        assert (await passwords.verify("cafe\u0301 cafe", await passwords.hash("caf\u00e9 cafe"))).is_right


class TestBcrypt:
    async def test_is_verified_and_upgraded(self, passwords: Passwords) -> None:
        verdict = await passwords.verify("old password", bcrypt_hash("old password"))
        assert verdict.is_right
        assert verdict.upgraded is not None
        assert verdict.upgraded.startswith("$argon2id$")
        assert (await passwords.verify("old password", verdict.upgraded)).is_right

    @pytest.mark.parametrize("offered", ["wrong", "with\0nul", "x" * 100, ""])
    async def test_a_wrong_one_is_just_wrong(self, passwords: Passwords, offered: str) -> None:
        verdict = await passwords.verify(offered, bcrypt_hash("old password"))
        assert (verdict.is_right, verdict.upgraded) == (False, None)

    async def test_what_bcrypt_ignored_is_ignored(self, passwords: Passwords) -> None:
        long = "ü" * 60
        assert (await passwords.verify(long, bcrypt_hash(long))).is_right


class TestNobody:
    async def test_has_no_password(self, passwords: Passwords) -> None:
        assert not (await passwords.verify("nobody's password", None)).is_right


class TestCheck:
    @pytest.mark.parametrize("password", ["seven77", "x" * 129, "password", "PASSWORD1", "qwertyuiop", "12345678"])
    def test_weak_ones_are_refused(self, password: str) -> None:
        with pytest.raises(Invalid) as refusal:
            check_password(password, field="newPassword")
        assert refusal.value.code == "weak_password"
        assert refusal.value.errors[0].field == "newPassword"

    @pytest.mark.parametrize("password", ["eight888", "x" * 128, "        8", "пароль-на-века"])
    def test_any_other_will_do(self, password: str) -> None:
        check_password(password)
