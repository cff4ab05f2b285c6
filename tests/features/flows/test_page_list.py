"""`/flow-builder` in a browser: the list of flows and what can be done from it."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support import builder as canvas
from tests.support.browser import Person
from tests.support.site import Site

pytestmark = pytest.mark.e2e


class TestCreate:
    def test_a_new_workspace_is_invited_to_make_its_first_flow(self, ana: Person) -> None:
        page = ana.page("/flow-builder")
        page.get_by_role("button", name="Create your first flow").click()
        page.get_by_role("dialog").get_by_label("Name").fill("Prices")
        page.get_by_role("button", name="Create flow").click()
        canvas.open_builder(page)
        expect(page.get_by_label("Flow name")).to_have_value("Prices")
        expect(canvas.node(page, "Trigger")).to_be_visible()
        assert ana.problems == []

    def test_without_a_name_one_is_found(self, ana: Person) -> None:
        page = ana.page("/flow-builder")
        page.get_by_role("button", name="New flow").click()
        page.get_by_text("Blank canvas").click()
        page.get_by_role("button", name="Create flow").click()
        canvas.open_builder(page)
        expect(page.get_by_label("Flow name")).to_have_value("Untitled flow")
        expect(page.get_by_text("Drag a trigger here")).to_be_visible()

    def test_a_taken_name_is_refused_in_the_dialog(self, ana: Person) -> None:
        _flow(ana, "Prices")
        page = ana.page("/flow-builder")
        page.get_by_role("button", name="New flow").click()
        page.get_by_role("dialog").get_by_label("Name").fill("PRICES")
        page.get_by_role("button", name="Create flow").click()
        expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("already a flow named")


class TestActions:
    def test_rename_duplicate_delete(self, ana: Person) -> None:
        _flow(ana, "Prices")
        page = ana.page("/flow-builder")
        _act(page, "Prices", "Rename")
        page.get_by_role("dialog").get_by_label("Name").fill("Price list")
        page.get_by_role("button", name="Rename").click()
        expect(_row(page, "Price list")).to_be_visible()
        _act(page, "Price list", "Duplicate")
        expect(_row(page, "Copy of Price list")).to_be_visible()
        _act(page, "Copy of Price list", "Delete")
        page.get_by_role("alertdialog").get_by_role("button", name="Delete flow").click()
        expect(_row(page, "Copy of Price list")).to_have_count(0)
        expect(_row(page, "Price list")).to_be_visible()

    def test_activate_deactivate_archive(self, ana: Person) -> None:
        _flow(ana, "Prices", answers=True)
        page = ana.page("/flow-builder")
        _act(page, "Prices", "Activate")
        expect(_row(page, "Prices")).to_contain_text("Active")
        _act(page, "Prices", "Deactivate")
        expect(_row(page, "Prices")).to_contain_text("Draft")
        _act(page, "Prices", "Archive")
        expect(_row(page, "Prices")).to_contain_text("Archived")

    def test_an_unfinished_flow_says_why_it_is_not_activated(self, ana: Person) -> None:
        _flow(ana, "Prices")
        page = ana.page("/flow-builder")
        expect(_row(page, "Prices")).to_contain_text("1 error")
        _act(page, "Prices", "Activate")
        expect(page.get_by_text("“Keywords” is missing.")).to_be_visible()
        expect(_row(page, "Prices")).to_contain_text("Draft")


class TestSetup:
    def test_how_often_a_flow_starts_its_priority_and_category(self, ana: Person) -> None:
        flow_id = _flow(ana, "Prices")
        page = ana.page("/flow-builder")
        _act(page, "Prices", "Settings")
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_label("Hours between two starts")).to_have_count(0)
        dialog.get_by_label("Starts for the same person").select_option("every")
        dialog.get_by_label("Hours between two starts").fill("12")
        dialog.get_by_label("Priority").fill("2000")
        dialog.get_by_label("Priority").evaluate("field => field.removeAttribute('max')")
        dialog.get_by_role("button", name="Save").click()
        expect(dialog.get_by_role("alert")).to_contain_text("Priority: Input should be less than or equal to 1000.")
        dialog.get_by_label("Priority").fill("5")
        dialog.get_by_label("Category").fill("Shop")
        dialog.get_by_role("button", name="Save").click()
        expect(dialog).to_have_count(0)
        flow = ana.context.request.get("/api/flow/get/Prices").json()
        assert (flow["id"], flow["reentry"], flow["priority"], flow["category"]) == (
            flow_id,
            {"mode": "every", "hours": 12},
            5,
            "Shop",
        )

    def test_a_flow_goes_out_as_a_file_and_comes_in_as_a_draft(self, ana: Person) -> None:
        _flow(ana, "Prices", answers=True)
        page = ana.page("/flow-builder")
        with page.expect_download() as download:
            _act(page, "Prices", "Export")
        text = download.value.path().read_text()
        assert json.loads(text)["name"] == "Prices"
        page.get_by_role("button", name="Import").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Content of the file").fill("Prices")
        dialog.get_by_role("button", name="Import").click()
        expect(dialog.get_by_role("alert")).to_contain_text("This is not a flow")
        dialog.get_by_label("Content of the file").fill(text)
        dialog.get_by_role("button", name="Import").click()
        canvas.open_builder(page)
        expect(page.get_by_label("Flow name")).to_have_value("Prices (2)")

    def test_what_an_import_could_not_find_is_told(self, ana: Person) -> None:
        node = {"id": "s", "type": "subflowNode", "position": {"x": 0, "y": 0}, "data": {"flow": "flow_elsewhere"}}
        file = {"nodes": [node], "edges": [], "references": {"flows": {"flow_elsewhere": "Address"}}}
        page = ana.page("/flow-builder")
        page.get_by_role("button", name="Import").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Content of the file").fill(json.dumps(file))
        dialog.get_by_role("button", name="Import").click()
        expect(dialog.get_by_role("listitem")).to_have_text("There is no flow “Address” here.")
        dialog.get_by_role("link", name="Open it").click()
        canvas.open_builder(page)


class TestFinding:
    def test_by_status_and_by_words_of_the_name(self, ana: Person) -> None:
        for name in ("Prices in euros", "Prices in dollars", "Opening hours"):
            _flow(ana, name, answers=True)
        page = ana.page("/flow-builder")
        _act(page, "Opening hours", "Activate")
        page.get_by_label("Search flows").fill("dollars prices")
        expect(page.get_by_role("list", name="Flows").get_by_role("listitem")).to_have_count(1)
        expect(_row(page, "Prices in dollars")).to_be_visible()
        page.get_by_label("Search flows").fill("")
        page.get_by_role("button", name="Active").first.click()
        expect(page.get_by_role("list", name="Flows").get_by_role("listitem")).to_have_count(1)
        expect(_row(page, "Opening hours")).to_be_visible()
        page.get_by_label("Search flows").fill("nothing like it")
        expect(page.get_by_text("No flow fits")).to_be_visible()


class TestOthers:
    def test_a_change_in_another_browser_shows_by_itself(self, site: Site, ana: Person) -> None:
        _flow(ana, "Prices")
        page = ana.page("/flow-builder")
        expect(_row(page, "Prices")).to_be_visible()
        other = site.same_member(ana).page("/flow-builder")
        _act(other, "Prices", "Duplicate")
        expect(_row(page, "Copy of Prices")).to_be_visible()

    def test_a_flow_of_another_workspace_is_not_there(self, site: Site, ana: Person) -> None:
        flow = _flow(ana, "Secret prices")
        stranger = site.member()
        page = stranger.page(f"/flow-builder/{flow}")
        expect(page.get_by_text("This flow does not exist")).to_be_visible()
        page.goto("/flow-builder")
        expect(page.get_by_text("No flows yet")).to_be_visible()
        assert "Secret prices" not in page.content()


def _flow(person: Person, name: str, *, answers: bool = False) -> str:
    trigger = {"type": "keyword", "keywords": ["price"] if answers else []}
    nodes = [{"id": "t", "type": "triggerNode", "position": {"x": 0, "y": 0}, "data": {"triggers": [trigger]}}]
    edges = []
    if answers:
        nodes.append({"id": "m", "type": "messageNode", "position": {"x": 400, "y": 0}, "data": {"content": "Ten."}})
        edges.append({"id": "e", "source": "t", "sourceHandle": "next", "target": "m"})
    headers = {"Content-Type": "application/json", "Origin": person.url}
    body = json.dumps({"name": name, "nodes": nodes, "edges": edges})
    answer = person.context.request.post("/api/flow/save", data=body, headers=headers)
    assert answer.ok, answer.text()
    return str(answer.json()["id"])


def _row(page: Page, name: str) -> Locator:
    return page.get_by_role("listitem").filter(has=page.get_by_role("link", name=name, exact=True))


def _act(page: Page, name: str, action: str) -> None:
    page.get_by_role("button", name=f"Actions for {name}", exact=True).click()
    page.get_by_role("menuitem", name=action).click()
