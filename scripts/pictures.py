"""Takes the README's pictures: a real server, a drawn flow, a few customers, a browser.

Run as `.venv/bin/python -m scripts.pictures` after `make test` has installed what it needs.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.support import builder, people
from tests.support.browser import Person, chromium
from tests.support.server import ServerProcess

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
_CHAT = (
    ("Ana Silva", "ana.silva", ["hi! what is the price of a print?", "Large", "perfect, thank you!"]),
    ("Jonas Weber", "jonas.w", ["do you ship to Austria?"]),
    ("Mina Park", "mina.park", ["PRICE please", "Small"]),
)


def main() -> None:
    """Write `builder.png` and `inbox.png`."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, ServerProcess(Path(data)) as server, chromium() as browser:
        page = Person(browser, server.url, device_scale_factor=1.5).page("/")
        people.sign_up(page, "Lena Draws", "lena@example.com")
        people.connect_instagram(page)
        _draw(page)
        page.screenshot(path=FOLDER / "builder.png")
        phone = Person(browser, server.url).page("/simulator")
        for name, username, texts in _CHAT:
            _chat(phone, name, username, texts)
        page.goto("/chats")
        page.get_by_role("link").filter(has_text="Ana Silva").click()
        expect(people.bubble(page, "perfect, thank you!", "in")).to_be_visible()
        page.get_by_label("Message", exact=True).fill("My pleasure. Shall I put one aside for you?")
        page.get_by_role("button", name="Send").click()
        expect(people.bubble(page, "My pleasure", "out")).to_have_attribute("data-delivery", "sent")
        page.screenshot(path=FOLDER / "inbox.png")


def _draw(page: Page) -> None:
    people.new_flow(page, "Prices")
    trigger = builder.drag_node(page, "Trigger", 150, 220)
    ask = builder.drag_node(page, "Message", 470, 200)
    large = builder.drag_node(page, "Message", 800, 110)
    small = builder.drag_node(page, "Message", 800, 320)
    tag = builder.drag_node(page, "Add a tag", 800, 520)
    builder.connect(page, trigger, "next", ask)
    _fill(page, trigger, ("Keywords", "price, how much"))
    _fill(page, ask, ("Text", "Hi {{contact.first_name|there}}! Which size would you like?"))
    panel = page.locator(".flow-panel")
    for number, title in ((1, "Large"), (2, "Small")):
        panel.get_by_role("button", name="Add quick reply").click()
        builder.fill_field(page, "Title", title, group=f"Quick reply {number}")
    builder.connect(page, ask, "Large", large)
    builder.connect(page, ask, "Small", small)
    builder.connect(page, ask, "next", tag)
    _fill(page, large, ("Text", "The large print (50 × 70 cm) is 40 euro, shipping included."))
    _fill(page, small, ("Text", "The small one (21 × 30 cm) is 12 euro."))
    _fill(page, tag, ("Tag", "asked for prices"))
    builder.close_panel(page)
    builder.wait_saved(page)
    builder.activate(page)


def _fill(page: Page, card: object, field: tuple[str, str]) -> None:
    builder.close_panel(page)
    builder.select_node(page, card)  # type: ignore[arg-type]
    builder.fill_field(page, *field)


def _chat(phone: Page, name: str, username: str, texts: list[str]) -> None:
    phone.get_by_text("Add a customer").click()
    phone.get_by_label("Name", exact=True).fill(name)
    phone.get_by_label("Username").fill(username)
    phone.get_by_role("button", name="Add customer").click()
    thread = phone.get_by_role("log", name="Conversation")
    for number, text in enumerate(texts):
        people.write_as_customer(phone, text)
        if "price" in texts[0].lower():
            expect(thread.locator("li")).to_have_count(min(2 * number + 2, 5))


if __name__ == "__main__":
    main()
