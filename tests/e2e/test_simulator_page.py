"""The simulator alone, as `instantchat simulator` serves it: its phone in a browser, a stub at the webhook's end."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import Person
from tests.support.server import ROOT, free_port

pytestmark = pytest.mark.e2e
_FIELDS = (
    "messages,messaging_postbacks,message_reactions,messaging_referral,message_edit,comments,messaging_handover,standby"
)
_APP_ID = "1000000000000001"


@dataclass
class Alone:
    """A bot beside the simulator: its token, and the webhooks it got."""

    http: httpx.Client
    account_id: str
    token: str
    told: Queue[Any] = field(default_factory=Queue)

    def next(self) -> Any:
        """The next messaging item or change."""
        entry = self.told.get(timeout=10)["entry"][0]
        return (entry.get("messaging") or entry.get("standby") or entry["changes"])[0]

    def send(self, recipient: dict[str, str], text: str) -> None:
        body = {"recipient": recipient, "message": {"text": text}}
        self.graph("POST", "me/messages", json=body)

    def graph(self, method: str, path: str, **request: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = self.http.request(method, f"/simulator/meta/v25.0/{path}", headers=headers, **request)
        return answer.raise_for_status().json()


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Alone]:
    told: Queue[Any] = Queue()
    stub = ThreadingHTTPServer(("127.0.0.1", 0), _receiver(told))
    threading.Thread(target=stub.serve_forever, daemon=True).start()
    port = free_port()
    command = [sys.executable, "-m", "instantchat.cli", "simulator", "--port", str(port), "--data-dir", str(tmp_path)]
    command += ["--deliver-to", f"http://127.0.0.1:{stub.server_port}/webhook"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(10)]
        found = dict(re.findall(r"^  (\S[\w ]*?)  +(\S+)$", "".join(lines), re.MULTILINE))
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as http:
            yield _connected(http, found, told)
    finally:
        process.terminate()
        assert process.wait(15) == 0
        stub.shutdown()


@pytest.fixture
def phone(alone: Alone, browser: Browser) -> Iterator[Page]:
    person = Person(browser, str(alone.http.base_url))
    page = person.page("/simulator")
    expect(page.get_by_label("Message", exact=True)).to_be_visible()
    yield page
    assert person.problems == []


def write(page: Page, text: str) -> None:
    page.get_by_label("Message", exact=True).fill(text)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#thread .bubble", has_text=text)).to_be_visible()


def choose(page: Page, about: str, choice: str) -> None:
    """From a message's menu, reached with the keyboard."""
    page.get_by_role("button", name=f"React or more: {about}").focus()
    page.keyboard.press("Enter")
    page.get_by_role("menuitem", name=choice).click()


class TestChat:
    def test_reacts_edits_and_unsends(self, alone: Alone, phone: Page) -> None:
        write(phone, "hello")
        mid = alone.next()["message"]["mid"]
        choose(phone, "hello", "🔥")
        assert alone.next()["reaction"] == {"mid": mid, "action": "react", "reaction": "other", "emoji": "🔥"}
        choose(phone, "hello", "Edit")
        write(phone, "hello again")
        assert alone.next()["message_edit"]["text"] == "hello again"
        choose(phone, "hello again", "Unsend")
        assert alone.next()["message"] == {"mid": mid, "is_deleted": True}
        expect(phone.get_by_text("Message unsent")).to_be_visible()

    def test_shares_from_the_keyboard(self, alone: Alone, phone: Page) -> None:
        phone.get_by_role("button", name="More to share").focus()
        phone.keyboard.press("Enter")
        phone.keyboard.press("ArrowDown")
        phone.keyboard.press("Enter")
        kinds = [each["type"] for each in alone.next()["message"]["attachments"]]
        assert kinds == ["image", "image"]

    def test_the_owners_phone(self, alone: Alone, phone: Page) -> None:
        phone.get_by_role("button", name="Owner's phone").click()
        write(phone, "I take over")
        assert alone.next()["message"]["is_echo"] is True


class TestPeople:
    def test_a_new_customer_who_blocks_and_unblocks(self, alone: Alone, phone: Page) -> None:
        phone.locator("summary", has_text="Add a customer").click()
        phone.get_by_label("Name", exact=True).fill("Ana Silva")
        phone.get_by_label("Username").fill("ana.silva")
        phone.get_by_role("button", name="Add customer").click()
        expect(phone.get_by_role("button", name="Ana Silva")).to_have_attribute("aria-pressed", "true")
        write(phone, "hello")
        igsid = alone.next()["sender"]["id"]
        with phone.expect_response("**/relations/**"):
            phone.get_by_label("Has blocked it").check()
        relation = alone.http.get(f"/simulator/api/customers/{igsid}/relations/{alone.account_id}").json()
        assert relation == {"follows": True, "blocks": True, "isHidden": False}


