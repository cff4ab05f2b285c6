"""`POST /api/flow/{id}/test`: a draft, walked with made-up messages."""

from __future__ import annotations

import datetime as dt
import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from instantchat.features.auth.member import Member
from instantchat.features.trial.api import build_router
from instantchat.features.trial.service import TrialService
from instantchat.kit.clock import ManualClock, rfc3339
from instantchat.store.ports import Store
from tests.engine.builders import QUICK, graph, node, say, trigger
from tests.features.conftest import Join
from tests.features.trial.conftest import Draft
from tests.features.web import as_, client
from tests.support.seed import publish

PRICES = graph(
    [
        trigger("t", "price"),
        say("ask", "Which one?", quickReplies=QUICK),
        say("yes", "Yes it is, {{name|you}}"),
        node("wait", "delayNode", amount=2, unit="hours"),
        say("later", "Still there?"),
    ],
    "t>ask",
    "ask.yes>yes",
    "yes>wait",
    "wait>later",
)


@pytest.fixture
async def web(trial: TrialService, clock: ManualClock, ann: Member, bob: Member, join: Join) -> httpx.AsyncClient:
    assembly: Any = SimpleNamespace(trial=trial)
    viewer, agent = (Member(ann.user_id, ann.workspace_id, role, "V", "v@x", "s") for role in ("viewer", "agent"))
    return client(build_router(assembly), clock, ann=ann, bob=bob, viewer=viewer, agent=agent)


@pytest.fixture
async def flow_id(draft: Draft, ann: Member) -> str:
    return await draft(ann, PRICES)


async def post(web: httpx.AsyncClient, flow_id: str, who: str = "ann", **body: Any) -> httpx.Response:
    return await web.post(f"/api/flow/{flow_id}/test", json=body, headers=as_(who))


