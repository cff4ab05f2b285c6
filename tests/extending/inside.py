"""Run by `test_example.py` in a process that has the example plug-in; pytest does not collect it by itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
import reflex as rx
from instantchat_poll.effect import CastVote
from instantchat_poll.state import Polls
from instantchat_poll.votes import metric, read_votes
from reflex.compiler.compiler import compile_page, compile_unevaluated_page
from reflex.event import EventHandler

from instantchat.engine.context import ContactView
from instantchat.engine.flow import validate_flow
from instantchat.engine.registry import node_schemas, node_types, trigger_types
from instantchat.errors import Forbidden, Unauthenticated
from instantchat.runtime.effects import handlers
from instantchat.ui import pages
from tests.extending.flow import poll_flow
from tests.runtime.conftest import Stage, stage
from tests.ui.conftest import ANA, Assembly, Sessions, Tab, parts, tab

__all__ = ["parts", "stage", "tab"]


class TestFound:
    def test_node_trigger_and_handler_are_registered(self) -> None:
        assert node_types()["pollNode"].__module__ == "instantchat_poll.node"
        assert trigger_types()["poll_emoji"].__module__ == "instantchat_poll.trigger"
        assert type(handlers()["poll_vote"]).__module__ == "instantchat_poll.handler"

    def test_the_palette_and_the_trigger_form_have_them(self) -> None:
        schemas = {each["type"]: each for each in node_schemas()}
        assert [field["name"] for field in schemas["pollNode"]["fields"]] == [
            "question", "options", "variable", "hours",
        ]  # fmt: skip
        (triggers,) = schemas["triggerNode"]["fields"]
        assert "poll_emoji" in {each["name"] for each in triggers["variants"]}


class TestRunning:
    async def test_a_flow_with_them_is_valid(self) -> None:
        assert [(each.code, each.node_id) for each in validate_flow(poll_flow()) if each.severity != "info"] == []

    async def test_a_webhook_event_leads_to_a_vote(self, stage: Stage) -> None:
        await stage.flow(poll_flow())
        await stage.say("🔥🔥")
        await stage.work()
        await stage.say("lemon")
        await stage.work()
        assert [text for _, text, _ in await stage.lines()] == ["🔥🔥", "Which flavour?", "lemon", "Lemon it is"]
        assert (await stage.contact()).variables == {"flavour": "Lemon"}
        assert await votes(stage) == [("flavour", "Lemon", 1)]
        (run,) = await stage.runs()
        assert run.state == "completed"
        told = [effect for step in run.trace for effect in step.get("effects", [])]
        assert {"kind": "poll_vote", "variable": "flavour", "answer": "Lemon"} in told

    async def test_a_tap_counts_and_a_contact_votes_once(self, stage: Stage) -> None:
        await stage.flow(poll_flow())
        await stage.say("🔥")
        await stage.work()
        (_, question) = await stage.messages()
        await stage.say("🍈", payload=question.extras["quickReplies"][0]["payload"])
        await stage.work()
        await stage.say("🔥")
        await stage.work()
        assert [text for who, text, _ in await stage.lines() if who == "flow"] == [
            "Which flavour?", "Fig it is", "Fig it is",
        ]  # fmt: skip
        assert await votes(stage) == [("flavour", "Fig", 1)]

    async def test_a_second_vote_changes_nothing(self) -> None:
        contact = ContactView("con_1", "1789", variables={"flavour": "Fig"})
        assert CastVote("flavour", "Lemon").apply(contact) is contact


class TestPage:
    def test_is_protected_in_the_navigation_and_compiles_within_the_frame(self) -> None:
        """Compiled, not bundled: bun takes about a minute and one folder for the whole checkout."""
        app = rx.App()
        found = {each.route: each for each in pages.register_all(app)}
        assert found["/polls"].protected
        assert [each.route for each in pages.in_navigation()] == ["/polls"]
        _, code = compile_page("polls", compile_unevaluated_page("polls", app._unevaluated_pages["polls"]))
        assert "How often each answer was given." in code
        assert "Skip to content" in code
        assert "radix-ui/themes" not in code

    @pytest.mark.parametrize("handler", [Polls.load, Polls.choose])
    async def test_visitors_reach_nothing(self, tab: Tab, handler: EventHandler) -> None:
        with pytest.raises(Unauthenticated):
            await call(tab.at("/polls").state(Polls), handler)

    @pytest.mark.parametrize("handler", [Polls.load, Polls.choose])
    async def test_viewers_are_refused(self, tab: Tab, handler: EventHandler, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(Sessions.people, "viewer-cookie", replace(ANA, role="viewer"))
        with pytest.raises(Forbidden):
            await call(tab.at("/polls", cookie="viewer-cookie").state(Polls), handler)

    async def test_shows_the_votes_of_ones_own_workspace(self, tab: Tab, parts: Assembly, stage: Stage) -> None:
        today = stage.clock.now().date()
        parts.store, parts.clock = stage.store, stage.clock
        for workspace, answer in (("wsp_1", "Fig"), ("wsp_2", "Lemon")):
            await stage.store.activity.add(workspace, today, {metric("flavour", answer): 2, "runs": 5})
        await stage.store.activity.add("wsp_1", today - dt.timedelta(days=20), {metric("flavour", "Fig"): 1})
        state = tab.at("/polls", cookie="ana-cookie").state(Polls)
        await call(state, Polls.load)
        assert state.lines == [{"poll": "flavour", "answer": "Fig", "count": 3}]
        await Polls.choose.fn(state, "7")
        assert state.lines == [{"poll": "flavour", "answer": "Fig", "count": 2}]
        await Polls.choose.fn(state, "100000000")
        assert state.days == "7"


async def call(state: Any, handler: EventHandler) -> None:
    await handler.fn(state, *(["7"] if handler is Polls.choose else []))


async def votes(stage: Stage) -> list[tuple[str, str, int]]:
    found = await read_votes(stage.store, stage.seeded.workspace_id, stage.clock.now().date(), 30)
    return [(each.poll, each.answer, each.count) for each in found]
