"""People beside flows, as they see it: the rules of an account, a pause, an opt-out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support import people
from tests.support.browser import Person
from tests.support.outside import Instagram, connected_instagram
from tests.support.server import ServerProcess

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]


@dataclass
class Office:
    """The owner at a browser, with a connected account."""

    desk: Page
    instagram: Instagram


@pytest.fixture(scope="module")
def office(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    data = tmp_path_factory.mktemp("people")
    with ServerProcess(data) as server, httpx.Client(base_url=server.url, timeout=20) as http:
        desk = Person(browser, server.url).page("/")
        people.sign_up(desk, "Lena", "lena@example.com")
        people.connect_instagram(desk)
        yield Office(desk, connected_instagram(server, data, http))


def test_the_rules_of_an_account_are_changed_in_the_settings(office: Office) -> None:
    desk = office.desk
    desk.goto("/settings")
    desk.get_by_label("Pause after a person's answer").fill("90")
    desk.get_by_label("Disclosure").fill("x" * 501)
    desk.get_by_label("Words that call a person").fill("human\nagent")
    desk.get_by_label("Check for missed messages").check()
    desk.get_by_role("button", name="Save rules").click()
    expect(desk.get_by_role("alert").get_by_text("at most 500 characters; this one has 501")).to_be_visible()
    expect(desk.get_by_label("Words that call a person")).to_have_value("human\nagent")

    desk.get_by_label("Disclosure").fill("You are talking to our assistant.")
    desk.get_by_role("button", name="Save rules").click()
    expect(desk.get_by_text("They count from the next message on.").first).to_be_visible()
    desk.reload()
    expect(desk.get_by_label("Pause after a person's answer")).to_have_value("90")
    expect(desk.get_by_label("Disclosure")).to_have_value("You are talking to our assistant.")
    expect(desk.get_by_label("Check for missed messages")).to_be_checked()


def test_flows_are_paused_and_resumed_by_hand(office: Office) -> None:
    desk = office.desk
    opened(office, office.instagram.customer("ana.silva", "Ana Silva"), "Ana Silva")
    desk.get_by_label("Automation for this person").click()
    desk.get_by_role("menuitem", name="Pause flows for a day").click()
    expect(desk.get_by_text("Lena paused flows for 1 day.")).to_be_visible()
    expect(desk.get_by_text("Flows are paused for this person: 24 h left")).to_be_visible()
    desk.get_by_role("button", name="Resume flows").click()
    expect(desk.get_by_text("Lena let flows answer again.")).to_be_visible()
    expect(desk.get_by_text("Flows are paused for this person")).to_have_count(0)


def test_an_opt_out_is_seen_and_lifted(office: Office) -> None:
    bea, desk = office.instagram.customer("bea", "Bea Zimt"), office.desk
    opened(office, bea, "Bea Zimt")
    office.instagram.write(bea, "STOP")
    expect(desk.get_by_text("Opted out", exact=True)).to_be_visible()
    expect(people.bubble(desk, "You will get no more automatic messages", "out")).to_be_visible()
    desk.get_by_role("button", name="Allow automatic messages again").click()
    expect(desk.get_by_text("Lena allowed automatic messages again.")).to_be_visible()
    expect(desk.get_by_text("Opted out", exact=True)).to_have_count(0)


def opened(office: Office, igsid: str, name: str) -> None:
    """Somebody wrote, and their conversation is open."""
    office.instagram.write(igsid, "hello")
    office.desk.goto("/chats")
    office.desk.get_by_role("link", name=name).click()
    expect(people.bubble(office.desk, "hello", "in")).to_be_visible()
