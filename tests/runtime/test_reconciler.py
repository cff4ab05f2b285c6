"""What webhooks missed is found by reading, once, and answered where it is not too late."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from instantchat.channels.instagram.reading import Said
from instantchat.runtime.reads import REST
from instantchat.store.records import Json
from tests.runtime.missed import EVERY, Missed, missed_world

HOUR = 3600


@pytest.fixture
async def missed(tmp_path: Path) -> AsyncIterator[Missed]:
    async with missed_world(tmp_path) as made:
        await made.switch_on()
        await made.check(after=0)
        yield made


@pytest.fixture
async def igsid(missed: Missed) -> str:
    return await missed.world.customer()


def on_comment(text: str) -> Json:
    trigger = {"type": "comment"}
    return {
        "nodes": [
            {"id": "start", "type": "triggerNode", "position": {"x": 0, "y": 0}, "data": {"triggers": [trigger]}},
            {"id": "answer", "type": "messageNode", "position": {"x": 300, "y": 0}, "data": {"content": text}},
        ],
        "edges": [{"id": "e1", "source": "start", "target": "answer"}],
        "viewport": {"x": 0, "y": 0, "zoom": 1},
    }


class TestMessages:
    async def test_that_no_webhook_brought_are_answered_once(self, missed: Missed, igsid: str, greeting: Json) -> None:
        await missed.stage.flow(greeting)
        await missed.lose()
        await missed.world.write(igsid, "price?")
        wrote_at = missed.clock.now()
        await missed.check()
        await missed.check()
        assert await missed.thread(igsid) == ["price?", "Re price?"]
        said = (await missed.stage.messages(igsid))[0]
        assert (said.text, said.extras) == ("price?", {"foundByCheck": True})
        assert said.created_at == wrote_at
        assert (await missed.account()).found_at == wrote_at + dt.timedelta(seconds=400)

    async def test_whose_webhook_comes_after_all_are_not_handled_again(
        self, missed: Missed, igsid: str, greeting: Json
    ) -> None:
        await missed.stage.flow(greeting)
        await missed.world.api("PUT", "faults", {"hold": True})
        await missed.world.write(igsid, "price?")
        await missed.check()
        await missed.world.api("PUT", "faults", {"hold": False})
        received = await missed.hand_over()
        assert (received.new, received.duplicate) == (0, 1)
        await missed.settle_down()
        assert await missed.thread(igsid) == ["price?", "Re price?"]

    async def test_that_are_known_already_are_not_found(self, missed: Missed, igsid: str, greeting: Json) -> None:
        await missed.stage.flow(greeting)
        await missed.world.write(igsid, "price?")
        assert (await missed.hand_over()).new == 1
        await missed.check()
        assert await missed.thread(igsid) == ["price?", "Re price?"]
        assert (await missed.account()).found_at is None
        assert await missed.decisions(igsid) == ["trigger"]

    async def test_under_another_name_than_in_webhooks_are_known_all_the_same(
        self, missed: Missed, igsid: str, greeting: Json, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nobody has compared the two on the live API; if they differ, nothing may be answered twice."""
        read = missed.reads.messages

        async def renamed(*given: Any) -> list[Said]:
            return [dataclasses.replace(each, mid=f"m_{each.mid}") for each in await read(*given)]

        monkeypatch.setattr(missed.reads, "messages", renamed)
        await missed.stage.flow(greeting)
        await missed.world.write(igsid, "price?")
        await missed.hand_over()
        await missed.settle_down()
        await missed.lose()
        missed.clock.advance(10)
        await missed.world.write(igsid, "price?")
        await missed.check()
        assert await missed.thread(igsid) == ["price?", "Re price?", "price?", "Re price?"]
        await missed.check()
        assert len(await missed.stage.messages(igsid)) == 4

    async def test_of_the_last_minute_are_left_to_their_webhooks(self, missed: Missed, igsid: str) -> None:
        await missed.lose()
        missed.clock.advance(350)
        await missed.world.write(igsid, "hi")
        await missed.check(after=59)
        assert (await missed.account()).found_at is None
        await missed.check()
        assert await missed.decisions(igsid) == ["none"]

    async def test_from_before_the_first_check_are_no_business_of_it(self, tmp_path: Path) -> None:
        async with missed_world(tmp_path) as missed:
            await missed.lose()
            await missed.world.write(await missed.world.customer(), "long ago")
            missed.clock.advance(HOUR)
            await missed.switch_on()
            await missed.check(after=0)
            await missed.check()
            assert (await missed.account()).found_at is None

    async def test_from_before_the_account_was_connected_neither(self, missed: Missed, igsid: str) -> None:
        await missed.lose()
        await missed.world.write(igsid, "hi")
        missed.clock.advance(1)
        account = await missed.account()
        await missed.stage.store.accounts.connect(dataclasses.replace(account, connected_at=missed.clock.now()))
        await missed.check()
        assert (await missed.account()).found_at is None

    async def test_found_after_an_hour_are_kept_but_start_nothing(
        self, missed: Missed, igsid: str, greeting: Json
    ) -> None:
        await missed.stage.flow(greeting)
        await missed.lose()
        await missed.world.write(igsid, "price?")
        wrote_at = missed.clock.now()
        await missed.check(after=HOUR + 1)
        assert await missed.thread(igsid) == ["price?"]
        assert await missed.decisions(igsid) == ["found_late"]
        conversation = await missed.stage.conversation(igsid)
        assert (conversation.unread_count, conversation.heard_at) == (1, wrote_at)
        assert conversation.window_expires_at == wrote_at + dt.timedelta(hours=24)

    async def test_stop_words_hold_however_late(self, missed: Missed, igsid: str) -> None:
        await missed.lose()
        await missed.world.write(igsid, "STOP")
        await missed.check(after=2 * HOUR)
        assert await missed.decisions(igsid) == ["stop"]

    async def test_answered_on_the_phone_meanwhile_are_not_answered_again(
        self, missed: Missed, igsid: str, greeting: Json
    ) -> None:
        await missed.stage.flow(greeting)
        await missed.lose(2)
        await missed.world.write(igsid, "price?")
        missed.clock.advance(1)
        body = {"igsid": igsid, "text": "3 euros"}
        await missed.world.api("POST", f"accounts/{missed.world.account_id}/messages", body)
        await missed.check()
        assert await missed.thread(igsid) == ["price?", "3 euros"]
        assert sorted(await missed.decisions(igsid)) == ["paused", "phone"]
        (_, answer) = await missed.stage.messages(igsid)
        assert (answer.sender_kind, answer.extras) == ("phone", {"foundByCheck": True})

    async def test_of_our_own_are_known_and_pause_nobody(self, missed: Missed, igsid: str, greeting: Json) -> None:
        await missed.stage.flow(greeting)
        await missed.world.api("PUT", "faults", {"dropEcho": True})
        await missed.world.write(igsid, "price?")
        await missed.hand_over()
        await missed.settle_down()
        await missed.check()
        assert await missed.stage.lines(igsid) == [("contact", "price?", "received"), ("flow", "Re price?", "sent")]
        assert (await missed.stage.conversation(igsid)).paused_until is None

    async def test_story_replies_and_pictures_come_as_such(self, missed: Missed, igsid: str) -> None:
        await missed.lose(2)
        (story,) = await missed.world.posts("STORY")
        await missed.world.api("POST", f"customers/{igsid}/story-replies", {"mediaId": story["id"], "text": "wow"})
        missed.clock.advance(1)
        body = {"accountId": missed.world.account_id, "attachments": [{"type": "video"}]}
        await missed.world.api("POST", f"customers/{igsid}/messages", body)
        await missed.check()
        reply, video = await missed.stage.messages(igsid)
        assert reply.extras["replyTo"]["story"]["id"] == story["id"]
        assert [each["type"] for each in video.attachments] == ["video"]