async def walked(web: httpx.AsyncClient, flow_id: str, **body: Any) -> dict[str, Any]:
    answer = await post(web, flow_id, **body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def texts(found: dict[str, Any]) -> list[str]:
    return [message["text"] for message in found["messages"]]


class TestWalk:
    async def test_to_the_first_question(self, web: httpx.AsyncClient, flow_id: str, clock: ManualClock) -> None:
        now = rfc3339(clock.now())
        found = await walked(web, flow_id, messages=[{"text": "the price?"}])
        assert set(found) == {"status", "messages", "waits", "trace", "decisions", "truncated"}
        assert (found["status"], found["truncated"]) == ("waiting", False)
        assert found["messages"] == [
            {
                "kind": "message",
                "runId": "run_1",
                "nodeId": "ask",
                "at": now,
                "text": "Which one?",
                "attachments": [],
                "quickReplies": [
                    {"id": "yes", "title": "Yes", "type": None, "url": None},
                    {"id": "no", "title": "No", "type": None, "url": None},
                ],
                "buttons": [],
                "cards": [],
                "delivered": True,
                "private": False,
            }
        ]
        until = rfc3339(clock.now() + dt.timedelta(hours=24))
        assert found["waits"] == [{"runId": "run_1", "nodeId": "ask", "for": "reply", "until": until}]
        assert [(step["runId"], step["flowId"], step["nodeId"], step["outcome"]) for step in found["trace"]] == [
            ("run_1", flow_id, "t", "take"),
            ("run_1", flow_id, "ask", "wait"),
        ]
        assert [each["reason"] for each in found["decisions"]] == ["trigger"]

    async def test_the_id_of_a_choice_is_a_tap_on_it(self, web: httpx.AsyncClient, flow_id: str) -> None:
        messages = [{"text": "price"}, {"payload": "yes"}]
        found = await walked(web, flow_id, messages=messages, contact={"name": "Ada Lovelace"})
        assert texts(found) == ["Which one?", "Yes it is, Ada Lovelace"]
        assert [each["reason"] for each in found["decisions"]] == ["trigger", "tap"]

    async def test_so_is_the_whole_payload(self, web: httpx.AsyncClient, flow_id: str) -> None:
        found = await walked(web, flow_id, messages=[{"text": "price"}, {"payload": 'ic1:["run_1","ask","yes"]'}])
        assert texts(found) == ["Which one?", "Yes it is, you"]

    async def test_a_button_is_tapped_as_a_postback(self, web: httpx.AsyncClient, draft: Draft, ann: Member) -> None:
        buttons = [{"id": "b1", "title": "Go", "type": "postback"}]
        shown = say("s", "{{message.kind}} {{message.text}}")
        flow_id = await draft(ann, graph([trigger("t"), say("m", "Tap", buttons=buttons), shown], "t>m", "m.b1>s"))
        found = await walked(web, flow_id, messages=[{"text": "hi"}, {"payload": "b1"}])
        assert texts(found) == ["Tap", "postback Go"]

    async def test_timers_fire_between_messages_and_not_after_the_last(
        self, web: httpx.AsyncClient, flow_id: str, clock: ManualClock
    ) -> None:
        soon, late = (rfc3339(clock.now() + dt.timedelta(hours=hours)) for hours in (1, 3))
        taps: list[dict[str, Any]] = [{"text": "price"}, {"payload": "yes", "at": soon}]
        found = await walked(web, flow_id, messages=taps)
        assert [(each["nodeId"], each["for"], each["until"]) for each in found["waits"]] == [("wait", "time", late)]
        assert texts(found) == ["Which one?", "Yes it is, you"]
        found = await walked(web, flow_id, messages=[*taps, {"text": "hm", "at": late}])
        assert [(each["text"], each["at"]) for each in found["messages"]][-1] == ("Still there?", late)
        found = await walked(web, flow_id, messages=taps, until=late)
        assert (found["status"], texts(found)[-1], found["waits"]) == ("completed", "Still there?", [])

    async def test_no_trigger_matches(self, web: httpx.AsyncClient, flow_id: str) -> None:
        found = await walked(web, flow_id, messages=[{"text": "hello"}])
        assert (found["status"], found["messages"], found["trace"]) == ("not_started", [], [])
        [verdict] = found["decisions"][0]["verdicts"]
        assert (verdict["flowId"], verdict["matched"], verdict["reason"]) == (flow_id, False, "no_keyword")

    async def test_responses_answer_calls(self, web: httpx.AsyncClient, draft: Draft, ann: Member) -> None:
        call = node("c", "actionNode", action="api_call", endpoint="https://api.example.com/{{size}}")
        nodes = [trigger("t"), call, say("ok", "{{response.body.price}} for {{size}}"), say("no", "Failed")]
        flow_id = await draft(ann, graph(nodes, "t>c", "c>ok", "c.error>no"))
        hello = [{"text": "hi"}]
        responses = {"c": {"status": 200, "body": {"price": 5}}}
        assert texts(await walked(web, flow_id, messages=hello, variables={"size": "L"}, responses=responses)) == [
            "5 for L"
        ]
        assert texts(await walked(web, flow_id, messages=hello, responses={"c": {"status": 500}})) == ["Failed"]
        assert texts(await walked(web, flow_id, messages=hello)) == ["Failed"]

    async def test_a_comment_allows_one_private_reply(self, web: httpx.AsyncClient, draft: Draft, ann: Member) -> None:
        start = node("t", "triggerNode", triggers=[{"type": "comment", "keywords": ["link"]}])
        public = node("p", "actionNode", action="reply_to_comment", content="Sent you a message!")
        flow_id = await draft(ann, graph([start, public, say("a", "Here"), say("b", "More")], "t>p", "p>a", "a>b"))
        comment = {"text": "link please", "kind": "comment", "refs": {"mediaId": "m1"}}
        found = await walked(web, flow_id, messages=[comment])
        assert [(each["kind"], each["text"], each["private"]) for each in found["messages"]] == [
            ("comment_reply", "Sent you a message!", False),
            ("message", "Here", True),
        ]
        found = await walked(web, flow_id, messages=[comment, {"text": "thanks"}])
        assert texts(found)[-1] == "More"

    async def test_what_comes_too_late_is_not_delivered(
        self, web: httpx.AsyncClient, draft: Draft, ann: Member, clock: ManualClock
    ) -> None:
        delay = node("d", "delayNode", amount=2, unit="days")
        flow_id = await draft(ann, graph([trigger("t"), delay, say("m", "Late")], "t>d", "d>m"))
        until = rfc3339(clock.now() + dt.timedelta(days=3))
        found = await walked(web, flow_id, messages=[{"text": "hi"}], until=until)
        assert [(each["text"], each["delivered"]) for each in found["messages"]] == [("Late", False)]

    async def test_other_flows_are_there_and_do_not_listen(
        self, web: httpx.AsyncClient, draft: Draft, ann: Member, store: Store
    ) -> None:
        await publish(store, ann.workspace_id, graph([trigger("t"), say("m", "Hours")], "t>m"), name="Hours")
        sub = node("s", "subflowNode", flow="hours")
        flow_id = await draft(ann, graph([trigger("t", "go"), sub], "t>s"))
        assert (await walked(web, flow_id, messages=[{"text": "hi"}]))["status"] == "not_started"
        assert texts(await walked(web, flow_id, messages=[{"text": "go"}])) == ["Hours"]

    async def test_an_unfinished_draft_shows_in_the_trace(
        self, web: httpx.AsyncClient, draft: Draft, ann: Member
    ) -> None:
        loop = [trigger("t"), say("a", ""), say("b", "b")]
        flow_id = await draft(ann, graph(loop, "t>a", "a>b", "b>a"))
        found = await walked(web, flow_id, messages=[{"text": "hi"}])
        assert (found["status"], found["trace"][-1]["outcome"]) == ("failed", "fail")
        assert found["trace"][1]["warnings"] == ["there was nothing to send"]

    async def test_a_stop_word_ends_it(self, web: httpx.AsyncClient, flow_id: str) -> None:
        found = await walked(web, flow_id, messages=[{"text": "price"}, {"text": "STOP"}])
        assert (found["status"], found["decisions"][1]["reason"]) == ("completed", "stop")


class TestRefusals:
    async def test_who_may(self, web: httpx.AsyncClient, flow_id: str) -> None:
        hello = [{"text": "hi"}]
        assert (await post(web, flow_id, "agent", messages=hello)).status_code == 200
        viewer = await post(web, flow_id, "viewer", messages=hello)
        bob = await post(web, flow_id, "bob", messages=hello)
        assert (viewer.status_code, viewer.json()["code"]) == (403, "role_required")
        assert (bob.status_code, bob.json()["code"]) == (404, "flow_not_found")

    @pytest.mark.parametrize(
        ("body", "code", "field"),
        [
            ({}, "invalid_request", "messages"),
            ({"messages": []}, "invalid_request", "messages"),
            ({"messages": [{"text": "x"}] * 51}, "invalid_request", "messages"),
            ({"messages": [{"text": "x", "at": "2026-01-01T00:00:00"}]}, "invalid_request", "messages.0.at"),
            ({"messages": [{"text": "x", "kind": "telegram"}]}, "invalid_request", "messages.0.kind"),
            ({"messages": [{"text": "x", "at": "0001-01-01T00:00:00+14:00"}]}, "time_too_far", "messages.0.at"),
            ({"messages": [{"text": "x"}], "until": "9999-12-31T23:59:59-12:00"}, "time_too_far", "until"),
            (
                {"messages": [{"at": "2026-11-02T00:00:00Z"}, {"at": "2026-11-01T00:00:00Z"}]},
                "time_goes_back",
                "messages.1.at",
            ),
            (
                {"messages": [{"text": "x"}], "responses": {"c": {"status": 99}}},
                "invalid_request",
                "responses.c.status",
            ),
        ],
    )
    async def test_bad_bodies(
        self, web: httpx.AsyncClient, flow_id: str, body: dict[str, Any], code: str, field: str
    ) -> None:
        answer = await post(web, flow_id, **body)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert answer.json()["errors"][0]["field"] == field

    async def test_json_too_deep(self, web: httpx.AsyncClient, flow_id: str) -> None:
        deep: Any = 1
        for _ in range(40):
            deep = [deep]
        answer = await post(web, flow_id, messages=[{"text": "x"}], variables={"a": deep})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


class TestNothingHappens:
    async def test_nothing_is_stored(
        self, web: httpx.AsyncClient, flow_id: str, tmp_path: Path, publisher: Any
    ) -> None:
        def rows() -> dict[str, int]:
            with sqlite3.connect(tmp_path / "test.db") as connection:
                tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
                return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}

        before = rows()
        assert {"messages", "runs", "events", "contacts"} <= set(before)
        found = await walked(web, flow_id, messages=[{"text": "price"}, {"payload": "yes"}])
        assert len(found["messages"]) == 2
        assert rows() == before
        assert publisher.events == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
