"""The flow builder in a browser: drawing, forms, undo, and what is on the server afterwards."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support import builder as canvas
from tests.support.browser import Person
from tests.support.site import Site

pytestmark = pytest.mark.e2e


@pytest.fixture
def page(ana: Person) -> Page:
    return _open(ana, _new_flow(ana))


class TestDrawing:
    def test_what_is_dragged_connected_and_filled_in_is_there_after_a_reload(self, ana: Person, page: Page) -> None:
        expect(page.get_by_text("Drag a trigger here")).to_be_visible()
        trigger = canvas.drag_node(page, "Trigger", 180, 140)
        canvas.fill_field(page, "Keywords", "price, cost", group="Trigger 1")
        condition = canvas.drag_node(page, "Condition", 560, 140)
        canvas.fill_field(page, "Keyword", "large")
        message = canvas.drag_node(page, "Message", 560, 420)
        canvas.fill_field(page, "Text", "Hi {{contact.first_name|there}}!")
        canvas.connect(page, trigger, "next", condition)
        canvas.connect(page, condition, "true", message)
        canvas.wait_saved(page)

        page.reload()
        canvas.open_builder(page)

        expect(page.locator(".react-flow__node")).to_have_count(3)
        expect(page.locator(".react-flow__edge")).to_have_count(2)
        expect(canvas.node(page, "Trigger")).to_contain_text("“price”, “cost”")
        expect(canvas.node(page, "Condition")).to_contain_text("Message contains “large”")
        expect(canvas.node(page, "Message")).to_contain_text("Hi {first_name}!")
        assert _stored(ana, page)["nodes"][0]["data"]["triggers"][0]["keywords"] == ["price", "cost"]
        assert ana.problems == []

    def test_a_click_or_a_key_adds_a_node_at_the_centre(self, page: Page) -> None:
        page.get_by_role("button", name="Add Message").click()
        expect(page.locator(".react-flow__node")).to_have_count(1)
        page.get_by_role("button", name="Add Delay").press("Enter")
        expect(page.locator(".react-flow__node")).to_have_count(2)
        stage, first = page.locator(".flow-stage").bounding_box(), canvas.node(page, "Message").bounding_box()
        assert stage and first
        assert stage["x"] < first["x"] < stage["x"] + stage["width"]

    def test_a_drop_outside_the_canvas_and_escape_add_nothing(self, page: Page) -> None:
        box = page.get_by_role("button", name="Add Message").bounding_box()
        assert box
        page.mouse.move(box["x"] + 20, box["y"] + 10)
        page.mouse.down()
        page.mouse.move(box["x"] + 30, box["y"] + 60, steps=4)
        page.mouse.up()
        page.mouse.move(box["x"] + 20, box["y"] + 10)
        page.mouse.down()
        page.mouse.move(box["x"] + 500, box["y"] + 60, steps=4)
        page.keyboard.press("Escape")
        page.mouse.up()
        expect(page.get_by_text("Drag a trigger here")).to_be_visible()
        expect(page.locator(".react-flow__node")).to_have_count(0)

    def test_a_drop_where_the_hint_of_the_palette_was(self, page: Page) -> None:
        item, stage = page.get_by_role("button", name="Add Message"), page.locator(".flow-stage")
        box, canvas_box = item.bounding_box(), stage.bounding_box()
        assert box and canvas_box
        page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
        page.mouse.down()  # held still: the hint comes up beside it, over the canvas
        expect(page.get_by_role("tooltip")).to_be_attached()
        page.mouse.move(canvas_box["x"] + 60, box["y"] + box["height"] / 2, steps=5)
        page.mouse.up()
        expect(page.locator(".react-flow__node")).to_have_count(1)

    def test_a_second_connection_replaces_the_first_and_can_be_undone(self, page: Page) -> None:
        first, second, third = (
            canvas.drag_node(page, "Message", x, y) for x, y in ((160, 120), (600, 120), (600, 420))
        )
        canvas.connect(page, first, "next", second)
        _drag_between(page, first, third)
        expect(page.get_by_text("it was replaced")).to_be_visible()
        expect(page.locator(".react-flow__edge")).to_have_count(1)
        assert _target(page, first) == third.get_attribute("data-id")
        page.get_by_role("status").get_by_role("button", name="Undo").click()
        assert _target(page, first) == second.get_attribute("data-id")

    def test_a_connection_is_cut_by_its_button(self, page: Page) -> None:
        first, second = canvas.drag_node(page, "Message", 160, 120), canvas.drag_node(page, "Delay", 620, 220)
        canvas.connect(page, first, "next", second)
        line = page.locator(".react-flow__edge path").first.bounding_box()
        assert line
        page.mouse.move(line["x"] + line["width"] / 2, line["y"] + line["height"] / 2)
        page.get_by_role("button", name="Delete connection").click()
        expect(page.locator(".react-flow__edge")).to_have_count(0)

    def test_exits_can_be_connected_without_a_pointer(self, page: Page) -> None:
        first, second = canvas.drag_node(page, "Message", 160, 120), canvas.drag_node(page, "Delay", 620, 220)
        panel = canvas.select_node(page, first)
        panel.get_by_label("Next goes to").select_option(second.get_attribute("data-id") or "")
        expect(page.locator(".react-flow__edge")).to_have_count(1)
        panel.get_by_label("Next goes to").select_option("")
        expect(page.locator(".react-flow__edge")).to_have_count(0)


class TestHistory:
    def test_undo_and_redo_go_step_by_step_and_typing_is_one_step(self, ana: Person, page: Page) -> None:
        message = canvas.drag_node(page, "Message", 200, 160)
        page.locator(".flow-panel").get_by_label("Text", exact=True).press_sequentially("Hello")
        canvas.close_panel(page)
        expect(message).to_contain_text("Hello")
        page.keyboard.press("Control+z")
        expect(message).to_contain_text("Not set up yet")
        page.keyboard.press("Control+z")
        expect(page.locator(".react-flow__node")).to_have_count(0)
        page.keyboard.press("Control+y")
        page.keyboard.press("Control+Shift+z")
        expect(canvas.node(page, "Message")).to_contain_text("Hello")
        canvas.wait_saved(page)
        assert _stored(ana, page)["nodes"][0]["data"]["content"] == "Hello"

    def test_delete_takes_the_connections_along_and_undo_brings_them_back(self, page: Page) -> None:
        first, second = canvas.drag_node(page, "Message", 160, 120), canvas.drag_node(page, "Delay", 620, 220)
        canvas.connect(page, first, "next", second)
        canvas.select_node(page, second)
        page.keyboard.press("Delete")
        expect(page.locator(".react-flow__node")).to_have_count(1)
        expect(page.locator(".react-flow__edge")).to_have_count(0)
        page.keyboard.press("Control+z")
        expect(page.locator(".react-flow__edge")).to_have_count(1)

    def test_keys_in_a_field_are_the_fields_own(self, page: Page) -> None:
        canvas.drag_node(page, "Message", 200, 160)
        field = page.locator(".flow-panel").get_by_label("Text", exact=True)
        field.fill("Hi")
        field.press("Backspace")
        field.press("Delete")
        expect(page.locator(".react-flow__node")).to_have_count(1)
        expect(field).to_have_value("H")

    def test_all_nodes_are_copied_with_their_connections(self, page: Page) -> None:
        first, second = canvas.drag_node(page, "Message", 160, 120), canvas.drag_node(page, "Delay", 620, 220)
        canvas.connect(page, first, "next", second)
        page.keyboard.press("Control+a")
        expect(page.get_by_text("2 nodes selected")).to_be_visible()
        page.keyboard.press("Control+c")
        page.keyboard.press("Control+v")
        expect(page.locator(".react-flow__node")).to_have_count(4)
        expect(page.locator(".react-flow__edge")).to_have_count(2)


class TestForms:
    def test_a_quick_reply_is_an_exit_and_its_connection_goes_with_it(self, ana: Person, page: Page) -> None:
        message, delay = canvas.drag_node(page, "Message", 160, 120), canvas.drag_node(page, "Delay", 640, 220)
        canvas.select_node(page, message)
        canvas.fill_field(page, "Text", "Which size?")
        page.get_by_role("button", name="Add quick reply").click()
        canvas.fill_field(page, "Title", "Small", group="Quick reply 1")
        canvas.connect(page, message, "Small", delay)
        canvas.wait_saved(page)
        stored = _stored(ana, page)
        reply = next(each for each in stored["nodes"] if each["type"] == "messageNode")["data"]["quickReplies"][0]
        assert (reply["title"], stored["edges"][0]["sourceHandle"]) == ("Small", reply["id"])

        canvas.select_node(page, message)
        page.get_by_role("button", name="Remove Quick reply 1").click()
        expect(page.locator(".react-flow__edge")).to_have_count(0)

    def test_the_choice_decides_which_fields_are_shown(self, page: Page) -> None:
        canvas.drag_node(page, "Add a tag", 200, 160)
        panel = page.locator(".flow-panel")
        expect(panel.get_by_label("Tag", exact=True)).to_be_visible()
        canvas.fill_field(page, "Action", "Call an API")
        expect(panel.get_by_label("Tag", exact=True)).to_have_count(0)
        expect(panel.get_by_label("Address", exact=True)).to_be_visible()
        expect(page.locator(".react-flow__handle.source")).to_have_count(2)

    def test_a_variable_is_written_where_the_cursor_was(self, page: Page) -> None:
        canvas.drag_node(page, "Message", 200, 160)
        field = page.locator(".flow-panel").get_by_label("Text", exact=True)
        field.fill("Hi !")
        field.press("ArrowLeft")
        page.get_by_role("button", name="Insert a variable into Text").click()
        page.get_by_role("menuitem", name="First name").click()
        expect(field).to_have_value("Hi {{contact.first_name|there}}!")

    def test_issues_are_shown_at_the_node_and_at_its_field(self, page: Page) -> None:
        message = canvas.drag_node(page, "Message", 200, 160)
        canvas.wait_saved(page)
        expect(message.get_by_role("button", name="“Text” is missing")).to_be_visible()
        expect(page.locator('.flow-panel [data-field="content"]')).to_contain_text("“Text” is missing.")
        canvas.fill_field(page, "Text", "Hello")
        canvas.wait_saved(page)
        expect(page.locator('.flow-panel [data-field="content"]')).not_to_contain_text("“Text” is missing.")


class TestSaving:
    def test_nothing_is_sent_while_a_node_is_dragged_among_500(self, ana: Person) -> None:
        nodes = [_message(f"n{each}", x=each % 25 * 320, y=each // 25 * 220) for each in range(500)]
        page = ana.context.new_page()
        sent: list[str] = []
        page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(str(frame))))
        page.goto(f"/flow-builder/{_new_flow(ana, nodes)}")
        canvas.open_builder(page)
        expect(page.locator(".react-flow__node")).to_have_count(500)
        page.get_by_role("button", name="Fit View").click()
        card = page.locator('.react-flow__node[data-id="n262"]')
        box = card.bounding_box()
        assert box
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 3)
        page.mouse.down()
        before = len([each for each in sent if "patch" in each])
        for step in range(25):
            page.mouse.move(box["x"] + step, box["y"] + step)
        assert len([each for each in sent if "patch" in each]) == before
        page.mouse.up()
        expect(page.get_by_test_id("save-state")).to_have_attribute("data-phase", "saving")
        canvas.wait_saved(page)
        assert len([each for each in sent if "patch" in each]) == before + 1

    def test_another_browser_sees_what_is_saved(self, site: Site, ana: Person, page: Page) -> None:
        other = _open(site.same_member(ana), _id(page))
        canvas.drag_node(page, "Message", 200, 160)
        canvas.fill_field(page, "Text", "Hello")
        expect(canvas.node(other, "Message")).to_contain_text("Hello")

    def test_changes_to_different_nodes_made_offline_are_merged(self, site: Site, ana: Person) -> None:
        flow = _new_flow(ana, [_message("a", x=80, y=80), _message("b", x=80, y=400)])
        page, there = _open(ana, flow), site.same_member(ana)
        other = _open(there, flow)
        there.context.set_offline(True)
        _type(other, "b", "written offline")
        _type(page, "a", "written online")
        canvas.wait_saved(page)
        there.context.set_offline(False)
        canvas.wait_saved(other)
        for each in (page, other):
            expect(each.locator('[data-id="a"]')).to_contain_text("written online")
            expect(each.locator('[data-id="b"]')).to_contain_text("written offline")

    @pytest.mark.parametrize(("answer", "kept"), [("Keep mine", "mine"), ("Load theirs", "theirs")])
    def test_changes_to_the_same_node_are_a_question(self, site: Site, ana: Person, answer: str, kept: str) -> None:
        flow = _new_flow(ana, [_message("a", x=80, y=80)])
        page, there = _open(ana, flow), site.same_member(ana)
        other = _open(there, flow)
        there.context.set_offline(True)
        _type(other, "a", "mine")
        _type(page, "a", "theirs")
        canvas.wait_saved(page)
        there.context.set_offline(False)
        other.get_by_role("button", name=answer).click()
        canvas.wait_saved(other)
        expect(page.locator('[data-id="a"]')).to_contain_text(kept)
        if kept == "theirs":
            other.get_by_role("button", name="Undo", exact=True).first.click()
            expect(page.locator('[data-id="a"]')).to_contain_text("mine")

    def test_a_reload_right_after_typing_loses_nothing(self, ana: Person) -> None:
        page = _open(ana, _new_flow(ana, [_message("a", x=80, y=80)]))
        _type(page, "a", "only just typed")
        page.reload()
        canvas.open_builder(page)
        canvas.wait_saved(page)
        assert _stored(ana, page)["nodes"][0]["data"]["content"] == "only just typed"

    def test_leaving_right_after_typing_loses_nothing(self, ana: Person) -> None:
        flow = _new_flow(ana, [_message("a", x=80, y=80)])
        page = _open(ana, flow)
        _type(page, "a", "only just typed")
        page.get_by_role("link", name="All flows").click()
        expect(page.get_by_role("heading", name="Flows")).to_be_visible()
        page.goto(f"/flow-builder/{flow}")
        canvas.open_builder(page)
        canvas.wait_saved(page)
        expect(page.locator('[data-id="a"]')).to_contain_text("only just typed")


class TestActivation:
    def test_an_unfinished_flow_is_refused_and_its_node_shown(self, page: Page) -> None:
        message = canvas.drag_node(page, "Message", 200, 160)
        canvas.close_panel(page)
        page.get_by_role("button", name="Activate").click()
        expect(page.get_by_role("alert").filter(has_text="cannot be activated")).to_be_visible()
        expect(page.locator(".flow-panel")).to_have_attribute("data-node", message.get_attribute("data-id") or "")
        expect(page.get_by_test_id("flow-status")).to_have_text("Draft")

    def test_activate_publish_deactivate(self, ana: Person, page: Page) -> None:
        trigger = canvas.drag_node(page, "Trigger", 160, 140)
        canvas.fill_field(page, "Keywords", "price", group="Trigger 1")
        message = canvas.drag_node(page, "Message", 560, 140)
        canvas.fill_field(page, "Text", "Ten euros.")
        canvas.connect(page, trigger, "next", message)
        canvas.activate(page)
        assert _stored(ana, page)["status"] == "active"
        _type(page, message.get_attribute("data-id") or "", "Twelve euros.")
        expect(page.get_by_test_id("flow-status")).to_contain_text("unpublished changes")
        page.get_by_role("button", name="Publish").click()
        expect(page.get_by_test_id("flow-status")).not_to_contain_text("unpublished changes")
        page.get_by_role("button", name="Deactivate").click()
        expect(page.get_by_test_id("flow-status")).to_have_text("Draft")

    def test_a_taken_name_is_refused_and_the_old_one_stays(self, ana: Person, page: Page) -> None:
        _new_flow(ana, name="Taken")
        name = page.get_by_label("Flow name")
        before = name.input_value()
        name.fill("taken")
        name.press("Enter")
        expect(page.get_by_role("alert").filter(has_text="already a flow named")).to_be_visible()
        expect(name).to_have_value(before)
        name.fill("Fresh")
        name.press("Enter")
        page.reload()
        expect(page.get_by_label("Flow name")).to_have_value("Fresh")


class TestSmallScreens:
    def test_at_360_pixels_nodes_are_added_and_edited_in_sheets(self, ana: Person, page: Page) -> None:
        page.set_viewport_size({"width": 360, "height": 740})
        page.get_by_role("button", name="Add a node").click()
        page.get_by_role("button", name="Add Message").click()
        expect(page.locator(".flow-panel")).to_be_visible()
        canvas.fill_field(page, "Text", "From a phone")
        canvas.close_panel(page)
        canvas.wait_saved(page)
        assert _stored(ana, page)["nodes"][0]["data"]["content"] == "From a phone"
        assert page.evaluate("document.documentElement.scrollWidth <= 360")


def _new_flow(person: Person, nodes: list[dict[str, Any]] | None = None, name: str = "Prices") -> str:
    body = {"name": name, "nodes": nodes or [], "edges": [], "viewport": {"x": 0, "y": 0, "zoom": 1}}
    headers = {"Content-Type": "application/json", "Origin": person.url}
    answer = person.context.request.post("/api/flow/save", data=json.dumps(body), headers=headers)
    assert answer.ok, answer.text()
    return str(answer.json()["id"])


def _open(person: Person, flow_id: str) -> Page:
    page = person.page(f"/flow-builder/{flow_id}")
    canvas.open_builder(page)
    return page


def _stored(person: Person, page: Page) -> dict[str, Any]:
    """The flow of the page as the API shows it."""
    answer = person.context.request.get("/api/flow/user")
    return next(each for each in answer.json()["data"] if each["id"] == _id(page))


def _id(page: Page) -> str:
    return page.url.rsplit("/", 1)[1]


def _message(node_id: str, x: int, y: int) -> dict[str, Any]:
    return {"id": node_id, "type": "messageNode", "position": {"x": x, "y": y}, "data": {"content": "before"}}


def _type(page: Page, node_id: str, text: str) -> None:
    canvas.select_node(page, page.locator(f'.react-flow__node[data-id="{node_id}"]'))
    canvas.fill_field(page, "Text", text)


def _drag_between(page: Page, source: Locator, target: Locator) -> None:
    canvas.close_panel(page)
    start = source.locator(".react-flow__handle.source").first.bounding_box()
    end = target.locator(".react-flow__handle.target").bounding_box()
    assert start and end
    page.mouse.move(start["x"] + 7, start["y"] + 7)
    page.mouse.down()
    page.mouse.move(end["x"] + 7, end["y"] + 7, steps=10)
    page.mouse.up()


def _target(page: Page, source: Locator) -> str:
    """Where the first exit of a node leads, as its panel says."""
    value = canvas.select_node(page, source).get_by_label("Next goes to").input_value()
    canvas.close_panel(page)
    return value