class TestComments:
    async def test_that_no_webhook_brought_are_answered_once(self, missed: Missed, igsid: str) -> None:
        await missed.stage.flow(on_comment("The list"))
        await missed.lose()
        await missed.world.comment(igsid, "PRICE")
        await missed.check()
        await missed.check()
        assert await missed.thread(igsid) == ["The list"]

    async def test_of_the_last_minute_are_found_later(self, missed: Missed, igsid: str) -> None:
        await missed.stage.flow(on_comment("The list"))
        await missed.lose()
        missed.clock.advance(350)
        await missed.world.comment(igsid, "PRICE")
        await missed.check(after=59)
        assert await missed.thread(igsid) == []
        await missed.check()
        assert await missed.thread(igsid) == ["The list"]

    async def test_found_after_an_hour_start_nothing(self, missed: Missed, igsid: str) -> None:
        await missed.stage.flow(on_comment("The list"))
        await missed.lose()
        await missed.world.comment(igsid, "PRICE")
        await missed.check(after=HOUR + 1)
        assert await missed.thread(igsid) == []
        assert (await missed.account()).found_at is not None

    async def test_are_not_read_again_where_their_number_stays(self, missed: Missed, igsid: str) -> None:
        asked: list[str] = []
        client: Any = missed.world.client
        call = client.measured_call

        async def watched(method: str, url: str, *given: Any, **more: Any) -> Any:
            asked.append(url.rsplit("/", 1)[-1])
            return await call(method, url, *given, **more)

        client.measured_call = watched
        await missed.check()
        assert asked == ["conversations", "media"]  # all that an account costs in which nothing happens

    async def test_without_the_permission_are_left_alone(self, missed: Missed, igsid: str) -> None:
        account = await missed.account()
        await missed.stage.store.accounts.connect(dataclasses.replace(account, scopes="instagram_business_basic"))
        await missed.lose()
        await missed.world.comment(igsid, "PRICE")
        await missed.check()
        assert (await missed.account()).found_at is None


