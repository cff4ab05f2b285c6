"""What people do in the product, as the end-to-end tests do it: through the pages, by mouse and keyboard."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.support import builder

PASSWORD = "plenty of small boats"


def sign_up(page: Page, name: str, email: str) -> None:
    """Create an account on `/signup`; ends on the dashboard."""
    page.goto("/signup")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()


def sign_in(page: Page, email: str) -> None:
    """Sign in on `/login`; ends on the dashboard."""
    page.goto("/login")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()


def connect_instagram(page: Page) -> str:
    """Walk through the simulator's authorize page; the handle of the account, such as `@lena.draws`."""
    page.goto("/connect-instagram")
    page.get_by_role("button", name="Connect Instagram").click()
    page.wait_for_url("**/simulator/meta/oauth/authorize**")
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url("**/connect-instagram**")
    expect(page.get_by_text("Connected", exact=True)).to_be_visible()
    return page.get_by_text("@").first.inner_text()


def new_flow(page: Page, name: str) -> None:
    """Create a blank flow; ends on its canvas."""
    page.goto("/flow-builder")
    page.get_by_role("button", name="New flow").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Blank").check()
    dialog.get_by_role("button", name="Create").click()
    page.wait_for_url("**/flow-builder/flow_*")
    builder.open_builder(page)


def write_as_customer(phone: Page, text: str) -> None:
    """Type into the simulator's phone and send."""
    phone.get_by_label("Message", exact=True).fill(text)
    phone.get_by_role("button", name="Send", exact=True).click()


def bubble(page: Page, text: str, direction: str):  # type: ignore[no-untyped-def]
    """A message in the open thread of the inbox."""
    return page.locator(f'#thread li[data-direction="{direction}"]', has_text=text)
