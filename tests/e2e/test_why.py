"""Why a flow answered, why none did, what members note, and what flows tell them, as people see it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.support import people
from tests.support.browser import Person
from tests.support.outside import Instagram, connected_instagram
from tests.support.server import ServerProcess

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]


@dataclass
class Office:
    """A running server with a connected account and two flows; its owner at two browsers."""

    instagram: Instagram
    owner: Person
    desk: Page
    second_desk: Page


@pytest.fixture(scope="module")
def office(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    data = tmp_path_factory.mktemp("why")
    with ServerProcess(data) as server, httpx.Client(base_url=server.url, timeout=20) as http:
        owner = Person(browser, server.url)
        desk = owner.page("/")
        people.sign_up(desk, "Lena", "lena@example.com")
        people.connect_instagram(desk)
        _activate(owner, "Prices", PRICES)
        _activate(owner, "Opening hours", HOURS)
        elsewhere = Person(browser, server.url)
        second_desk = elsewhere.page("/")
        people.sign_in(second_desk, "lena@example.com")
        yield Office(connected_instagram(server, data, http), owner, desk, second_desk)


class TestWhy:
    def test_a_member_reads_why_a_flow_answered_and_follows_the_run_live(self, office: Office) -> None:
        ana = _customer_writes(office, "ana", "What is the price?")
        sheet = _why(office.desk, "Which size?", "out")
        expect(sheet.get_by_role("heading", name="Why this was sent")).to_be_visible()
        expect(sheet.get_by_text("ana wrote “What is the price?”")).to_be_visible()
        expect(sheet.get_by_text("A trigger of “Prices” matched, so it started.")).to_be_visible()
        asked = sheet.get_by_role("region", name="Flows that were asked").get_by_role("listitem")
        expect(asked.filter(has_text="Prices")).to_contain_text("Started")
        expect(asked.filter(has_text="Opening hours")).to_contain_text("Did not match")
        run = sheet.get_by_role("region", name="Run")
        expect(run).to_contain_text("Waiting")
        expect(run.get_by_text("Waits for an answer, until")).to_be_visible()

        office.instagram.write(ana, "Large")
        expect(run).to_contain_text("Completed")
        expect(run.get_by_text("then the answer came: “Large”")).to_be_visible()
        expect(run.get_by_text("Sent “Large it is.”")).to_be_visible()

        office.desk.keyboard.press("Escape")
        expect(sheet).to_have_count(0)
        opener = people.bubble(office.desk, "Which size?", "out").get_by_role("button", name="Why?")
        expect(opener).to_be_focused()
        office.desk.keyboard.press("Enter")
        office.desk.get_by_role("dialog").get_by_role("link", name="Open in builder").click()
        office.desk.wait_for_url("**/flow-builder/flow_*")

    def test_a_member_reads_why_no_flow_answered(self, office: Office) -> None:
        _customer_writes(office, "bea", "Do you ship to Spain?")
        sheet = _why(office.desk, "ship to Spain", "in")
        expect(sheet.get_by_text("No flow started: no trigger matched.")).to_be_visible()
        prices = sheet.get_by_role("listitem").filter(has_text="Prices")
        expect(prices).to_contain_text("None of the keywords is there.")
        expect(prices).to_contain_text("Do you ship to Spain?")
        expect(prices).to_contain_text("price, cost")
        expect(sheet.get_by_role("region", name="Run")).to_have_count(0)
        sheet.get_by_role("button", name="Close").click()
        expect(sheet).to_have_count(0)


class TestNotes:
    def test_a_note_is_seen_by_members_in_the_order_of_time_and_never_sent(self, office: Office) -> None:
        carl = _customer_writes(office, "carl", "I am Carl")
        office.second_desk.goto(office.desk.url)
        office.desk.get_by_label("Message", exact=True).fill("half an answer")
        office.desk.get_by_role("button", name="Note", exact=True).click()
        field = office.desk.get_by_label("Note", exact=True)
        expect(field).to_have_value("")
        field.fill("Carl gets ten per cent")
        office.desk.keyboard.press("Enter")
        for page in (office.desk, office.second_desk):
            note = people.bubble(page, "Carl gets ten per cent", "note")
            expect(note).to_contain_text("Note by Lena")
        expect(field).to_have_value("")

        office.instagram.write(carl, "And one more thing")
        expect(people.bubble(office.desk, "one more thing", "in")).to_be_visible()
        office.desk.reload()
        expect(office.desk.get_by_label("Message", exact=True)).to_have_value("half an answer")
        lines = office.desk.locator("#thread li")
        expect(lines).to_have_count(3)
        expect(lines.nth(1)).to_contain_text("Carl gets ten per cent")
        expect(people.bubble(office.desk, "Carl gets", "out")).to_have_count(0)


class TestNotices:
    def test_what_a_flow_tells_members_appears_on_any_page_and_leads_to_the_conversation(self, office: Office) -> None:
        office.second_desk.goto("/settings")
        expect(office.second_desk.get_by_role("heading", name="Settings").first).to_be_visible()
        _customer_writes(office, "dora", "Are you open today?")
        told = office.second_desk.get_by_text("Somebody asks about today")
        expect(told).to_be_visible()
        office.second_desk.get_by_role("button", name="Open", exact=True).click()
        expect(people.bubble(office.second_desk, "Are you open today?", "in")).to_be_visible()
        line = people.bubble(office.desk, "Somebody asks about today", "activity")
        expect(line).to_contain_text("Opening hours")


class TestLast:
    def test_no_console_has_an_error(self, office: Office) -> None:
        assert office.owner.problems == []


def _node(node_id: str, kind: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"id": node_id, "type": kind, "position": {"x": 0, "y": 0}, "data": data}


def _keywords(*words: str) -> dict[str, Any]:
    return _node("start", "triggerNode", {"triggers": [{"type": "keyword", "keywords": list(words)}]})


def _edges(*pairs: tuple[str, str, str]) -> list[dict[str, str]]:
    return [{"id": f"{a}-{b}", "source": a, "sourceHandle": by, "target": b} for a, by, b in pairs]


PRICES = {
    "nodes": [
        _keywords("price", "cost"),
        _node("ask", "questionNode", {"content": "Which size?", "saveTo": "size"}),
        _node("say", "messageNode", {"content": "{{size}} it is."}),
    ],
    "edges": _edges(("start", "next", "ask"), ("ask", "answered", "say")),
}
HOURS = {
    "nodes": [
        _keywords("open"),
        _node("tell", "actionNode", {"action": "notify", "text": "Somebody asks about today"}),
        _node("say", "messageNode", {"content": "From 10 to 18."}),
    ],
    "edges": _edges(("start", "next", "tell"), ("tell", "next", "say")),
}


def _activate(owner: Person, name: str, graph: dict[str, Any]) -> None:
    saved = owner.context.request.post("/api/flow/save", data={"name": name, **graph})
    assert saved.ok, saved.text()
    active = owner.context.request.post(f"/api/flow/{saved.json()['id']}/activate")
    assert active.ok, active.text()


def _customer_writes(office: Office, name: str, text: str) -> str:
    """Somebody new writes, and the desk opens the conversation."""
    igsid = office.instagram.customer(name, name)
    office.desk.goto("/chats")
    office.instagram.write(igsid, text)
    office.desk.locator('section[aria-label="Conversations"] li > a', has_text=name).click()
    expect(people.bubble(office.desk, text, "in")).to_be_visible()
    return igsid


def _why(page: Page, text: str, direction: str) -> Locator:
    line = people.bubble(page, text, direction)
    line.hover()
    line.get_by_role("button", name="Why?").click()
    return page.get_by_role("dialog")
