"""What stands beside the canvas, in a browser: the forms of newer nodes, the history, the test panel."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support import builder as canvas
from tests.support import people
from tests.support.browser import Person

pytestmark = pytest.mark.e2e

KEYWORD = {"triggers": [{"type": "keyword", "keywords": ["price"]}]}
SIZES = [{"id": "s", "title": "Small"}, {"id": "l", "title": "Large"}]
PRICES = [
    ("t", "triggerNode", KEYWORD),
    ("ask", "messageNode", {"content": "Which size?", "quickReplies": SIZES}),
    ("say", "messageNode", {"content": "Ten euros."}),
    ("wait", "delayNode", {"amount": 2, "unit": "hours"}),
    ("later", "messageNode", {"content": "Still there?"}),
]
EDGES = ["t.next>ask", "ask.s>say", "ask.l>wait", "wait.next>later"]


class TestForms:
    def test_a_question_is_filled_in_and_saved(self, ana: Person) -> None:
        page = _open(ana, _save(ana, "Question"))
        canvas.drag_node(page, "Question", 200, 160)
        canvas.fill_field(page, "Question", "How many?")
        canvas.fill_field(page, "Kind of answer", "Number")
        canvas.fill_field(page, "At most", "10")
        canvas.fill_field(page, "Keep the answer in", "amount")
        canvas.wait_saved(page)
        data = _stored(ana, page)["nodes"][0]["data"]
        assert (data["content"], data["saveTo"]) == ("How many?", "amount")
        assert (data["answer"]["type"], data["answer"]["max"]) == ("number", 10)
        expect(page.locator(".flow-card")).to_contain_text("Wrong answers")
        assert ana.problems == []

    def test_a_sub_flow_is_chosen_by_name_and_kept_by_id(self, ana: Person) -> None:
        other = _save(ana, "Opening hours")
        _save(ana, "Opening party")
        page = _open(ana, _save(ana, "Main"))
        canvas.drag_node(page, "Sub-flow", 200, 160)
        field = page.locator(".flow-panel").get_by_role("combobox", name="Flow")
        field.fill("hours")
        expect(page.get_by_role("listbox").get_by_role("option")).to_have_text(["Opening hoursNot active"])
        field.press("ArrowDown")
        field.press("Enter")
        expect(field).to_have_value("Opening hours")
        canvas.wait_saved(page)
        assert _stored(ana, page)["nodes"][0]["data"] == {"flow": other}
        expect(page.locator(".flow-card")).to_contain_text("Opening hours")

    def test_names_used_in_the_draft_are_offered_and_others_can_be_typed(self, ana: Person) -> None:
        nodes = [("a", "actionNode", {"action": "tag_customer", "tag": "vip"})]
        page = _open(ana, _save(ana, "Tags", nodes))
        canvas.drag_node(page, "Remove a tag", 500, 300)
        field = page.locator(".flow-panel").get_by_role("combobox", name="Tag", exact=True)
        field.click()
        page.get_by_role("listbox").get_by_role("option", name="vip").click()
        expect(field).to_have_value("vip")
        field.fill("gold")
        canvas.wait_saved(page)
        assert {node["data"]["tag"] for node in _stored(ana, page)["nodes"]} == {"vip", "gold"}

    def test_what_is_offered_at_the_foot_of_a_form_comes_into_sight(self, ana: Person) -> None:
        schedule = {"triggers": [{"type": "schedule", "cron": "0 9 * * *"}]}
        page = _open(ana, _save(ana, "Zones", [("t", "triggerNode", schedule)]))
        page.set_viewport_size({"width": 1280, "height": 620})
        panel = canvas.select_node(page, page.locator('[data-id="t"]'))
        panel.get_by_role("combobox", name="Time zone").fill("mad")
        expect(page.get_by_role("listbox").get_by_role("option", name="Europe/Madrid")).to_be_in_viewport()
        page.keyboard.press("Escape")
        expect(panel).to_be_visible()

    def test_a_full_list_takes_no_more(self, ana: Person) -> None:
        buttons = [{"id": f"b{number}", "title": str(number), "type": "postback"} for number in range(2)]
        page = _open(ana, _save(ana, "Full", [("m", "messageNode", {"content": "Hi", "buttons": buttons})]))
        panel = canvas.select_node(page, page.locator('[data-id="m"]'))
        add = panel.get_by_role("button", name="Add button", exact=True)
        add.click()
        expect(panel.get_by_role("group", name="Button 3")).to_be_visible()
        expect(add).to_be_disabled()
        expect(panel.get_by_text("Buttons (3, the most there can be)")).to_be_visible()

    def test_the_kinds_of_triggers_are_in_groups(self, ana: Person) -> None:
        page = _open(ana, _save(ana, "Kinds", [("t", "triggerNode", KEYWORD)]))
        panel = canvas.select_node(page, page.locator('[data-id="t"]'))
        groups = panel.locator("optgroup").evaluate_all("all => all.map(each => each.label)")
        assert sorted(groups) == ["Comments", "Direct messages", "Links and taps", "Stories", "Time and programs"]
        panel.get_by_label("Keyword", exact=True).or_(panel.locator("select").first).first.select_option("schedule")
        when = panel.get_by_role("combobox", name="When")
        when.fill("30 18 * * 5")
        expect(panel.get_by_text("Fridays at 18:30").first).to_be_visible()

    def test_the_palette_is_searched_from_the_keyboard(self, ana: Person) -> None:
        page = _open(ana, _save(ana, "Search"))
        page.keyboard.press("/")
        page.keyboard.type("remove tag")
        expect(page.locator(".flow-palette-item")).to_have_text(["Remove a tag"])
        page.keyboard.press("Enter")
        expect(canvas.node(page, "Remove a tag")).to_be_visible()
        page.get_by_role("button", name="Messages", exact=True).click()
        expect(page.get_by_role("button", name="Add Message", exact=True)).to_be_hidden()


class TestHistory:
    def test_versions_are_compared_and_restored_and_the_restoring_undone(self, ana: Person) -> None:
        flow = _save(ana, "Prices", PRICES, EDGES)
        _post(ana, f"/api/flow/{flow}/activate", {"note": "For the summer"})
        page = _open(ana, flow)
        canvas.select_node(page, page.locator('[data-id="say"]'))
        canvas.fill_field(page, "Text", "Twelve euros.")
        canvas.close_panel(page)
        page.get_by_role("button", name="History").click()
        side = page.get_by_role("complementary", name="History")
        version = side.get_by_role("button", name="Version 1")
        expect(version).to_contain_text("For the summer")
        expect(version).to_contain_text("Live")
        version.click()
        changed = side.get_by_role("list", name="Nodes that differ").get_by_role("listitem")
        expect(changed).to_have_count(1)
        expect(changed.locator("del")).to_contain_text("Ten euros.")
        expect(changed.locator("ins")).to_contain_text("Twelve euros.")
        expect(page.locator('[data-id="say"] .flow-card')).to_have_attribute("data-mark", "changed")
        changed.get_by_role("button").click()
        expect(page.locator('[data-id="say"] .flow-card')).to_have_attribute("data-looked", "true")

        side.get_by_role("button", name="Restore this version").click()
        page.get_by_role("alertdialog").get_by_role("button", name="Restore", exact=True).click()
        expect(page.locator('[data-id="say"]')).to_contain_text("Ten euros.")
        expect(side.get_by_text("No difference")).to_be_visible()
        page.get_by_role("button", name="Undo", exact=True).click()
        expect(page.locator('[data-id="say"]')).to_contain_text("Twelve euros.")
        canvas.wait_saved(page)
        assert _data(ana, page, "say")["content"] == "Twelve euros."
        assert ana.problems == []

    def test_a_note_is_written_when_publishing(self, ana: Person) -> None:
        page = _open(ana, _save(ana, "Prices", PRICES, EDGES))
        page.get_by_role("button", name="History").click()
        side = page.get_by_role("complementary", name="History")
        expect(side.get_by_text("Not published yet")).to_be_visible()
        page.get_by_role("button", name="With a note").click()
        page.get_by_role("menuitem", name="Activate with a note").click()
        page.get_by_role("dialog").get_by_label("Note").fill("First prices")
        page.keyboard.press("Enter")
        expect(page.get_by_test_id("flow-status")).to_have_text("Active")
        expect(side.get_by_role("button", name="Version 1")).to_contain_text("First prices")


class TestTrial:
    def test_a_conversation_with_a_tap_and_a_wait(self, ana: Person) -> None:
        page = _open(ana, _save(ana, "Prices", PRICES, EDGES))
        side, log = _test(page)
        _say(side, "hello")
        expect(log).to_contain_text("Not started. None of the keywords is there.")
        _say(side, "what is the price")
        expect(log).to_contain_text("Which size?")
        expect(page.locator('[data-id="ask"] .flow-card')).to_have_attribute("data-mark", "waiting")
        log.get_by_role("button", name="Large").click()
        expect(log).to_contain_text("Waits 2 h")
        expect(page.locator('[data-id="ask"] .flow-card')).to_have_attribute("data-mark", "visited")
        log.get_by_role("button", name="Skip ahead").click()
        expect(log).to_contain_text("Still there?")
        expect(log).to_contain_text("The flow is at its end.")
        side.get_by_role("tab", name="Steps").click()
        steps = side.get_by_role("list", name="Steps").get_by_role("listitem")
        expect(steps).to_have_count(6)
        steps.nth(2).get_by_role("button").first.click()
        expect(steps.nth(2)).to_contain_text("Heard")
        expect(page.locator('[data-id="ask"] .flow-card')).to_have_attribute("data-looked", "true")
        side.get_by_role("tab", name="Conversation").click()
        side.get_by_role("button", name="Reset").click()
        expect(log).to_contain_text("Try this draft")
        expect(page.locator(".flow-card[data-mark]")).to_have_count(0)
        assert ana.problems == []

    def test_a_change_on_the_canvas_counts_at_once(self, ana: Person) -> None:
        page = _open(ana, _save(ana, "Prices", PRICES, EDGES))
        canvas.select_node(page, page.locator('[data-id="ask"]'))
        canvas.fill_field(page, "Text", "Big or small?")
        side, log = _test(page)
        _say(side, "price")
        expect(log).to_contain_text("Big or small?")

    def test_another_kind_of_event(self, ana: Person) -> None:
        nodes = [
            ("t", "triggerNode", {"triggers": [{"type": "comment", "keywords": ["price"]}]}),
            ("m", "messageNode", {"content": "Sent you a message."}),
        ]
        page = _open(ana, _save(ana, "Comments", nodes, ["t.next>m"]))
        side, log = _test(page)
        side.get_by_label("Event").select_option("comment")
        side.get_by_label("Comment", exact=True).fill("price?")
        side.get_by_role("button", name="Send").click()
        expect(log).to_contain_text("Private reply")
        expect(log).to_contain_text("Sent you a message.")

    def test_the_answer_of_a_service_is_given(self, ana: Person) -> None:
        call = {"action": "api_call", "endpoint": "https://prices.example/now", "saveAs": "price"}
        nodes = [
            ("t", "triggerNode", KEYWORD),
            ("call", "actionNode", call),
            ("m", "messageNode", {"content": "{{price.amount}} euros"}),
        ]
        page = _open(ana, _save(ana, "Calls", nodes, ["t.next>call", "call.next>m"]))
        side, log = _test(page)
        _say(side, "price")
        log.get_by_role("button", name="Say what it answers").click()
        side.get_by_label("Answer as JSON").fill("{amount: 12}")
        side.get_by_role("button", name="Go on with it").click()
        expect(side.get_by_role("alert")).to_contain_text("not JSON")
        side.get_by_label("Answer as JSON").fill('{"amount": 12}')
        side.get_by_role("button", name="Go on with it").click()
        side.get_by_role("tab", name="Conversation").click()
        expect(log).to_contain_text("12 euros")

    def test_where_there_is_no_room_for_both_the_form_of_a_node_is_on_top(self, ana: Person) -> None:
        page = _open(ana, _save(ana, "Prices", PRICES[:1]))
        page.set_viewport_size({"width": 900, "height": 800})
        _test(page)
        panel = canvas.select_node(page, page.locator('[data-id="t"]'))
        panel.get_by_label("Remove price").click()
        canvas.wait_saved(page)
        assert _data(ana, page, "t")["triggers"][0]["keywords"] == []

    def test_on_a_phone_it_is_a_sheet(self, ana: Person) -> None:
        page = _open(ana, _save(ana, "Prices", PRICES, EDGES))
        page.set_viewport_size({"width": 360, "height": 740})
        side, log = _test(page)
        _say(side, "price")
        expect(log.get_by_role("button", name="Small")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= 360")
        page.keyboard.press("Escape")
        expect(side).to_have_count(0)


class TestReplay:
    def test_without_messages_it_says_so(self, ana: Person) -> None:
        page = _open(ana, _save(ana, "Prices", PRICES, EDGES))
        side, _ = _test(page)
        side.get_by_role("tab", name="Past messages").click()
        side.get_by_role("button", name="Compare").click()
        expect(side.get_by_text("No messages yet")).to_be_visible()

    def test_what_would_be_answered_stands_beside_what_was(self, ana: Person) -> None:
        flow = _save(ana, "Prices", [PRICES[0], PRICES[2]], ["t.next>say"])
        _post(ana, f"/api/flow/{flow}/activate", {})
        people.connect_instagram(ana.page("/"))
        phone = ana.page("/simulator")
        people.write_as_customer(phone, "the price please")
        expect(phone.get_by_role("log", name="Conversation")).to_contain_text("Ten euros.")
        page = _open(ana, flow)
        canvas.select_node(page, page.locator('[data-id="say"]'))
        canvas.fill_field(page, "Text", "Twelve euros.")
        canvas.close_panel(page)
        side, _ = _test(page)
        side.get_by_role("tab", name="Past messages").click()
        side.get_by_role("button", name="Compare").click()
        expect(side.get_by_text("1 answer would change.")).to_be_visible()
        row = side.get_by_role("list", name="Past messages").get_by_role("listitem")
        expect(row).to_contain_text("the price please")
        expect(row).to_contain_text("Changed")
        row.get_by_role("button").click()
        expect(row.get_by_role("region", name="Was")).to_contain_text("Ten euros.")
        expect(row.get_by_role("region", name="Would be")).to_contain_text("Twelve euros.")
        side.get_by_role("group", name="Difference").get_by_role("button", name="All").click()
        expect(row).to_have_count(1)


def _save(
    person: Person, name: str, nodes: list[tuple[str, str, Any]] | None = None, edges: list[str] | None = None
) -> str:
    """A new flow, its nodes side by side; an edge is written `source.exit>target`."""
    made = [
        {"id": node_id, "type": kind, "position": {"x": 320 * index, "y": 40}, "data": data}
        for index, (node_id, kind, data) in enumerate(nodes or [])
    ]
    drawn = []
    for index, edge in enumerate(edges or []):
        start, target = edge.split(">")
        source, exit_id = start.split(".")
        drawn.append({"id": f"e{index}", "source": source, "sourceHandle": exit_id, "target": target})
    return str(_post(person, "/api/flow/save", {"name": name, "nodes": made, "edges": drawn})["id"])


def _post(person: Person, path: str, body: dict[str, Any]) -> Any:
    headers = {"Content-Type": "application/json", "Origin": person.url}
    answer = person.context.request.post(path, data=json.dumps(body), headers=headers)
    assert answer.ok, answer.text()
    return answer.json()


def _open(person: Person, flow_id: str) -> Page:
    page = person.page(f"/flow-builder/{flow_id}")
    canvas.open_builder(page)
    return page


def _test(page: Page) -> tuple[Locator, Locator]:
    """Open the test panel: it, and its conversation."""
    page.get_by_role("button", name="Test", exact=True).click()
    side = page.get_by_role("complementary", name="Test")
    return side, side.get_by_role("log", name="Conversation")


def _say(side: Locator, text: str) -> None:
    side.get_by_label("Direct message", exact=True).fill(text)
    side.get_by_role("button", name="Send").click()


def _stored(person: Person, page: Page) -> dict[str, Any]:
    answer = person.context.request.get("/api/flow/user")
    return next(each for each in answer.json()["data"] if each["id"] == page.url.rsplit("/", 1)[1])


def _data(person: Person, page: Page, node_id: str) -> dict[str, Any]:
    found = next(node for node in _stored(person, page)["nodes"] if node["id"] == node_id)
    return dict(found["data"])