class TestPosts:
    def test_comment_answer_and_private_reply(self, alone: Alone, phone: Page) -> None:
        phone.get_by_role("button", name="Posts", exact=True).click()
        box = phone.get_by_label("Comment on").first
        box.fill("PRICE")
        box.press("Enter")
        comment = alone.next()["value"]
        assert comment["text"] == "PRICE"
        alone.graph("POST", f"{comment['id']}/replies", data={"message": "See your messages!"})
        expect(phone.get_by_text("See your messages!")).to_be_visible()
        alone.send({"comment_id": comment["id"]}, "Here is the list.")
        expect(phone.get_by_text("answered in private")).to_be_visible()
        phone.get_by_role("button", name="Chat", exact=True).click()
        expect(phone.get_by_text("Private reply to the comment “PRICE”")).to_be_visible()

    def test_story_reply(self, alone: Alone, phone: Page) -> None:
        phone.get_by_role("button", name="Posts", exact=True).click()
        box = phone.get_by_label("Reply to the story")
        box.fill("wow")
        box.press("Enter")
        assert alone.next()["message"]["reply_to"]["story"]["url"]


class TestPanel:
    def test_faults_and_time(self, alone: Alone, phone: Page) -> None:
        phone.locator("summary", has_text="Faults").click()
        phone.get_by_label("Deliver twice").check()
        expect(phone.get_by_text("Set.")).to_be_visible()
        write(phone, "twice")
        assert alone.next() == alone.next()
        phone.locator("summary", has_text="Time").click()
        phone.get_by_role("button", name="1 day").click()
        expect(phone.locator("#head-username")).to_contain_text("window closed")

    def test_another_inbox_app_takes_over_answers_and_gives_back(self, alone: Alone, phone: Page) -> None:
        write(phone, "hello")
        assert alone.next()["message"]["text"] == "hello"
        phone.locator("summary", has_text="Another inbox app").click()
        phone.get_by_role("button", name="It takes over").click()
        assert "take_thread_control" in alone.next()
        phone.get_by_label("The other app answers").fill("From the desk")
        phone.get_by_role("button", name="Send as the other app").click()
        assert alone.next()["message"]["text"] == "From the desk"
        expect(phone.get_by_text("from another app")).to_be_visible()
        phone.get_by_role("button", name="It gives back").click()
        assert "pass_thread_control" in alone.next()
        expect(phone.get_by_text("Your server holds the conversation")).to_be_visible()

    def test_an_account_writes_to_itself(self, alone: Alone, phone: Page) -> None:
        phone.get_by_text("Meta and the owner", exact=True).click()
        phone.get_by_role("button", name="Write to oneself").click()
        assert alone.next()["message"]["is_self"] is True

    def test_fits_a_small_phone(self, alone: Alone, browser: Browser) -> None:
        page = Person(browser, str(alone.http.base_url), viewport={"width": 360, "height": 740}).page("/simulator")
        page.get_by_role("button", name="Posts", exact=True).click()
        expect(page.get_by_label("Reply to the story")).to_be_visible()
        widths = (
            "[document.documentElement, document.querySelector('#posts')].map((e) => e.scrollWidth - e.clientWidth)"
        )
        assert page.evaluate(widths) == [0, 0]


def _receiver(told: Queue[Any]) -> type[BaseHTTPRequestHandler]:
    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            """Not into the test's output."""

    return Receiver


def _connected(http: httpx.Client, found: dict[str, str], told: Queue[Any]) -> Alone:
    account_id = http.get("/simulator/api/accounts").json()["data"][0]["id"]
    back = "http://localhost/callback"
    query = {"client_id": found["app id"], "redirect_uri": back, "response_type": "code", "scope": "x", "state": "s"}
    allowed = http.post(
        "/simulator/meta/oauth/authorize", params=query, data={"action": "allow", "account": account_id}
    )
    (code,) = parse_qs(urlsplit(allowed.headers["location"]).query)["code"]
    app = {"client_id": _APP_ID, "client_secret": found["app secret"], "grant_type": "authorization_code"}
    answer = http.post("/simulator/meta/oauth/access_token", data={**app, "redirect_uri": back, "code": code})
    alone = Alone(http, account_id, answer.json()["access_token"], told)
    alone.graph("POST", "me/subscribed_apps", params={"subscribed_fields": _FIELDS})
    return alone
