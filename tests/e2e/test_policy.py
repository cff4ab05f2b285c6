"""What customers get while people and policy are in play: counted on their phones, at the simulator."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.postgres.owner import Owner, signed_up
from tests.postgres.processes import eventually
from tests.support.outside import connected_instagram
from tests.support.server import ServerProcess

pytestmark = pytest.mark.e2e
CONFIRMED = "You will get no more automatic messages from us. A person still reads what you write."
HOUR = 3600


@dataclass
class Shop:
    """A connected account with a flow that answers `price`, and one that asks at `order` and waits."""

    owner: Owner
    server: ServerProcess
    data_dir: Path

    async def ask(self, method: str, path: str, **request: Any) -> Any:
        answer = await self.owner.http.request(method, path, **request)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    async def phone_shows(self, igsid: str, *lines: tuple[str, str]) -> None:
        """Until all that the customer wrote is in the inbox and nothing is on its way; then the customer's phone shows
        exactly these."""
        written = sorted(text for direction, text in lines if direction == "in")

        async def is_quiet() -> bool:
            talk = next((each for each in await self.owner.inbox() if each["contact"]["igsid"] == igsid), None)
            texts = await self.owner.texts(talk["id"]) if talk else []
            heard = sorted(text for direction, _, text in texts if direction == "in")
            return heard == written and not any(status in ("queued", "sending") for _, status, _ in texts)

        async def shown() -> bool:
            return await is_quiet() and await self.owner.phone(igsid) == list(lines)

        try:
            await eventually(shown, "the phone")
        except AssertionError:
            assert await self.owner.phone(igsid) == list(lines)
            raise

    async def conversation(self, username: str) -> Any:
        """The one with this customer, as soon as the inbox knows the name."""

        async def known() -> Any:
            found = await self.owner.inbox()
            return next((each for each in found if each["contact"]["username"] == username), None)

        return await eventually(known, f"a conversation with {username}")

    async def inbox_shows(self, conversation_id: str, *last: tuple[str, str, str]) -> None:
        """Until the conversation ends with exactly these: (direction, status, text)."""

        async def shown() -> bool:
            return (await self.owner.texts(conversation_id))[-len(last) :] == list(last)

        await eventually(shown, "the inbox")


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    with ServerProcess(tmp_path, "--api-only") as server:
        async with signed_up(server.url) as owner:
            await owner.connect()
            await owner.activate("price", "5 euro")
            yield Shop(owner, server, tmp_path)


async def test_an_opt_out_is_confirmed_once_and_silence_follows_until_it_is_taken_back(shop: Shop) -> None:
    igsid, write = await shop.owner.customer("ana"), shop.owner.write
    await write(igsid, "price")
    await shop.phone_shows(igsid, ("in", "price"), ("out", "5 euro"))
    await write(igsid, "Stop")
    said = [("in", "price"), ("out", "5 euro"), ("in", "Stop"), ("out", CONFIRMED)]
    await shop.phone_shows(igsid, *said)
    for text in ("stop", "price", "START", "price"):
        await write(igsid, text)
    silent = [("in", text) for text in ("stop", "price", "START", "price")]
    await shop.phone_shows(igsid, *said, *silent, ("out", "5 euro"))


async def test_an_answer_from_the_phone_silences_flows_and_ends_what_waits(shop: Shop) -> None:
    igsid, write = await shop.owner.customer("ben"), shop.owner.write
    await activate_question(shop)
    await write(igsid, "order")
    said = [("in", "order"), ("out", "Which size?")]
    await shop.phone_shows(igsid, *said)
    phone = {"igsid": igsid, "text": "I'll help you"}
    await shop.ask("POST", f"/simulator/api/accounts/{shop.owner.ig_id}/messages", json=phone)

    async def paused() -> bool:
        return (await shop.conversation("ben"))["pausedUntil"] is not None

    await eventually(paused, "the pause")
    talk = await shop.conversation("ben")
    (run,) = (await shop.ask("GET", "/api/runs", params={"conversationId": talk["id"]}))["data"]
    assert (run["status"], run["error"].partition(":")[0]) == ("cancelled", "taken_over")
    for text in ("price", "L"):
        await write(igsid, text)
    await shop.inbox_shows(talk["id"], ("in", "received", "price"), ("in", "received", "L"))
    await shop.ask("PATCH", f"/api/messages/instagram/{talk['id']}", json={"pausedUntil": None})
    await write(igsid, "M")
    await write(igsid, "price")
    silent = [("in", text) for text in ("price", "L", "M", "price")]
    await shop.phone_shows(igsid, *said, ("out", "I'll help you"), *silent, ("out", "5 euro"))


async def test_automation_is_disclosed_once(shop: Shop) -> None:
    igsid, write = await shop.owner.customer("carl"), shop.owner.write
    await shop.ask("PATCH", "/api/instagram/rules", json={"disclosure": "I am a bot."})
    await write(igsid, "price")
    said = [("in", "price"), ("out", "I am a bot."), ("out", "5 euro")]
    await shop.phone_shows(igsid, *said)
    await write(igsid, "price")
    await shop.phone_shows(igsid, *said, ("in", "price"), ("out", "5 euro"))


async def test_after_24_hours_a_person_still_answers_but_no_flow(shop: Shop) -> None:
    """The customer wrote 25 hours ago to both: to the simulator by its clock, to the product by the webhook's date."""
    igsid = await shop.owner.customer("dora")
    await shop.ask("PUT", "/simulator/api/faults", json={"dropNext": 1})
    await shop.owner.write(igsid, "hello")
    await shop.ask("POST", "/simulator/api/clock", json={"advance": 25 * HOUR})
    with httpx.Client(base_url=shop.server.url) as http:
        connected_instagram(shop.server, shop.data_dir, http).told(igsid, ["hello"], time.time() - 25 * HOUR)
    flow = next(each for each in (await shop.ask("GET", "/api/flow/user"))["data"] if each["name"] == "Answer price")

    async def known() -> bool:
        return any(each["contact"]["igsid"] == igsid for each in await shop.owner.inbox())

    await eventually(known, "the conversation")
    started = await shop.ask("POST", f"/api/flow/{flow['id']}/trigger", json={"recipientId": igsid})

    async def ended() -> bool:
        answer = await shop.owner.http.get(f"/api/runs/{started['runId']}")
        return answer.is_success and answer.json()["status"] == "completed"

    await eventually(ended, "the run")
    await shop.ask("POST", "/api/instagram/send-message", json={"recipientId": igsid, "message": "By hand"})
    await shop.phone_shows(igsid, ("in", "hello"), ("out", "By hand"))


async def activate_question(shop: Shop) -> None:
    """A flow that asks at `order`, and answers what it is told."""
    trigger = {"triggers": [{"type": "keyword", "keywords": ["order"]}]}
    nodes = [
        {"id": "start", "type": "triggerNode", "position": {"x": 0, "y": 0}, "data": trigger},
        {
            "id": "ask",
            "type": "questionNode",
            "position": {"x": 300, "y": 0},
            "data": {"content": "Which size?", "saveTo": "size"},
        },
        {"id": "thanks", "type": "messageNode", "position": {"x": 600, "y": 0}, "data": {"content": "Noted"}},
    ]
    edges = [
        {"id": "e1", "source": "start", "target": "ask"},
        {"id": "e2", "source": "ask", "target": "thanks", "sourceHandle": "answered"},
    ]
    saved = await shop.ask("POST", "/api/flow/save", json={"name": "Order", "nodes": nodes, "edges": edges})
    active = await shop.ask("POST", f"/api/flow/{saved['id']}/activate")
    assert active["status"] == "active", active
