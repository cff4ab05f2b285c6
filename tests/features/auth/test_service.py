"""Sign-ins over a real store, without HTTP. (The routes: tests/api/test_accounts.py.)"""

from __future__ import annotations

from pathlib import Path

import bcrypt
import pytest

from instantchat.config import Settings
from instantchat.errors import Conflict, Unauthenticated
from instantchat.features.auth.schemas import LogInIn, SignUpIn
from instantchat.features.auth.service import AuthService, Caller, Ended
from instantchat.features.auth.tokens import AccessTokens
from instantchat.kit.clock import ManualClock
from instantchat.kit.crypto import Secret
from instantchat.store.ports import Store

HERE = Caller("127.0.0.1", "test")
ADA = SignUpIn(email="ada@example.com", password="correct horse battery")


@pytest.fixture
def auth(store: Store, clock: ManualClock, tmp_path: Path) -> AuthService:
    return AuthService(store.members, clock, Settings(data_dir=tmp_path, secret_key="k" * 32))


class TestUpgrade:
    async def test_a_bcrypt_hash_becomes_argon2id_at_sign_in(self, auth: AuthService, store: Store) -> None:
        signed_up = await auth.sign_up(ADA, HERE)
        old = bcrypt.hashpw(ADA.password.encode(), bcrypt.gensalt(4)).decode()
        await store.members.update_user(signed_up.user.id, {"password_hash": old})
        for _ in range(2):
            await auth.log_in(LogInIn(email=ADA.email, password=ADA.password), HERE)
        user = await store.members.user(signed_up.user.id)
        assert user is not None
        assert user.password_hash.startswith("$argon2id$")


class TestSecrets:
    async def test_only_fingerprints_are_stored(self, auth: AuthService, store: Store) -> None:
        signed_up = await auth.sign_up(ADA, HERE)
        session_id = signed_up.refresh_token.partition(".")[0]
        session = await store.members.session(session_id)
        assert session is not None
        assert signed_up.cookie
        assert signed_up.cookie not in str(session.cookie_hash)
        assert signed_up.refresh_token not in str(session.refresh_hash)
        assert len(session.cookie_hash) == len(session.refresh_hash) == 64


class TestRaces:
    async def test_two_sign_ups_of_one_address(self, auth: AuthService) -> None:
        import asyncio

        results = await asyncio.gather(*(auth.sign_up(ADA, HERE) for _ in range(4)), return_exceptions=True)
        assert sum(isinstance(result, Conflict) for result in results) == 3


class TestEnded:
    async def test_is_announced_for_sign_out_and_reuse(self, auth: AuthService) -> None:
        heard: list[Ended] = []
        auth.on_ended.append(heard.append)
        signed_up = await auth.sign_up(ADA, HERE)
        member = await auth.member_from_bearer(signed_up.token)
        await auth.refresh(signed_up.refresh_token)
        with pytest.raises(Unauthenticated):
            await auth.refresh(signed_up.refresh_token)
        assert heard == [Ended(member.user_id, member.session_id)]


class TestAccessTokens:
    def test_another_key_makes_another_token(self, clock: ManualClock) -> None:
        import jwt

        tokens = AccessTokens(Secret("k" * 32), clock)
        forged = jwt.encode({"iss": "instantchat", "sub": "u", "sid": "s", "exp": 9e9}, "k" * 32, algorithm="HS256")
        with pytest.raises(Unauthenticated) as refusal:
            tokens.read(forged)
        assert refusal.value.code == "token_invalid"
