"""Flows that start by the clock, and explanations that are forgotten in time."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from instantchat.kit.ids import new_id
from instantchat.runtime.retention import Retention
from instantchat.runtime.scheduler import Signal
from instantchat.runtime.schedules import Schedules, schedule_rows
from instantchat.store.records import FlowVersion, Json
from tests.runtime.conftest import IGSID, Stage
from tests.runtime.test_starts import flow, say

NOON = {"type": "schedule", "cron": "30 12 * * *", "timezone": "UTC"}
VIPS = [{"field": "contact.tags", "op": "contains", "value": "vip"}]


class Clockwork:
    """A stage with people who wrote, and a flow that starts at 12:30; it is 12:00."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.heard = Signal()
        self.schedules = Schedules(stage.store, stage.clock, self.heard)

    async def people(self, *igsids: str) -> None:
        for igsid in igsids:
            await self.stage.say("hello", igsid=igsid)
        await self.stage.work()

    async def publish(self, graph: Json) -> str:
        flow_id = await self.stage.flow(graph)
        [head] = (await self.stage.store.flows.active_heads([self.stage.seeded.workspace_id])).popitem()[1]
        now = self.stage.clock.now()
        version = FlowVersion(
            head.version_id, flow_id, self.stage.seeded.workspace_id, 1, head.name, graph, None, "", now
        )
        rows = schedule_rows(version, now)
        await self.stage.store.schedules.replace(self.stage.seeded.workspace_id, flow_id, rows)
        return flow_id

    async def fire(self) -> None:
        while await self.schedules.fire_some():
            await self.stage.work()


@pytest.fixture
def clockwork(stage: Stage) -> Clockwork:
    return Clockwork(stage)