MESSAGE = st.fixed_dictionaries(
    {},
    optional={
        "text": st.text(max_size=20) | st.sampled_from(["price", "stop"]),
        "payload": st.sampled_from(["yes", 'ic1:["run_1","ask","yes"]', "x"]) | JSON,
        "kind": st.sampled_from(["message", "comment", "reaction", "api", "schedule", "contact_changed", "referral"]),
        "refs": st.dictionaries(st.sampled_from(["commentId", "flowId", "mid", "ref"]), JSON, max_size=3),
        "at": st.datetimes(timezones=st.just(dt.UTC)).map(dt.datetime.isoformat) | JSON,
        "attachments": st.lists(st.fixed_dictionaries({"type": st.text(max_size=5)}), max_size=2) | JSON,
    },
)
BODY = st.fixed_dictionaries(
    {"messages": st.lists(MESSAGE, max_size=4) | JSON},
    optional={
        "contact": st.fixed_dictionaries({}, optional={"name": JSON, "tags": JSON, "fields": JSON}) | JSON,
        "variables": st.dictionaries(st.text(max_size=8), JSON, max_size=3) | JSON,
        "responses": st.dictionaries(st.sampled_from(["c", "run_1 c"]), JSON, max_size=2) | JSON,
        "until": JSON | st.datetimes(timezones=st.just(dt.UTC)).map(dt.datetime.isoformat),
    },
)


@given(body=BODY | JSON)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_json_has_an_answer(web: httpx.AsyncClient, flow_id: str, body: Any) -> None:
    answer = await web.post(f"/api/flow/{flow_id}/test", json=body, headers=as_("ann"))
    assert answer.status_code in (200, 400, 422)
    if answer.status_code == 200:
        assert answer.json()["status"] in ("not_started", "waiting", "completed", "failed")
    else:
        assert answer.headers["content-type"] == "application/problem+json"
