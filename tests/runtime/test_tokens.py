"""Sixty days of a token, with the clock moved by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from instantchat.channels.instagram.answers import LongToken
from instantchat.channels.instagram.errors import MetaRefused, MetaUnreachable, classify
from instantchat.kit.clock import ManualClock
from instantchat.kit.crypto import Secret, Vault, new_key
from instantchat.runtime.live import LiveEvent
from instantchat.runtime.tokens import Tokens, refresh_at
from instantchat.store.connect import open_store
from instantchat.store.ports import Store
from instantchat.store.records import Account
from tests.store.world import World, make_world, new_account

DAY, HOUR = 86_400, 3_600
SIXTY_DAYS = 60 * DAY


class Instagram:
    """Answers refreshes from a script; then with a new token of 60 days."""

    def __init__(self) -> None:
        self.script: list[Exception] = []
        self.refreshed: list[str] = []
        self.meanwhile: Any = None

    async def refresh(self, token: Secret) -> LongToken:
        self.refreshed.append(token.reveal())
        if self.meanwhile is not None:
            await self.meanwhile()
        if self.script:
            raise self.script.pop(0)
        return LongToken(Secret(f"{token.reveal()}+"), SIXTY_DAYS)


class Stage:
    """One account, its token got at the beginning."""

    def __init__(self, store: Store, clock: ManualClock, world: World) -> None:
        self.store, self.clock, self.world = store, clock, world
        self.vault, self.instagram, self.told = Vault([new_key()]), Instagram(), list[LiveEvent]()
        client: Any = self.instagram
        publisher: Any = self
        self.tokens = Tokens(client, store.accounts, clock, publisher, self.vault, Random(7))

    def publish(self, event: LiveEvent) -> None:
        self.told.append(event)

    async def connect(self, token: str = "first", **changes: Any) -> Account:
        now = self.clock.now()
        expires_at = now + dt.timedelta(seconds=SIXTY_DAYS)
        given = {
            "id": self.world.account.id,
            "ig_user_id": self.world.account.ig_user_id,
            "sealed_token": self.vault.seal(Secret(token)),
            "token_expires_at": expires_at,
            "refresh_at": refresh_at(now, expires_at, Random(7)),
            **changes,
        }
        account = await self.store.accounts.connect(new_account(self.world.user, now, **given))
        assert account is not None
        return account

    async def account(self) -> Account:
        found = await self.store.accounts.account(self.world.workspace_id, self.world.account.id)
        assert found is not None
        return found

    async def live(self, days: float, *, step: int = HOUR) -> None:
        """Let time pass, looking every hour as the loop would every minute."""
        for _ in range(int(days * DAY / step)):
            self.clock.advance(step)
            await self.tokens.refresh_due()

    def states(self) -> list[str]:
        found = [event.record.state for event in self.told if isinstance(event.record, Account)]
        self.told.clear()
        return found


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    clock = ManualClock()
    store = open_store(f"sqlite:///{tmp_path}/test.db", clock=clock)
    await store.start()
    yield Stage(store, clock, await make_world(store, clock))
    await store.close()


def refused(code: int, subcode: int | None = None) -> MetaRefused:
    return MetaRefused(classify(400, {"error": {"message": "No", "code": code, "error_subcode": subcode}}))


class TestWhen:
    async def test_from_day_50_and_never_before(self, stage: Stage) -> None:
        await stage.connect()
        await stage.live(49.9)
        assert stage.instagram.refreshed == []
        await stage.live(1.2)
        assert stage.instagram.refreshed == ["first"]

    async def test_accounts_connected_together_are_spread_over_a_day(self) -> None:
        now = ManualClock().now()
        moments = {refresh_at(now, now + dt.timedelta(days=60), Random(seed)) for seed in range(50)}
        assert len(moments) == 50
        assert min(moments) >= now + dt.timedelta(days=50)
        assert max(moments) <= now + dt.timedelta(days=51)

    async def test_a_short_token_not_in_its_first_day(self) -> None:
        now = ManualClock().now()
        assert refresh_at(now, now + dt.timedelta(days=2), Random(1)) == now + dt.timedelta(hours=25)

    async def test_a_year_goes_by_without_anybody(self, stage: Stage) -> None:
        await stage.connect()
        await stage.live(365, step=DAY // 2)
        assert len(stage.instagram.refreshed) == 7
        assert (await stage.account()).state == "ok"

    async def test_many_at_once(self, stage: Stage) -> None:
        for _ in range(23):
            account = await stage.world.add_account()
            given = {"id": account.id, "ig_user_id": account.ig_user_id, "refresh_at": stage.clock.now()}
            await stage.connect(**given)
        assert await stage.tokens.refresh_due() == 23
        assert await stage.tokens.refresh_due() == 0


class TestSuccess:
    async def test_keeps_the_new_token_sealed(self, stage: Stage) -> None:
        await stage.connect()
        await stage.live(51)
        account = await stage.account()
        assert stage.vault.open(account.sealed_token) == Secret("first+")
        assert account.token_expires_at is not None
        assert account.token_expires_at > stage.clock.now() + dt.timedelta(days=58)
        assert stage.states() == ["ok"]

    async def test_ends_the_warning(self, stage: Stage) -> None:
        await stage.connect(state="expiring", state_reason="No answer.", refresh_at=stage.clock.now())
        await stage.tokens.refresh_due()
        account = await stage.account()
        assert (account.state, account.state_reason) == ("ok", None)

    async def test_does_not_lift_a_restriction(self, stage: Stage) -> None:
        await stage.connect(state="restricted", state_reason="Blocked.", refresh_at=stage.clock.now())
        await stage.tokens.refresh_due()
        account = await stage.account()
        assert (account.state, account.state_reason) == ("restricted", "Blocked.")
        assert stage.vault.open(account.sealed_token) == Secret("first+")


class TestFailure:
    @pytest.mark.parametrize("subcode", [None, 458, 460, 463])
    async def test_for_good_asks_the_owner(self, stage: Stage, subcode: int | None) -> None:
        await stage.connect()
        stage.instagram.script = [refused(190, subcode)]
        await stage.live(59)
        account = await stage.account()
        assert (account.state, account.refresh_at) == ("reauth_needed", None)
        assert account.state_reason == refused(190, subcode).refusal.sentence
        assert stage.states() == ["reauth_needed"]
        assert len(stage.instagram.refreshed) == 1

    @pytest.mark.parametrize("failure", [refused(2), refused(4), refused(100), MetaUnreachable("ReadTimeout")])
    async def test_otherwise_is_tried_again_later(self, stage: Stage, failure: Exception) -> None:
        await stage.connect()
        stage.instagram.script = [failure]
        await stage.live(51)
        assert len(stage.instagram.refreshed) == 2
        assert (await stage.account()).state == "ok"
        assert stage.states() == ["ok"]

    async def test_people_are_told_seven_days_before_the_end_and_at_the_end(self, stage: Stage) -> None:
        await stage.connect()
        stage.instagram.script = [MetaUnreachable("ReadTimeout") for _ in range(1_000)]
        await stage.live(52.9)
        assert (stage.states(), (await stage.account()).state) == ([], "ok")
        await stage.live(0.5)
        account = await stage.account()
        assert account.state == "expiring"
        assert account.state_reason == (
            "Instagram could not be reached: ReadTimeout. Try again in a minute."
        )  # fmt: skip
        assert stage.states() == ["expiring"]
        await stage.live(6.5)
        assert (await stage.account()).state == "expiring"
        assert stage.states() == []
        await stage.live(0.5)
        assert (await stage.account()).state == "reauth_needed"
        assert stage.states() == ["reauth_needed"]
        tried = len(stage.instagram.refreshed)
        assert 80 < tried < 200
        await stage.live(2)
        assert len(stage.instagram.refreshed) == tried

    async def test_a_token_that_no_key_opens(self, stage: Stage) -> None:
        await stage.connect(sealed_token="nonsense", refresh_at=stage.clock.now())
        await stage.tokens.refresh_due()
        assert (await stage.account()).state == "ok"
        await stage.live(54)
        account = await stage.account()
        assert account.state == "expiring"
        assert account.state_reason is not None
        assert "INSTANTCHAT_ENCRYPTION_KEYS" in account.state_reason
        assert stage.instagram.refreshed == []


class TestMeanwhile:
    async def test_connecting_again_wins(self, stage: Stage) -> None:
        await stage.connect(refresh_at=stage.clock.now())
        stage.instagram.script = [refused(190)]

        async def reconnect() -> None:
            await stage.connect("by the owner")

        stage.instagram.meanwhile = reconnect
        await stage.tokens.refresh_due()
        account = await stage.account()
        assert account.state == "ok"
        assert stage.vault.open(account.sealed_token) == Secret("by the owner")
        assert stage.states() == []

    async def test_who_dies_while_refreshing_is_followed_by_another(self, stage: Stage) -> None:
        await stage.connect(refresh_at=stage.clock.now())
        now = stage.clock.now()
        await stage.store.accounts.claim_refreshes(now, now + dt.timedelta(minutes=10), 1)
        assert await stage.tokens.refresh_due() == 0
        stage.clock.advance(600)
        assert await stage.tokens.refresh_due() == 1

    async def test_a_disconnected_account_is_left_alone(self, stage: Stage) -> None:
        account = await stage.connect(refresh_at=stage.clock.now())
        await stage.store.accounts.set_state(account.id, "disconnected", None)
        assert await stage.tokens.refresh_due() == 0