class TestFiring:
    async def test_starts_the_flow_for_everyone_once(self, clockwork: Clockwork) -> None:
        stage = clockwork.stage
        await clockwork.people("1", "2", "3")
        await clockwork.publish(flow(NOON, say("Lunch!")))
        await clockwork.fire()
        assert await stage.store.schedules.next_due() == stage.clock.now() + dt.timedelta(minutes=30)
        stage.pass_time(minutes=31)
        await clockwork.fire()
        await stage.send()
        assert sorted(sent["recipient"]["id"] for sent in stage.instagram.sent) == ["1", "2", "3"]
        stage.pass_time(hours=1)
        await clockwork.fire()
        assert len(stage.instagram.sent) == 3
        assert await stage.store.schedules.next_due() == dt.datetime(2026, 5, 5, 12, 30, tzinfo=dt.UTC)

    async def test_makes_no_event_for_who_opted_out(self, clockwork: Clockwork) -> None:
        stage = clockwork.stage
        await stage.rules(stop_reply="")
        await clockwork.people("1", "2")
        await stage.say("stop", igsid="2")
        await clockwork.publish(flow(NOON, say("Lunch!")))
        await stage.work()
        stage.pass_time(minutes=31)
        await clockwork.fire()
        await stage.send()
        assert [sent["recipient"]["id"] for sent in stage.instagram.sent] == ["1"]
        events = await stage.store.inbox.replay_events(stage.seeded.workspace_id, ["schedule"], 9)
        assert [each.event.lane.partition(":")[2] for each in events] == ["1"]

    async def test_only_the_segment(self, clockwork: Clockwork) -> None:
        stage = clockwork.stage
        tag = ("actionNode", {"action": "tag_customer", "tag": "vip"})
        tagging = await stage.flow(flow({"type": "keyword", "keywords": ["join"]}, tag))
        await stage.say("join", igsid="1")
        await clockwork.people("2")
        await stage.store.flows.set_status(stage.seeded.workspace_id, tagging, "draft", stage.clock.now())
        await clockwork.publish(flow({**NOON, "segment": VIPS}, say("For you")))
        stage.pass_time(minutes=31)
        await clockwork.fire()
        await stage.send()
        assert [sent["recipient"]["id"] for sent in stage.instagram.sent] == ["1"]

    async def test_lets_answers_to_people_go_first(self, clockwork: Clockwork, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("instantchat.runtime.schedules._PAGE", 2)
        monkeypatch.setattr("instantchat.runtime.schedules.CROWDED", 2)
        stage = clockwork.stage
        await clockwork.people("1", "2", "3", "4")
        await clockwork.publish(flow(NOON, say("Lunch!")))
        stage.pass_time(minutes=31)
        assert await clockwork.schedules.fire_some() == 1
        assert await clockwork.schedules.fire_some() == 0
        await stage.work()
        assert await clockwork.schedules.fire_some() == 0
        await stage.send()
        while await clockwork.schedules.fire_some():
            await stage.work()
            await stage.send()
        assert [sent["recipient"]["id"] for sent in stage.instagram.sent] == ["1", "2", "3", "4"]

    async def test_a_firing_that_was_cut_short_goes_on_and_starts_nobody_twice(
        self, clockwork: Clockwork, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("instantchat.runtime.schedules._PAGE", 2)
        stage = clockwork.stage
        await clockwork.people("1", "2", "3", "4", "5")
        await clockwork.publish(flow(NOON, say("Lunch!")))
        stage.pass_time(minutes=31)
        await clockwork.schedules.fire_some()
        now = stage.clock.now()
        [held] = await stage.store.schedules.claim("dies", now, now + dt.timedelta(seconds=60), 10)
        assert held.cursor is not None and held.firing_at == dt.datetime(2026, 5, 4, 12, 30, tzinfo=dt.UTC)
        stage.pass_time(seconds=61)
        await clockwork.fire()
        await stage.work()
        await stage.send()
        assert sorted(sent["recipient"]["id"] for sent in stage.instagram.sent) == ["1", "2", "3", "4", "5"]

    async def test_a_moment_that_passed_while_nobody_ran_is_left_out(self, clockwork: Clockwork) -> None:
        stage = clockwork.stage
        await clockwork.people(IGSID)
        await clockwork.publish(flow(NOON, say("Lunch!")))
        stage.pass_time(hours=3)
        await clockwork.fire()
        await stage.send()
        assert stage.instagram.sent == []
        assert await stage.store.schedules.next_due() == dt.datetime(2026, 5, 5, 12, 30, tzinfo=dt.UTC)

    async def test_a_flow_that_was_switched_off_meanwhile_starts_nobody(self, clockwork: Clockwork) -> None:
        stage = clockwork.stage
        await clockwork.people(IGSID)
        flow_id = await clockwork.publish(flow(NOON, say("Lunch!")))
        await stage.store.flows.set_status(stage.seeded.workspace_id, flow_id, "draft", stage.clock.now())
        stage.pass_time(minutes=31)
        await clockwork.fire()
        await stage.send()
        assert stage.instagram.sent == []


class TestRetention:
    async def test_forgets_what_is_over_and_keeps_what_waits(self, stage: Stage) -> None:
        await stage.flow(flow({"type": "keyword", "keywords": ["go"]}, say("Gone")))
        await stage.flow(
            flow({"type": "keyword", "keywords": ["wait"]}, ("delayNode", {"amount": 90, "unit": "days"}), say("Late"))
        )
        await stage.say("go")
        await stage.say("wait")
        await stage.work()
        retention = Retention(stage.store.queue, stage.clock, dt.timedelta(days=30))
        stage.pass_time(days=29)
        assert await retention.prune() == 0
        stage.pass_time(days=2)
        assert await retention.prune() == 3
        assert [run.state for run in await stage.runs()] == ["waiting"]
        assert len(await stage.messages()) == 3
        stage.pass_time(days=60)
        await stage.work()
        assert [run.state for run in await stage.runs()] == ["completed"]

    async def test_never_keeps_events_for_less_than_meta_repeats_them(self, stage: Stage) -> None:
        event_id = await stage.say("hello")
        await stage.work()
        stage.pass_time(days=2)
        assert await Retention(stage.store.queue, stage.clock, dt.timedelta(0)).prune() == 0
        assert (await stage.event(event_id)).state == "handled"


def test_a_version_whose_time_never_comes_has_no_schedule() -> None:
    now = dt.datetime(2026, 5, 4, tzinfo=dt.UTC)
    graph = flow({**NOON, "cron": "0 0 31 2 *"}, say("Never"))
    assert schedule_rows(FlowVersion(new_id("ver"), "f", "w", 1, "x", graph, None, "", now), now) == []
    version = FlowVersion(new_id("ver"), "f", "w", 1, "x", flow(NOON, say("x")), None, "", now)
    [row] = schedule_rows(version, now)
    assert dataclasses.replace(row, id="s", version_id="v").spec == "30 12 * * * UTC"
