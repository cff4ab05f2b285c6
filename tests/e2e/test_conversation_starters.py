"""A conversation starter from `/settings` to the customer's phone, and the flow that answers its tap."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.support import people
from tests.support.browser import Person
from tests.support.server import ServerProcess

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]
ANSWER = "From 12 euro."


def answering_flow() -> dict[str, object]:
    trigger = {"type": "ice_breaker", "payloads": ["ICE_PRICES"]}
    return {
        "name": "Prices",
        "nodes": [
            {"id": "t", "type": "triggerNode", "position": {"x": 0, "y": 0}, "data": {"triggers": [trigger]}},
            {"id": "m", "type": "messageNode", "position": {"x": 300, "y": 0}, "data": {"content": ANSWER}},
        ],
        "edges": [{"id": "e", "source": "t", "target": "m"}],
    }


def test_a_question_is_added_shown_on_the_phone_tapped_and_answered(browser: Browser, tmp_path: Path) -> None:
    with ServerProcess(tmp_path) as server:
        owner = Person(browser, server.url)
        page = owner.page("/")
        people.sign_up(page, "Lena", "lena@example.com")
        people.connect_instagram(page)
        saved = owner.context.request.post("/api/flow/save", data=answering_flow())
        assert owner.context.request.post(f"/api/flow/{saved.json()['id']}/activate").ok

        page.goto("/settings")
        section = page.get_by_role("form", name="Conversation starters and menu")
        for _ in range(2):
            section.get_by_role("button", name="Add a question").press("Enter")
        questions, payloads = section.get_by_label("Question", exact=True), section.get_by_label("Payload")
        questions.nth(0).fill("Are you open?")
        questions.nth(1).fill("What does it cost?")
        payloads.nth(1).fill("ICE_PRICES")
        section.get_by_role("button", name="Move question 2 up").press("Enter")
        expect(questions.nth(0)).to_have_value("What does it cost?")
        section.get_by_role("button", name="Save on Instagram").click()
        expect(section.get_by_text("Write the payload.")).to_be_visible()
        section.get_by_role("button", name="Remove question 2").click()
        expect(questions).to_have_count(1)
        section.get_by_role("button", name="Save on Instagram").click()
        expect(page.get_by_text("Saved. People see it")).to_be_visible()
        page.reload()
        expect(questions).to_have_value("What does it cost?")
        expect(section.get_by_text("No active flow listens")).to_have_count(0)

        phone = Person(browser, server.url).page("/simulator")
        phone.get_by_role("button", name="What does it cost?").click()
        expect(phone.get_by_role("log", name="Conversation").get_by_text(ANSWER)).to_be_visible()
        assert owner.problems == []
