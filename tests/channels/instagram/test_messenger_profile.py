"""The messenger profile: against the simulator over HTTP, and in the shapes Meta's documents disagree about."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from instantchat.channels.instagram.client import InstagramClient
from instantchat.channels.instagram.errors import MetaRefused, MetaUnreachable
from instantchat.channels.instagram.messenger_profile import IceBreaker, MenuItem, MessengerProfile, read, write
from instantchat.kit.crypto import Secret
from tests.channels.instagram.mocked import client_of
from tests.channels.simulator.world import a_world

PRICES = IceBreaker("What does it cost?", "ICE_PRICES")
TALK, SITE = MenuItem("Talk to us", "TALK"), MenuItem("Our shop", url="https://shop.example")
TOKEN = Secret("t")


def answering(answer: Any, status: int = 200) -> tuple[InstagramClient, list[httpx.Request]]:
    """A client whose every call is answered so, and its calls."""
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(status, content=answer if isinstance(answer, bytes) else json.dumps(answer).encode())

    return client_of(handle), asked


NOTHING = MessengerProfile()


class TestSimulator:
    async def test_is_written_shown_read_back_and_deleted(self, tmp_path: Path) -> None:
        async with a_world(tmp_path) as world:
            profile, less = MessengerProfile((PRICES,), (TALK, SITE)), MessengerProfile((), (SITE,))
            await write(world.client, world.account_id, world.token, profile, NOTHING)
            assert await read(world.client, world.account_id, world.token) == profile
            shown = await world.api("GET", f"accounts/{world.account_id}/profile")
            assert shown["iceBreakers"] == [{"title": "What does it cost?", "payload": "ICE_PRICES"}]
            assert [line["title"] for line in shown["menu"]] == ["Talk to us", "Our shop"]
            await write(world.client, world.account_id, world.token, less, profile)
            assert await read(world.client, world.account_id, world.token) == less
            await write(world.client, world.account_id, world.token, NOTHING, less)
            assert await read(world.client, world.account_id, world.token) == NOTHING

    async def test_one_too_many(self, tmp_path: Path) -> None:
        async with a_world(tmp_path) as world:
            with pytest.raises(MetaRefused):
                await write(world.client, world.account_id, world.token, MessengerProfile((PRICES,) * 5), NOTHING)


class TestRead:
    FLAT = [{"question": "What does it cost?", "payload": "ICE_PRICES"}]
    GROUPED = [
        {"locale": "de_DE", "call_to_actions": [{"question": "Was kostet das?", "payload": "X"}]},
        {"locale": "default", "call_to_actions": FLAT},
    ]

    @pytest.mark.parametrize(
        "body",
        [
            {"data": [{"ice_breakers": FLAT}]},
            {"data": [{"ice_breakers": GROUPED}]},
            {"data": [{"persistent_menu": []}, {"ice_breakers": GROUPED}]},
            {"ice_breakers": FLAT},
        ],
    )
    async def test_takes_every_shape(self, body: Any) -> None:
        client, _ = answering(body)
        assert await read(client, "17841", TOKEN) == MessengerProfile((PRICES,))

    @pytest.mark.parametrize("body", [{"data": []}, {}, [], {"data": [{"ice_breakers": "x", "persistent_menu": [7]}]}])
    async def test_nothing_is_nothing(self, body: Any) -> None:
        client, _ = answering(body)
        found = await read(client, "17841", TOKEN)
        assert found.ice_breakers == ()

    async def test_no_json(self) -> None:
        client, _ = answering(b"<html>")
        with pytest.raises(MetaUnreachable):
            await read(client, "17841", TOKEN)

    async def test_a_refused_id_is_followed_by_me(self) -> None:
        client, asked = answering({"error": {"code": 100, "message": "no"}}, 400)
        with pytest.raises(MetaRefused):
            await read(client, "17841", TOKEN)
        paths = [each.url.path for each in asked]
        assert paths == ["/v25.0/17841/messenger_profile", "/v25.0/me/messenger_profile"]

    async def test_a_dead_token_is_not_tried_again(self) -> None:
        client, asked = answering({"error": {"code": 190, "message": "no"}}, 400)
        with pytest.raises(MetaRefused):
            await read(client, "17841", TOKEN)
        assert len(asked) == 1
