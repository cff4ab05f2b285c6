"""The main job as its users do it: sign up, connect, draw, activate, chat, answer; in two browsers and on the phone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.support import builder, people
from tests.support.browser import Person
from tests.support.server import ServerProcess

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]
LARGE, SMALL = "The large print is 40 euro.", "Prices start at 12 euro."


@dataclass
class Shop:
    """A running server with an account and an active flow; its owner at two browsers, a customer at the phone."""

    server: ServerProcess
    desk: Page
    second_desk: Page
    phone: Page

    def desks(self) -> tuple[Page, Page]:
        return self.desk, self.second_desk

    def new_customer(self, name: str) -> Locator:
        """Be a new customer on the phone; the phone's thread."""
        self.phone.reload()
        self.phone.get_by_text("Add a customer").click()
        self.phone.get_by_label("Name", exact=True).fill(name)
        self.phone.get_by_label("Username").fill(name.lower().replace(" ", "."))
        self.phone.get_by_role("button", name="Add customer").click()
        expect(self.phone.get_by_text(f"You are {name}")).to_be_visible()
        return self.phone.get_by_role("log", name="Conversation")

    def open_conversation(self, name: str) -> str:
        """Open the customer's conversation at both desks; its id."""
        for desk in self.desks():
            desk.goto("/chats")
            desk.get_by_role("link").filter(has_text=name).click()
            expect(desk.get_by_role("heading", name=name)).to_be_visible()
        return self.desk.url.rsplit("/", 1)[1]


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
        desk = Person(browser, server.url).page("/")
        people.sign_up(desk, "Lena", "lena@example.com")
        people.connect_instagram(desk)
        draw_price_flow(desk)
        second_desk = Person(browser, server.url).page("/")
        people.sign_in(second_desk, "lena@example.com")
        phone = Person(browser, server.url).page("/simulator")
        yield Shop(server, desk, second_desk, phone)


def test_a_customer_is_answered_by_the_flow_and_everybody_sees_it(shop: Shop) -> None:
    for desk in shop.desks():
        desk.goto("/chats")
        expect(desk.get_by_role("heading", name="Inbox")).to_be_visible()
        desk.evaluate("window.notReloaded = true")
    thread = shop.new_customer("Ana Silva")
    people.write_as_customer(shop.phone, "what is the PRICE of a large one?")
    expect(thread.get_by_text(LARGE)).to_be_visible()
    expect(thread.get_by_text(SMALL)).to_have_count(0)
    for desk in shop.desks():
        row = desk.get_by_role("link").filter(has_text="Ana Silva")
        expect(row).to_contain_text(LARGE)
        row.click()
        expect(people.bubble(desk, "PRICE of a large one", "in")).to_be_visible()
        answer = people.bubble(desk, LARGE, "out")
        expect(answer).to_have_attribute("data-delivery", "sent")
        expect(answer).to_contain_text("Prices")

    people.write_as_customer(shop.phone, "and the price of a small one?")
    expect(thread.get_by_text(SMALL)).to_be_visible()
    for desk in shop.desks():
        expect(people.bubble(desk, SMALL, "out")).to_have_attribute("data-delivery", "sent")
        assert desk.evaluate("window.notReloaded") is True


def test_an_answer_by_hand_reaches_the_phone_and_pauses_the_flow(shop: Shop) -> None:
    thread = shop.new_customer("Ben Okafor")
    people.write_as_customer(shop.phone, "hello, a question")
    shop.open_conversation("Ben Okafor")
    shop.desk.get_by_label("Message", exact=True).fill("Hi Ben, Lena here.")
    shop.desk.get_by_role("button", name="Send", exact=True).click()
    expect(thread.get_by_text("Hi Ben, Lena here.")).to_be_visible()
    for desk in shop.desks():
        mine = people.bubble(desk, "Hi Ben, Lena here.", "out")
        expect(mine).to_have_attribute("data-delivery", "sent")
        expect(mine).to_contain_text("Lena")
        expect(desk.get_by_text("Flows are paused for this person")).to_be_visible()

    people.write_as_customer(shop.phone, "the price please")
    expect(people.bubble(shop.second_desk, "the price please", "in")).to_be_visible()
    shop.desk.get_by_role("button", name="Resume flows").click()
    expect(shop.second_desk.get_by_text("Flows are paused for this person")).to_have_count(0)
    people.write_as_customer(shop.phone, "price, once more")
    expect(people.bubble(shop.desk, SMALL, "out")).to_have_count(1)
    expect(thread.get_by_text(SMALL)).to_have_count(1)


def test_a_second_account_sees_nothing_of_it(shop: Shop, browser: Browser) -> None:
    shop.new_customer("Cleo Marin")
    people.write_as_customer(shop.phone, "just between us")
    conversation = shop.open_conversation("Cleo Marin")
    shop.desk.goto("/flow-builder")
    shop.desk.get_by_role("link", name="Prices").first.click()
    shop.desk.wait_for_url("**/flow-builder/flow_*")
    flow = shop.desk.url.rsplit("/", 1)[1]

    page = Person(browser, shop.server.url).page("/")
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
    def counted() -> dict[str, int]:
        return dict(shop.desk.request.get("/api/dashboard").json()["today"])

    before = counted()
    thread = shop.new_customer("Dora Lind")
    people.write_as_customer(shop.phone, "price of a large one")
    expect(thread.get_by_text(LARGE)).to_be_visible()
    shop.open_conversation("Dora Lind")
    expect(people.bubble(shop.desk, LARGE, "out")).to_have_attribute("data-delivery", "sent")
    shop.desk.goto("/")
    after = counted()
    assert after["messagesIn"] - before["messagesIn"] == 1
    assert after["runs"] - before["runs"] == 1
    assert after["runFailures"] == before["runFailures"]
    received = shop.desk.locator("dl > div", has_text="Received")
    expect(received).to_contain_text(str(after["messagesIn"]))


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
