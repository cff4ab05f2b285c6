"""Drives the flow builder in a browser as a person does: mouse down, move, up; typing into labelled fields.

Synchronous Playwright. The page is expected to be at `/flow-builder/<flow>`; `open_builder` waits until it is drawn.
"""

from __future__ import annotations

import re

from playwright.sync_api import FloatRect, Locator, Page, expect

_STEPS = 12
_AT_REST = """() => new Promise((done) => {
  let before = null;
  let same = 0;
  const look = () => {
    const drawn = [...document.querySelectorAll(".react-flow__viewport, .react-flow__node")];
    const now = drawn.map((each) => each.style.transform + each.style.visibility).join();
    same = now === before ? same + 1 : 0;
    before = now;
    same < 5 ? requestAnimationFrame(look) : done();
  };
  look();
})"""


def open_builder(page: Page) -> None:
    """Wait until the canvas can be used."""
    expect(page.get_by_test_id("flow-builder")).to_be_visible()
    expect(page.locator(".react-flow__pane")).to_be_visible()
    expect(page.get_by_label("Flow name")).not_to_have_value("")


def drag_node(page: Page, label: str, x: float, y: float) -> Locator:
    """Drag `label` from the palette to (x, y), measured from the canvas's upper left corner; the new node's card."""
    _clear(page)
    before = set(_ids(page))
    item = page.get_by_role("button", name=f"Add {label}", exact=True)
    item.scroll_into_view_if_needed()
    stage = _box(page.locator(".flow-stage"))
    start = _middle(item)
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + 10, start[1] + 10, steps=2)
    page.mouse.move(stage["x"] + x, stage["y"] + y, steps=_STEPS)
    page.mouse.up()
    expect(page.locator(".react-flow__node")).to_have_count(len(before) + 1)
    new_id = next(each for each in _ids(page) if each not in before)
    return page.locator(f'.react-flow__node[data-id="{new_id}"]')


def node(page: Page, label: str, nth: int = 0) -> Locator:
    """The card whose heading is `label`, the first drawn unless told."""
    return page.locator(".react-flow__node", has=page.get_by_text(label, exact=True)).nth(nth)


def connect(page: Page, source: Locator, exit_id: str, target: Locator) -> None:
    """Drag from the source's exit (`next`, `true`, a quick reply's id or its title) to the target's way in."""
    _clear(page)
    before = page.locator(".react-flow__edge").count()
    start = _middle(_exit(source, exit_id))
    end = _middle(target.locator(".react-flow__handle.target"))
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + 12, start[1], steps=2)
    page.mouse.move(*end, steps=_STEPS)
    page.mouse.up()
    expect(page.locator(".react-flow__edge")).to_have_count(before + 1)


def select_node(page: Page, card: Locator) -> Locator:
    """Click a card; its panel. An open panel is closed first: it may cover the card."""
    close_panel(page)
    card.locator("p").first.click()
    panel = page.locator(".flow-panel")
    expect(panel).to_be_visible()
    return panel


def fill_field(page: Page, label: str, value: str, group: str | None = None) -> None:
    """Fill a field of the open panel by its label; `group` names a row, such as "Quick reply 1". In a field of chips,
    commas separate them."""
    scope = page.locator(".flow-panel")
    if group:
        scope = scope.get_by_role("group", name=group, exact=True)
    field = scope.get_by_label(label, exact=True)
    if field.evaluate("element => element.tagName") == "SELECT":
        field.select_option(label=value)
        return
    field.fill(value)
    if field.get_attribute("data-chips") is not None:
        field.press("Enter")


def close_panel(page: Page) -> None:
    """Select nothing, so that the panel covers no part of the canvas."""
    panel = page.locator(".flow-panel")
    if panel.count():
        panel.get_by_role("button", name="Close", exact=True).click()
        expect(panel).to_have_count(0)
        _settled(page)


def wait_saved(page: Page) -> None:
    """Wait until the server has everything."""
    expect(page.get_by_test_id("save-state")).to_have_attribute("data-phase", "saved")


def activate(page: Page) -> None:
    """Press Activate and wait until the flow is active."""
    page.get_by_role("button", name=re.compile("^(Activate|Publish)$")).click()
    expect(page.get_by_test_id("flow-status")).to_contain_text("Active")


def _settled(page: Page) -> None:
    """Wait until the view no longer moves: it makes room for the panel, and goes back."""
    page.locator(".react-flow__viewport").evaluate(
        """view => new Promise(done => {
            let last = "", still = 0;
            const look = () => {
                still = view.style.transform === last ? still + 1 : 0;
                last = view.style.transform;
                still > 4 ? done() : requestAnimationFrame(look);
            };
            look();
        })"""
    )


def _clear(page: Page) -> None:
    """Nothing selected, nothing moving: a card just added is selected, and its panel opened, only a frame later."""
    _at_rest(page)
    close_panel(page)
    _at_rest(page)


def _at_rest(page: Page) -> None:
    """Wait until the view has not moved for five frames: closing the panel moves it back, and where things are is where
    the mouse goes."""
    page.evaluate(_AT_REST)


def _exit(card: Locator, exit_id: str) -> Locator:
    by_id = card.locator(f'.react-flow__handle.source[data-exit="{exit_id}"]')
    if by_id.count():
        return by_id
    return card.locator("li", has_text=exit_id).locator(".react-flow__handle.source")


def _ids(page: Page) -> list[str]:
    return list(page.locator(".react-flow__node").evaluate_all("nodes => nodes.map(n => n.dataset.id)"))


def _middle(item: Locator) -> tuple[float, float]:
    box = _box(item)
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _box(item: Locator) -> FloatRect:
    box = item.bounding_box()
    assert box is not None, "it is not drawn"
    return box
