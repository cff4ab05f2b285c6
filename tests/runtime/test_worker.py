"""Events of a lane, handled in order and stored with what they lead to."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest

from instantchat.channels.instagram.answers import Profile
from instantchat.kit.ids import new_id
from instantchat.runtime import handling
from instantchat.runtime.automation import result_payload
from instantchat.store.records import Json, NewEvent
from tests.runtime.conftest import IGSID, Stage
from tests.support.seed import keyword_flow, publish_again

HOUR = dt.timedelta(hours=1)


def chain(*nodes: tuple[str, Json]) -> Json:
    """A trigger on `go`, then the nodes one after the other."""
    graph = keyword_flow("go", "unused")
    start = graph["nodes"][0]
    made = [
        {"id": f"n{i}", "type": kind, "position": {"x": 0, "y": 0}, "data": data}
        for i, (kind, data) in enumerate(nodes)
    ]
    ids = ["start", *(node["id"] for node in made)]
    edges = [{"id": f"e{i}", "source": a, "target": b} for i, (a, b) in enumerate(itertools.pairwise(ids))]
    return {**graph, "nodes": [start, *made], "edges": edges}


class TestMessage:
    async def test_is_stored_with_its_contact_and_conversation(self, stage: Stage) -> None:
        event_id = await stage.say("hello")
        await stage.work()
        conversation = await stage.conversation()
        assert await stage.lines() == [("contact", "hello", "received")]
        assert (conversation.unread_count, conversation.last_text, conversation.last_direction) == (1, "hello", "in")
        assert conversation.window_expires_at == stage.clock.now() + dt.timedelta(hours=24)
        event = await stage.event(event_id)
        assert event.state == "handled"
        assert event.decision is not None and event.decision["reason"] == "none"

    async def test_starts_the_flow_whose_keyword_it_has(self, stage: Stage, greeting: Json) -> None:
        flow_id = await stage.flow(greeting)
        event_id = await stage.say("the price?")
        await stage.work()
        assert await stage.lines() == [("contact", "the price?", "received"), ("flow", "Re the price?", "queued")]
        decision = (await stage.event(event_id)).decision
        [run] = await stage.runs()
        assert decision is not None
        assert (decision["startedFlowId"], decision["startedRunId"]) == (flow_id, run.id)
        assert (run.state, run.event_id, [step["nodeId"] for step in run.trace]) == (
            "completed", event_id, ["start", "answer"],
        )  # fmt: skip
        assert "sends" in stage.woken

    async def test_tells_the_world_after_it_is_stored(self, stage: Stage, greeting: Json) -> None:
        await stage.flow(greeting)
        await stage.say("price")
        await stage.work()
        assert stage.heard.kinds() == ["message", "message", "conversation", "run"]

    async def test_counts_for_the_dashboard(self, stage: Stage, greeting: Json) -> None:
        await stage.flow(greeting)
        await stage.say("price")
        await stage.work()
        today = stage.clock.now().date()
        counts = (await stage.store.activity.daily(stage.seeded.workspace_id, today, today))[today]
        assert (counts["messages_in"], counts["runs"]) == (1, 1)

    async def test_many_of_one_lane_keep_their_order(self, stage: Stage, greeting: Json) -> None:
        await stage.flow(greeting)
        for number in range(30):
            await stage.say(f"price {number}")
        await stage.work()
        replies = [text for who, text, _ in await stage.lines() if who == "flow"]
        assert replies == [f"Re price {number}" for number in range(30)]

    async def test_from_the_test_button_makes_no_customer(self, stage: Stage) -> None:
        event_id = await stage.say("random_text", isTest=True)
        await stage.work()
        assert (await stage.event(event_id)).decision == {"reason": "test"}
        assert await stage.store.inbox.thread_by_igsid(stage.seeded.workspace_id, IGSID, None) is None

    async def test_in_standby_is_stored_but_not_answered(self, stage: Stage, greeting: Json) -> None:
        await stage.flow(greeting)
        event_id = await stage.say("price", isStandby=True)
        await stage.work()
        assert await stage.lines() == [("contact", "price", "received")]
        assert ((await stage.event(event_id)).decision or {})["reason"] == "standby"


class TestOtherEvents:
    @pytest.mark.parametrize("kind", ["optin", "other", "handover"])
    async def test_are_recorded_and_lead_to_nothing(self, stage: Stage, kind: str) -> None:
        event_id = await stage.tell(kind, {"mid": "m"})
        await stage.work()
        event = await stage.event(event_id)
        assert (event.state, event.decision) == ("handled", {"reason": "recorded"})

    async def test_unsending_drops_text_and_media(self, stage: Stage) -> None:
        await stage.tell(
            "message", {"mid": "m1", "text": "oops", "attachments": [{"type": "image", "url": "https://x"}]}
        )
        await stage.work()
        await stage.tell("unsend", {"mid": "m1"})
        await stage.work()
        [message] = await stage.messages()
        assert (message.text, message.attachments) == ("", [])

    async def test_editing_changes_the_text(self, stage: Stage) -> None:
        await stage.tell("message", {"mid": "m1", "text": "helo"})
        await stage.work()
        await stage.tell("edit", {"mid": "m1", "text": "hello"})
        await stage.work()
        assert [text for _, text, _ in await stage.lines()] == ["hello"]


class TestPause:
    async def test_a_paused_contact_gets_no_flow_and_the_record_says_so(self, stage: Stage, greeting: Json) -> None:
        await stage.flow(greeting)
        await stage.echo("phone-1", "I'll take over")
        await stage.work()
        event_id = await stage.say("price")
        await stage.work()
        assert [who for who, _, _ in await stage.lines()] == ["phone", "contact"]
        assert ((await stage.event(event_id)).decision or {})["reason"] == "paused"

    async def test_ends_by_itself(self, stage: Stage, greeting: Json) -> None:
        await stage.flow(greeting)
        await stage.echo("phone-1", "I'll take over")
        await stage.work()
        stage.pass_time(hours=1, seconds=1)
        await stage.say("price")
        await stage.work()
        assert [who for who, _, _ in await stage.lines()] == ["phone", "contact", "flow"]

    async def test_a_timer_that_comes_during_it_waits_for_its_end(self, stage: Stage) -> None:
        delay: Json = {"amount": 10, "unit": "minutes"}
        await stage.flow(chain(("delayNode", delay), ("messageNode", {"content": "Still there?"})))
        await stage.say("go")
        await stage.work()
        await stage.pause(hours=1)
        stage.pass_time(minutes=11)
        await stage.work()
        assert [who for who, _, _ in await stage.lines()] == ["contact"]
        stage.pass_time(minutes=50)
        await stage.work()
        assert (await stage.lines())[-1] == ("flow", "Still there?", "queued")


class TestEcho:
    async def test_of_our_own_message_changes_nothing(self, stage: Stage, greeting: Json) -> None:
        await stage.flow(greeting)
        await stage.say("price")
        await stage.work()
        await stage.send()
        event_id = await stage.echo("mid-out-1", "Re price")
        await stage.work()
        assert [line[0] for line in await stage.lines()] == ["contact", "flow"]
        assert ((await stage.event(event_id)).decision or {})["reason"] == "own_message"
        assert (await stage.conversation()).paused_until is None

    async def test_from_the_phone_is_stored_and_pauses_but_opens_no_window(self, stage: Stage) -> None:
        await stage.echo("phone-1", "Hello from my phone")
        await stage.work()
        conversation = await stage.conversation()
        assert await stage.lines() == [("phone", "Hello from my phone", "sent")]
        assert conversation.paused_until == stage.clock.now() + HOUR
        assert (conversation.window_expires_at, conversation.unread_count) == (None, 0)

    async def test_before_the_answer_to_our_call_settles_the_message(self, stage: Stage, greeting: Json) -> None:
        await stage.flow(greeting)
        await stage.say("price")
        await stage.work()
        await _claim(stage)
        await stage.echo("early", "Re price")
        await stage.work()
        assert [(m.sender_kind, m.status, m.mid) for m in (await stage.messages())[1:]] == [("flow", "sent", "early")]

    async def test_of_another_text_waits_for_a_call_under_way_then_counts_as_the_owners(
        self, stage: Stage, greeting: Json
    ) -> None:
        await stage.flow(greeting)
        await stage.say("price")
        await stage.work()
        await _claim(stage)
        event_id = await stage.echo("phone-1", "something else")
        await stage.work()
        assert (await stage.event(event_id)).state == "pending"
        for _ in range(5):
            stage.pass_time(seconds=1)
            await stage.work()
        assert (await stage.event(event_id)).state == "handled"
        assert [line[0] for line in await stage.lines()] == ["contact", "flow", "phone"]

    async def test_settles_an_unknown_send_of_the_same_text(self, stage: Stage, greeting: Json) -> None:
        await stage.flow(greeting)
        await stage.say("price")
        await stage.work()
        await _claim(stage)
        stage.pass_time(minutes=5)
        assert len(await stage.store.queue.expire_sends(stage.clock.now(), 10)) == 1
        await stage.echo("late", "Re price")
        await stage.work()
        assert (await stage.lines())[1:] == [("flow", "Re price", "sent")]


class TestTimer:
    async def test_resumes_its_run(self, stage: Stage) -> None:
        await stage.flow(chain(("delayNode", {"amount": 5, "unit": "minutes"}), ("messageNode", {"content": "Later"})))
        await stage.say("go")
        await stage.work()
        assert [run.waiting_for for run in await stage.runs()] == ["time"]
        stage.pass_time(minutes=5)
        await stage.work()
        [run] = await stage.runs()
        assert (run.state, run.rev) == ("completed", 1)
        assert (await stage.lines())[-1] == ("flow", "Later", "queued")

    async def test_keeps_to_the_version_its_run_began_with(self, stage: Stage) -> None:
        def later(text: str) -> Json:
            return chain(("delayNode", {"amount": 5, "unit": "minutes"}), ("messageNode", {"content": text}))

        flow_id = await stage.flow(later("Version 1"), reentry={"mode": "ignore_running"})
        await stage.say("go")
        await stage.work()
        await publish_again(stage.store, stage.seeded.workspace_id, flow_id, later("Version 2"))
        stage.restart_worker()
        stage.pass_time(minutes=5)
        await stage.work()
        assert [line for line in await stage.lines() if line[0] == "flow"] == [("flow", "Version 1", "queued")]
        await stage.say("go")
        await stage.work()
        stage.pass_time(minutes=5)
        await stage.work()
        assert (await stage.lines())[-1] == ("flow", "Version 2", "queued")
        assert len({run.version_id for run in await stage.runs()}) == 2

    async def test_of_a_version_that_is_gone_fails_the_run_with_the_reason(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await stage.flow(chain(("delayNode", {"amount": 5, "unit": "minutes"})))
        await stage.say("go")
        await stage.work()
        stage.restart_worker()
        monkeypatch.setattr(stage.store.flows, "version", _gone)
        stage.pass_time(minutes=5)
        await stage.work()
        [run] = await stage.runs()
        assert run.state == "failed" and run.error is not None and run.error.startswith("version_missing")


class TestProfile:
    FLOW = chain(("messageNode", {"content": "Hi {{contact.first_name|there}}"}))

    async def test_a_run_that_reads_the_name_waits_for_it(self, stage: Stage) -> None:
        await stage.flow(self.FLOW)
        await stage.say("go")
        await stage.work()
        assert [run.waiting_for for run in await stage.runs()] == ["profile"]
        await stage.tell("profile", {"name": "Ada Lovelace", "username": "ada", "pictureUrl": None})
        await stage.work()
        assert (await stage.lines())[-1] == ("flow", "Hi Ada", "queued")
        contact = await stage.contact()
        assert (contact.name, contact.username, contact.profile_at) == ("Ada Lovelace", "ada", stage.clock.now())

    async def test_but_for_two_seconds_at_most(self, stage: Stage) -> None:
        await stage.flow(self.FLOW)
        await stage.say("go")
        await stage.work()
        stage.pass_time(seconds=2)
        await stage.work()
        assert (await stage.lines())[-1] == ("flow", "Hi there", "queued")

    async def test_fetched_ones_come_back_as_an_event(self, stage: Stage) -> None:
        stage.instagram.profile_answer = Profile(IGSID, "Ada", "ada", "https://cdn/x.jpg", 1, True)
        await stage.say("hello")
        await stage.work()
        await stage.profiles.fetch_next()
        await stage.work()
        contact = await stage.contact()
        assert (contact.name, contact.picture_url) == ("Ada", "https://cdn/x.jpg")


class TestApiCall:
    FLOW = chain(
        ("actionNode", {"action": "api_call", "endpoint": "https://example.com/x", "saveAs": "stock"}),
        ("messageNode", {"content": "We have {{response.body.left}}"}),
    )

    async def test_waits_with_what_is_to_be_called(self, stage: Stage) -> None:
        await stage.flow(self.FLOW)
        await stage.say("go")
        await stage.work()
        [run] = await stage.runs()
        assert run.waiting_for == "result"
        assert run.data["call"]["url"] == "https://example.com/x"
        assert "calls" in stage.woken

    async def test_goes_on_with_the_answer(self, stage: Stage) -> None:
        await stage.flow(self.FLOW)
        await stage.say("go")
        await stage.work()
        await _answer(stage, {"left": 3})
        await stage.work()
        assert (await stage.lines())[-1] == ("flow", "We have 3", "queued")
        assert (await stage.contact()).variables == {"stock": {"left": 3}}

    async def test_an_answer_during_a_pause_is_kept_until_its_end(self, stage: Stage) -> None:
        await stage.flow(self.FLOW)
        await stage.say("go")
        await stage.work()
        await stage.pause(hours=1)
        await _answer(stage, {"left": 3})
        await stage.work()
        assert (await stage.lines())[-1][0] == "contact"
        stage.pass_time(hours=1, seconds=1)
        await stage.work()
        assert (await stage.lines())[-1] == ("flow", "We have 3", "queued")


class TestOurBug:
    async def test_is_tried_three_times_then_marked_failed_and_the_lane_goes_on(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def break_(*_: object) -> Json:
            raise ZeroDivisionError

        monkeypatch.setitem(handling._KINDS, "reaction", break_)
        broken = await stage.tell("reaction", {"mid": "x"})
        await stage.say("after it")
        other = await stage.say("elsewhere", igsid="7002")
        await stage.work()
        assert (await stage.event(other)).state == "handled"
        assert (await stage.event(broken)).state == "pending"
        for _ in range(2):
            stage.pass_time(seconds=30)
            await stage.work()
        event = await stage.event(broken)
        assert (event.state, event.attempts) == ("failed", 3)
        assert event.error is not None and "ZeroDivisionError" in event.error
        assert [text for _, text, _ in await stage.lines()] == ["after it"]


class TestRecover:
    async def test_takes_over_the_lanes_of_a_dead_process_at_once(self, stage: Stage) -> None:
        await stage.say("hello")
        now = stage.clock.now()
        assert await stage.store.queue.claim_work("dead", now, now + dt.timedelta(seconds=30), 10)
        await stage.work()
        assert await stage.store.inbox.thread_by_igsid(stage.seeded.workspace_id, IGSID, None) is None
        await stage.worker.recover()
        await stage.work()
        assert await stage.lines() == [("contact", "hello", "received")]

    async def test_wakes_no_run_before_its_time(self, stage: Stage) -> None:
        await stage.flow(chain(("delayNode", {"amount": 20, "unit": "seconds"}), ("messageNode", {"content": "Later"})))
        await stage.say("go")
        await stage.work()
        await stage.worker.recover()
        await stage.work()
        assert [run.state for run in await stage.runs()] == ["waiting"]


async def _claim(stage: Stage) -> None:
    """A send whose call is under way."""
    now = stage.clock.now()
    until = now + dt.timedelta(seconds=30)
    assert await stage.store.queue.claim_sends("c", now, until, 10, per_account=10, excluded=())


async def _answer(stage: Stage, body: Json) -> None:
    """What `runtime.calls` does with the answer to the only call."""
    now = stage.clock.now()
    [run] = await stage.store.queue.claim_calls("c", now, now + dt.timedelta(seconds=60), 10)
    payload = result_payload(run.id, run.data["call"]["ref"], status=200, body=body, error=None)
    event = NewEvent(new_id("evt"), "", IGSID, "result", f"result:{run.id}", payload, now, now)
    assert await stage.store.queue.add_result(run, event)


async def _gone(_version_id: str) -> None:
    return None