class TestBudget:
    async def test_no_second_sees_more_than_two_calls(self, missed: Missed, monkeypatch: pytest.MonkeyPatch) -> None:
        taken: list[int] = []
        rates = missed.world.simulator.rates
        take = rates.take

        def counted(user_id: str, kind: Any, now: float) -> None:
            taken.append(int(now))
            take(user_id, kind, now)

        people = [
            await missed.world.api("POST", "customers", {"name": f"P {n}", "username": f"p{n}"}) for n in range(9)
        ]
        await missed.lose(9)
        for person in people:
            await missed.world.write(person["igsid"], "hi")
        monkeypatch.setattr(rates, "take", counted)
        missed.clock.advance(400)
        await missed.reconciler.check_due()
        assert len(taken) == 10
        assert max(Counter(taken).values()) == 2

    async def test_an_account_that_is_throttled_rests_and_goes_on(self, tmp_path: Path) -> None:
        async with missed_world(tmp_path, limit=0) as missed:
            await missed.switch_on()
            await missed.check(after=0)
            before = (await missed.account()).reconciled_to
            people = [each["igsid"] for each in (await missed.world.api("GET", "customers"))["data"]]
            await missed.lose(len(people))
            for igsid in people:
                await missed.world.write(igsid, "hi")
            await missed.world.api("PUT", "faults", {"conversationsPerSecond": 1})
            await missed.check()
            assert (await missed.account()).reconciled_to == before
            await missed.world.api("PUT", "faults", {"conversationsPerSecond": 0})
            await missed.check(after=REST.total_seconds() * 10)
            assert (await missed.account()).reconciled_to == missed.clock.now()
            assert [await missed.decisions(igsid) for igsid in people] == [["none"]] * len(people)


class TestWhen:
    async def test_every_five_minutes_and_a_little(self, missed: Missed) -> None:
        await missed.check()
        again = (await missed.account()).reconcile_at
        assert again is not None
        assert EVERY <= again - missed.clock.now() <= EVERY * 1.2 + dt.timedelta(seconds=3)
        assert await missed.reconciler.check_due() == 0

    async def test_not_while_it_is_switched_off(self, missed: Missed) -> None:
        seeded = missed.stage.seeded
        await missed.stage.store.accounts.set_rules(seeded.workspace_id, seeded.account_id, {})
        missed.clock.advance(HOUR)
        assert await missed.reconciler.check_due() == 0

    async def test_a_standstill_of_a_day_is_made_up_for(self, missed: Missed, igsid: str) -> None:
        await missed.lose()
        await missed.world.write(igsid, "hi")
        await missed.check(after=20 * HOUR)
        assert await missed.decisions(igsid) == ["found_late"]
