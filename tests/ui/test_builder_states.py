"""What the states behind the history and test panels answer the canvas, without a browser."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from instantchat.errors import Invalid, NotFound, Unauthenticated
from instantchat.features.flows.builder.history import FlowHistory
from instantchat.features.flows.builder.trial import FlowTrial
from tests.ui.conftest import Assembly, Tab

ASKED = {"flowId": "flow_1", "seq": 7}


class Reply:
    """Stands for what a service hands out."""

    def __init__(self, **said: Any) -> None:
        self.said = said

    def wire(self) -> dict[str, Any]:
        return self.said


@pytest.fixture
def history(tab: Tab) -> Any:
    return tab.at("/flow-builder/flow_1", cookie="ana-cookie").state(FlowHistory)


@pytest.fixture
def trial(tab: Tab) -> Any:
    return tab.at("/flow-builder/flow_1", cookie="ana-cookie").state(FlowTrial)


class TestHistory:
    async def test_versions_are_asked_for_as_the_member(self, history: Any, parts: Assembly) -> None:
        asked = []

        async def versions(member: Any, flow_id: str, *, limit: int, cursor: str | None) -> Any:
            asked.append((member.user_id, flow_id, limit, cursor))
            return SimpleNamespace(data=[Reply(number=1)], next_cursor="c")

        parts.history = SimpleNamespace(versions=versions)  # type: ignore[attr-defined]
        await FlowHistory.versions.fn(history, {**ASKED, "cursor": "b"})
        assert asked == [("usr_1", "flow_1", 20, "b")]
        [reply] = history.replies
        assert (reply["seq"], reply["ok"], reply["data"], reply["nextCursor"]) == (7, True, [{"number": 1}], "c")

    async def test_a_refusal_is_an_answer(self, history: Any, parts: Assembly) -> None:
        async def restore(*_: Any) -> Any:
            raise NotFound("version_not_found", "This flow has no version “9”.")

        parts.history = SimpleNamespace(restore=restore)  # type: ignore[attr-defined]
        await FlowHistory.restore.fn(history, {**ASKED, "number": 9})
        [reply] = history.replies
        assert (reply["seq"], reply["ok"], reply["message"]) == (7, False, "This flow has no version “9”.")

    async def test_a_visitor_has_no_answer(self, tab: Tab) -> None:
        state = tab.at("/flow-builder/flow_1", cookie="revoked").state(FlowHistory)
        with pytest.raises(Unauthenticated):
            await FlowHistory.compare.fn(state, ASKED)
        assert state.replies == []


class TestTrial:
    async def test_only_the_last_two_answers_are_kept(self, trial: Any, parts: Assembly) -> None:
        async def test(member: Any, flow_id: str, body: Any) -> Any:
            return Reply(said=body.messages[0].text)

        parts.trial = SimpleNamespace(test=test)  # type: ignore[attr-defined]
        for text in ("one", "two", "three"):
            await FlowTrial.test.fn(trial, {**ASKED, "body": {"messages": [{"text": text}]}})
        assert [reply["result"]["said"] for reply in trial.replies] == ["two", "three"]
        assert trial.replies[0]["id"] < trial.replies[1]["id"]

    @pytest.mark.parametrize("body", [None, [], {}, {"messages": [{"text": 1}]}, {"messages": "x"}])
    async def test_what_cannot_be_read_is_refused(self, trial: Any, body: Any) -> None:
        await FlowTrial.test.fn(trial, {**ASKED, "body": body})
        assert trial.replies[0]["message"] == "The request could not be read."

    async def test_a_refusal_names_what_is_wrong(self, trial: Any, parts: Assembly) -> None:
        async def test(*_: Any) -> Any:
            raise Invalid("time_goes_back", "Each moment comes after the one before.")

        parts.trial = SimpleNamespace(test=test)  # type: ignore[attr-defined]
        await FlowTrial.test.fn(trial, {**ASKED, "body": {"messages": [{"text": "x"}]}})
        assert (trial.replies[0]["ok"], trial.replies[0]["code"]) == (False, "time_goes_back")
