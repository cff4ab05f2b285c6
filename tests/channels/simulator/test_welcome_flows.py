"""`welcome_message_flows`: what conversations that an ad opens begin with."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.channels.simulator.world import World

_MESSAGES = [{"message": {"text": "Hello from the ad"}}]
_FLOW: dict[str, Any] = {"name": "Autumn", "welcome_message_flow": _MESSAGES, "eligible_platforms": ["instagram"]}
_PATH = "me/welcome_message_flows"


class TestWelcomeMessageFlows:
    async def test_is_made_changed_listed_and_deleted(self, world: World) -> None:
        status, made = await world.graph("POST", _PATH, json=_FLOW)
        assert (status, set(made)) == (200, {"flow_id"})
        changed = await world.graph("POST", _PATH, json={"flow_id": made["flow_id"], "name": "Winter"})
        assert changed == (200, {"success": True})
        _status, listed = await world.graph("GET", _PATH)
        found = listed["data"][0]
        assert (found["id"], found["name"], found["is_used_in_ad"]) == (made["flow_id"], "Winter", False)
        assert json.loads(found["welcome_message_flow"]) == _MESSAGES
        assert found["eligible_platforms"] == ["instagram"]
        assert found["last_update_time"].endswith("+0000")
        assert "after" in listed["paging"]["cursors"]
        gone = await world.graph("DELETE", f"{_PATH}?flow_id={made['flow_id']}")
        assert gone == (200, {"success": True})
        assert (await world.graph("GET", _PATH))[1]["data"] == []

    @pytest.mark.parametrize(
        "bad", [{"name": ""}, {"welcome_message_flow": []}, {"welcome_message_flow": ["x"]}, {"eligible_platforms": []}]
    )
    async def test_nonsense_is_100(self, world: World, bad: dict[str, Any]) -> None:
        status, error = await world.graph("POST", _PATH, json={**_FLOW, **bad})
        assert (status, error["code"]) == (400, 100)

    @pytest.mark.parametrize("method", ["POST", "DELETE"])
    async def test_an_unknown_one_is_not_there(self, world: World, method: str) -> None:
        status, error = await world.graph(method, f"{_PATH}?flow_id=1", json={"name": "x"})
        assert (status, error["error_subcode"]) == (400, 33)
