"""The main job as its users do it: sign up, connect, draw, activate, chat, answer; in two browsers and on the phone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support import builder, people
from tests.support.browser import Person
from tests.support.server import ServerProcess

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]
LARGE, SMALL = "The large print is 40 euro.", "Prices start at 12 euro."


@dataclass
class Shop:
    """A running server with a connected account and an active flow, and the browsers of the people concerned."""

    server: ServerProcess
    owner: Person
    desk: Page
    second_desk: Page
    customer: Person
    phone: Page


def draw_price_flow(page: Page) -> None:
    """Trigger → condition → two messages, by mouse; activated."""
    people.new_flow(page, "Prices")
    trigger = builder.drag_node(page, "Trigger", 160, 160)
    condition = builder.drag_node(page, "Condition", 460, 160)
    large = builder.drag_node(page, "Message", 800, 100)
    small = builder.drag_node(page, "Message", 800, 340)
    builder.connect(page, trigger, "next", condition)
    builder.connect(page, condition, "true", large)
    builder.connect(page, condition, "false", small)
    settings = (
        (trigger, "Keywords", "price"),
        (condition, "Keyword", "large"),
        (large, "Text", LARGE),
        (small, "Text", SMALL),
    )
    for node, field, value in settings:
        builder.close_panel(page)
        builder.select_node(page, node)
        builder.fill_field(page, field, value)
    builder.wait_saved(page)
    builder.activate(page)


@pytest.fixture(scope="module")
def shop(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Everything up to the first message, done through the pages."""
    with ServerProcess(tmp_path_factory.mktemp("shop")) as server:
        owner = Person(browser, server.url)
        desk = owner.page("/")
        people.sign_up(desk, "Lena", "lena@example.com")
        people.connect_instagram(desk)
        draw_price_flow(desk)
        desk.goto("/chats")
        elsewhere = Person(browser, server.url)
        second_desk = elsewhere.page("/")
        people.sign_in(second_desk, "lena@example.com")
        second_desk.goto("/chats")
        for each in (desk, second_desk):
            expect(each.get_by_text("No conversations yet")).to_be_visible()
        customer = Person(browser, server.url)
        yield Shop(server, owner, desk, second_desk, customer, customer.page("/simulator"))


def test_a_customer_is_answered_by_the_flow_and_everybody_sees_it(shop: Shop) -> None:
    for each in (shop.desk, shop.second_desk):
        each.evaluate("window.notReloaded = true")
    shop.phone.get_by_text("Add a customer").click()
    shop.phone.get_by_label("Name", exact=True).fill("Ana Silva")
    shop.phone.get_by_label("Username").fill("ana.silva")
    shop.phone.get_by_role("button", name="Add customer").click()
    people.write_as_customer(shop.phone, "what is the PRICE of a large one?")
    thread = shop.phone.get_by_role("log", name="Conversation")
    expect(thread.get_by_text(LARGE)).to_be_visible()
    expect(thread.get_by_text(SMALL)).to_have_count(0)

    for each in (shop.desk, shop.second_desk):
        row = each.get_by_role("link").filter(has_text="Ana Silva")
        expect(row).to_contain_text(LARGE)
        row.click()
        expect(people.bubble(each, "PRICE of a large one", "in")).to_be_visible()
        answer = people.bubble(each, LARGE, "out")
        expect(answer).to_have_attribute("data-delivery", "sent")
        expect(answer).to_contain_text("Prices")
        assert each.evaluate("window.notReloaded") is True

    people.write_as_customer(shop.phone, "and the price of a small one?")
    expect(thread.get_by_text(SMALL)).to_be_visible()
    for each in (shop.desk, shop.second_desk):
        expect(people.bubble(each, SMALL, "out")).to_have_attribute("data-delivery", "sent")
        assert each.evaluate("window.notReloaded") is True


def test_an_answer_by_hand_reaches_the_phone_and_pauses_the_flow(shop: Shop) -> None:
    shop.desk.get_by_label("Message", exact=True).fill("Hi Ana, Lena here.")
    shop.desk.get_by_role("button", name="Send").click()
    thread = shop.phone.get_by_role("log", name="Conversation")
    expect(thread.get_by_text("Hi Ana, Lena here.")).to_be_visible()
    for each in (shop.desk, shop.second_desk):
        mine = people.bubble(each, "Hi Ana, Lena here.", "out")
        expect(mine).to_have_attribute("data-delivery", "sent")
        expect(mine).to_contain_text("Lena")
        expect(each.get_by_text("Flows are paused for this person")).to_be_visible()

    people.write_as_customer(shop.phone, "the price again please")
    expect(people.bubble(shop.second_desk, "the price again please", "in")).to_be_visible()
    shop.desk.get_by_role("button", name="Resume flows").click()
    expect(shop.second_desk.get_by_text("Flows are paused for this person")).to_have_count(0)
    people.write_as_customer(shop.phone, "price, once more")
    expect(people.bubble(shop.desk, SMALL, "out")).to_have_count(2)
    expect(thread.get_by_text(SMALL)).to_have_count(2)


def test_a_second_account_sees_nothing_of_it(shop: Shop, browser: Browser) -> None:
    conversation = shop.desk.url.rsplit("/", 1)[1]
    shop.desk.goto("/flow-builder")
    shop.desk.get_by_role("link", name="Prices").first.click()
    shop.desk.wait_for_url("**/flow-builder/flow_*")
    flow = shop.desk.url.rsplit("/", 1)[1]

    stranger = Person(browser, shop.server.url)
    page = stranger.page("/")
    people.sign_up(page, "Eve", "eve@example.com")
    page.goto("/chats")
    expect(page.get_by_text("No conversations yet")).to_be_visible()
    page.goto(f"/chats/{conversation}")
    expect(page.get_by_text("This conversation is not here")).to_be_visible()
    page.goto(f"/flow-builder/{flow}")
    expect(page.get_by_text("This flow does not exist")).to_be_visible()
    page.goto("/flow-builder")
    expect(page.get_by_text("No flows yet")).to_be_visible()
    for path in (
        f"/api/messages/instagram/{conversation}",
        f"/api/runs?conversationId={conversation}",
        f"/api/events?conversationId={conversation}",
        "/api/flow/get/Prices",
        f"/api/flow/{flow}/export",
    ):
        assert page.request.get(path).status == 404, path
    assert page.request.get("/api/messages/instagram").json()["data"] == []
    assert page.request.get("/api/instagram/status").json()["accounts"] == []


def test_the_dashboard_counts_what_happened(shop: Shop) -> None:
    shop.desk.goto("/")
    expect(shop.desk.locator("dl, div").filter(has_text="Received").first).to_be_visible()
    today = shop.desk.request.get("/api/dashboard").json()["today"]
    assert today["messagesIn"] == 4
    assert today["messagesOut"] == 4
    assert today["runs"] == 3
    assert today["runFailures"] == 0


def test_the_same_build_serves_another_port_live(
    shop: Shop, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with ServerProcess(tmp_path_factory.mktemp("other")) as other:
        assert other.port != shop.server.port
        owner = Person(browser, other.url)
        desk = owner.page("/")
        people.sign_up(desk, "Omar", "omar@example.com")
        people.connect_instagram(desk)
        desk.goto("/chats")
        expect(desk.get_by_text("No conversations yet")).to_be_visible()
        phone = Person(browser, other.url).page("/simulator")
        people.write_as_customer(phone, "anybody there?")
        expect(desk.get_by_role("link").filter(has_text="anybody there?")).to_be_visible()
