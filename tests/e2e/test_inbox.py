"""The inbox as people use it: unread counts, search, long threads, refusals, typing, phones, a restarted server."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.support import people
from tests.support.browser import Person
from tests.support.outside import Instagram, connected_instagram
from tests.support.server import ServerProcess

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]
HOUR = 3600.0
DAY = 24 * HOUR


@dataclass
class Office:
    """A running server with a connected account, and its owner at two browsers."""

    server: ServerProcess
    instagram: Instagram
    owner: Person
    desk: Page
    elsewhere: Person
    second_desk: Page


@pytest.fixture(scope="module")
def office(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Signed up and connected through the pages."""
    data = tmp_path_factory.mktemp("inbox")
    with ServerProcess(data) as server, httpx.Client(base_url=server.url, timeout=20) as http:
        owner = Person(browser, server.url)
        desk = owner.page("/")
        people.sign_up(desk, "Lena", "lena@example.com")
        people.connect_instagram(desk)
        elsewhere = Person(browser, server.url)
        second_desk = elsewhere.page("/")
        people.sign_in(second_desk, "lena@example.com")
        yield Office(server, connected_instagram(server, data, http), owner, desk, elsewhere, second_desk)


class TestList:
    def test_unread_messages_are_counted_in_every_browser_until_somebody_opens_the_conversation(
        self, office: Office
    ) -> None:
        office.desk.goto("/chats")
        office.second_desk.goto("/")
        ana = office.instagram.customer("ana.silva", "Ana Silva")
        for text in ("Hello?", "Anybody there?", "I would like a print"):
            office.instagram.write(ana, text)
        expect(_row(office.desk, "Ana Silva")).to_contain_text("3 unread")
        for page in (office.desk, office.second_desk):
            expect(_in_sidebar(page)).to_contain_text("3 unread")

        _row(office.desk, "Ana Silva").click()
        expect(people.bubble(office.desk, "I would like a print", "in")).to_be_visible()
        for page in (office.desk, office.second_desk):
            expect(_in_sidebar(page)).not_to_contain_text("unread")
        expect(_row(office.desk, "Ana Silva")).not_to_contain_text("unread")

        office.instagram.write(ana, "And one more")
        expect(people.bubble(office.desk, "And one more", "in")).to_be_visible()
        expect(_in_sidebar(office.second_desk)).not_to_contain_text("unread")

    def test_it_can_be_searched_and_filtered_and_stays_so_as_messages_come(self, office: Office) -> None:
        bea, carl = office.instagram.customer("bea", "Bea Zimt"), office.instagram.customer("carl", "Carl Otto")
        office.desk.goto("/chats")
        office.instagram.write(bea, "from Bea")
        office.instagram.write(carl, "from Carl")
        expect(_rows(office.desk).first).to_contain_text("Carl Otto")
        office.instagram.write(bea, "again from Bea")
        expect(_rows(office.desk).first).to_contain_text("again from Bea")

        search = office.desk.get_by_label("Search people")
        search.fill("zIMt")
        expect(_rows(office.desk)).to_have_count(1)
        office.instagram.write(carl, "Carl writes while you search")
        office.instagram.write(bea, "Bea too")
        expect(_row(office.desk, "Bea Zimt")).to_contain_text("Bea too")
        expect(_rows(office.desk)).to_have_count(1)
        search.fill("nobody is called so")
        expect(office.desk.get_by_text("Nothing found")).to_be_visible()
        office.desk.get_by_role("button", name="Show all").click()
        expect(_row(office.desk, "Carl Otto")).to_contain_text("while you search")
        expect(search).to_have_value("")

        _row(office.desk, "Carl Otto").click()
        expect(office.desk.get_by_role("heading", name="Carl Otto")).to_be_visible()
        office.desk.get_by_label("Status", exact=True).select_option("done")
        expect(_row(office.desk, "Carl Otto")).to_contain_text("Done")
        office.desk.get_by_label("Show conversations").select_option("done")
        expect(_rows(office.desk)).to_have_count(1)
        office.desk.get_by_label("Show conversations").select_option("open")
        expect(_row(office.desk, "Bea Zimt")).to_be_visible()
        expect(_row(office.desk, "Carl Otto")).to_have_count(0)
        office.desk.get_by_label("Show conversations").select_option("all")

    def test_it_comes_in_pages_and_is_moved_through_with_the_arrow_keys(self, office: Office) -> None:
        office.desk.goto("/chats")
        read = office.desk.get_by_text("No conversations yet").or_(_rows(office.desk).first)
        expect(read).to_be_visible()  # else the list is read in the middle of the crowd, and ends at a page
        office.instagram.crowd(35, time.time() - 2 * HOUR)
        expect(_row(office.desk, re.compile(r"Hello \d"))).to_have_count(35)
        page = office.owner.page("/chats")
        expect(_rows(page)).to_have_count(30)
        page.get_by_role("button", name="Show more").click()
        expect(page.get_by_role("button", name="Show more")).to_have_count(0)
        expect(_row(page, re.compile(r"Hello \d"))).to_have_count(35)
        total = _rows(page).count()

        _rows(page).first.focus()
        for _ in range(3):
            page.keyboard.press("ArrowDown")
        expect(_rows(page).nth(3)).to_be_focused()
        page.keyboard.press("End")
        expect(_rows(page).last).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_label("Message", exact=True)).to_be_focused()
        expect(_rows(page)).to_have_count(total)
        page.close()


class TestThread:
    def test_a_long_one_opens_at_its_end_and_keeps_the_place_that_is_read(self, office: Office) -> None:
        lou = office.instagram.customer("lou", "Longthread Lou")
        office.instagram.write(lou, "I am Lou")
        office.desk.goto("/chats")
        expect(_row(office.desk, "Longthread Lou")).to_be_visible()
        office.instagram.told(lou, [f"Line {number} of many" for number in range(1, 121)], time.time() + 1)
        expect(_row(office.desk, "Longthread Lou")).to_contain_text("Line 120 of many")
        _row(office.desk, "Longthread Lou").click()
        expect(people.bubble(office.desk, "Line 120 of many", "in")).to_be_in_viewport()
        expect(_messages(office.desk)).to_have_count(50)

        earlier = office.desk.get_by_role("button", name="Show earlier messages")
        for already in (50, 100):
            earlier.scroll_into_view_if_needed()
            first = _messages(office.desk).first
            words, before = first.inner_text(), _top(first)
            earlier.click()
            expect(_messages(office.desk)).to_have_count(min(already + 50, 121))
            was_first = _messages(office.desk).nth(_messages(office.desk).count() - already)
            expect(was_first).to_contain_text(words.split("\n")[-2])
            assert abs(_top(was_first) - before) < 40  # the day's separator may have gone from above it
        expect(earlier).to_have_count(0)
        expect(people.bubble(office.desk, "Line 1 of many", "in")).to_be_attached()

        office.desk.get_by_role("log", name="Messages").evaluate("log => log.scrollTop = 400")
        reading = _messages(office.desk).nth(8)
        before = _top(reading)
        office.instagram.told(lou, ["While you were reading"], time.time() + 5)
        office.desk.get_by_role("button", name="New messages").wait_for()
        assert _top(reading) == before
        office.desk.get_by_role("button", name="New messages").click()
        expect(people.bubble(office.desk, "While you were reading", "in")).to_be_in_viewport()
        office.instagram.told(lou, ["Now at the end"], time.time() + 6)
        expect(people.bubble(office.desk, "Now at the end", "in")).to_be_in_viewport()

    def test_a_day_stands_above_its_first_message(self, office: Office) -> None:
        dora = office.instagram.customer("dora", "Dora Days")
        office.instagram.write(dora, "today")
        office.instagram.told(dora, ["yesterday"], time.time() - DAY)
        _open(office.desk, "Dora Days")
        expect(people.bubble(office.desk, "yesterday", "in")).to_contain_text("Yesterday")
        expect(people.bubble(office.desk, "today", "in")).to_contain_text("Today")

    def test_enter_sends_shift_enter_breaks_the_line_and_each_state_is_shown(self, office: Office) -> None:
        emil = office.instagram.customer("emil", "Emil")
        office.instagram.write(emil, "hello")
        _open(office.desk, "Emil")
        field = office.desk.get_by_label("Message", exact=True)
        expect(field).to_be_focused()
        office.desk.keyboard.type("First line")
        office.desk.keyboard.press("Shift+Enter")
        office.desk.keyboard.type("second line")
        office.desk.keyboard.press("Enter")
        expect(field).to_have_value("")
        sent = people.bubble(office.desk, "First line", "out")
        expect(sent).to_have_attribute("data-delivery", "sent")
        expect(sent.locator("p").first).to_have_text("First line\nsecond line")
        expect(sent).to_contain_text("Lena")

        office.instagram.fail_next(100, 400)
        people.write_as_customer(office.desk, "Instagram will refuse this")
        rejected = people.bubble(office.desk, "will refuse this", "out")
        expect(rejected).to_have_attribute("data-delivery", "rejected")
        expect(rejected).to_contain_text("Not sent")
        office.instagram.fail_next(1, 500)
        people.write_as_customer(office.desk, "Nobody will know")
        expect(people.bubble(office.desk, "Nobody will know", "out")).to_contain_text("Delivery unknown")

    def test_what_did_not_arrive_is_sent_again_once(self, office: Office) -> None:
        ulla = office.instagram.customer("ulla", "Ulla")
        office.instagram.write(ulla, "hello")
        _open(office.desk, "Ulla")
        _open(office.second_desk, "Ulla")
        office.instagram.fail_next(1, 500)
        people.write_as_customer(office.desk, "Did you get this?")
        lost = people.bubble(office.desk, "Did you get this?", "out").first
        expect(lost).to_contain_text("It may arrive twice.")
        for page in (office.desk, office.second_desk):
            expect(page.get_by_role("button", name="Send again")).to_have_count(1)
        lost.get_by_role("button", name="Send again").click()
        again = people.bubble(office.desk, "Did you get this?", "out").last
        expect(again).to_have_attribute("data-delivery", "sent")
        expect(lost).to_contain_text("Sent again")
        for page in (office.desk, office.second_desk):
            expect(page.get_by_role("button", name="Send again")).to_have_count(0)
            expect(people.bubble(page, "Did you get this?", "out")).to_have_count(2)

    def test_typing_is_seen_in_the_other_browser_until_it_ends(self, office: Office) -> None:
        finn = office.instagram.customer("finn", "Finn")
        office.instagram.write(finn, "hello")
        _open(office.desk, "Finn")
        _open(office.second_desk, "Finn")
        note = re.compile("typing in another window")
        composer, seen = office.desk.get_by_label("Message", exact=True), office.second_desk.get_by_text(note)
        for _ in range(5):  # it is told once and shown for seconds: a browser that was not there yet hears the next one
            composer.press_sequentially("Hi Fi")
            with contextlib.suppress(AssertionError):
                expect(seen).to_be_visible(timeout=5_000)
                break
            composer.fill("")
        expect(seen).to_be_visible()
        expect(office.desk.get_by_text(note)).to_have_count(0)
        composer.fill("")
        expect(office.second_desk.get_by_text(note)).to_have_count(0)


class TestComposer:
    def test_a_refused_text_comes_back_with_the_reason(self, office: Office) -> None:
        gus = office.instagram.customer("gus", "Gus")
        office.instagram.told(gus, ["long ago"], time.time() - 9 * DAY)
        _open(office.desk, "long ago")
        expect(office.desk.get_by_text("You cannot answer now.")).to_be_visible()
        field = office.desk.get_by_label("Message", exact=True)
        people.write_as_customer(office.desk, "A long answer, typed with care")
        expect(office.desk.get_by_role("alert").filter(has_text="More than 7 days")).to_be_visible()
        expect(field).to_have_value("A long answer, typed with care")
        expect(people.bubble(office.desk, "typed with care", "out")).to_have_count(0)

    def test_after_a_day_it_says_that_only_a_person_may_answer(self, office: Office) -> None:
        hal = office.instagram.customer("hal", "Hal")
        office.instagram.told(hal, ["a while ago"], time.time() - 2 * DAY)
        _open(office.desk, "a while ago")
        expect(office.desk.get_by_text("Only you can answer now, no flow")).to_be_visible()

    def test_a_draft_is_kept_for_each_conversation_and_over_a_reload(self, office: Office) -> None:
        ida, jan = office.instagram.customer("ida", "Ida"), office.instagram.customer("jan", "Jan")
        office.instagram.write(ida, "I am Ida")
        office.instagram.write(jan, "I am Jan")
        _open(office.desk, "I am Ida")
        field = office.desk.get_by_label("Message", exact=True)
        field.fill("for Ida")
        _row(office.desk, "I am Jan").click()
        expect(office.desk.get_by_role("heading", name="Jan")).to_be_visible()
        expect(field).to_have_value("")
        field.fill("for Jan")
        _row(office.desk, "I am Ida").click()
        expect(field).to_have_value("for Ida")
        office.desk.reload()
        expect(field).to_have_value("for Ida")

    def test_a_disconnected_account_says_so_and_keeps_the_text(self, office: Office) -> None:
        kim = office.instagram.customer("kim", "Kim")
        office.instagram.write(kim, "I am Kim")
        _open(office.desk, "I am Kim")
        office.second_desk.goto("/connect-instagram")
        office.second_desk.get_by_role("button", name="Disconnect").click()
        office.second_desk.get_by_role("alertdialog").or_(office.second_desk.get_by_role("dialog")).get_by_role(
            "button", name="Disconnect"
        ).click()
        expect(office.desk.get_by_text("is disconnected: nothing is received or sent")).to_be_visible()
        people.write_as_customer(office.desk, "Does this go out?")
        expect(office.desk.get_by_role("alert").filter(has_text="Not sent.")).to_be_visible()
        expect(office.desk.get_by_label("Message", exact=True)).to_have_value("Does this go out?")

        people.connect_instagram(office.second_desk)
        expect(office.desk.get_by_text("is disconnected: nothing")).to_have_count(0)
        office.desk.get_by_role("button", name="Send", exact=True).click()
        expect(people.bubble(office.desk, "Does this go out?", "out")).to_have_attribute("data-delivery", "sent")


class TestPhone:
    def test_list_and_thread_take_turns(self, office: Office) -> None:
        mia = office.instagram.customer("mia", "Mia " + "Donaudampfschifffahrtsgesellschaft" * 2)
        office.instagram.write(mia, "w" * 300)
        page = office.owner.context.new_page()
        page.set_viewport_size({"width": 360, "height": 740})
        page.goto("/chats")
        expect(page.get_by_text("Choose a conversation")).to_be_hidden()
        _row(page, "Mia").click()
        expect(people.bubble(page, "wwww", "in")).to_be_visible()
        expect(page.get_by_label("Search people")).to_be_hidden()
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        people.write_as_customer(page, "Hello Mia")
        expect(people.bubble(page, "Hello Mia", "out")).to_be_in_viewport()
        page.get_by_role("link", name="Back to the list").click()
        expect(_row(page, "Hello Mia")).to_be_visible()
        expect(page.locator("#thread")).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        page.close()


class TestLast:
    def test_no_console_has_an_error(self, office: Office) -> None:
        assert office.owner.problems == []
        assert office.elsewhere.problems == []

    def test_pages_go_on_live_when_the_server_is_back(self, office: Office) -> None:
        nora = office.instagram.customer("nora", "Nora")
        office.instagram.write(nora, "before the restart")
        _open(office.desk, "before the restart")
        office.second_desk.goto("/chats")
        expect(_row(office.second_desk, "before the restart")).to_be_visible()
        for page in (office.desk, office.second_desk):
            page.evaluate("window.notReloaded = true")
        field = office.desk.get_by_label("Message", exact=True)
        field.fill("typed before")

        office.server.stop()
        field.fill("typed while it was away")
        office.server.start()
        office.instagram.write(nora, "after the restart")
        expect(people.bubble(office.desk, "after the restart", "in")).to_be_visible()
        expect(_row(office.second_desk, "after the restart")).to_be_visible()
        expect(field).to_have_value("typed while it was away")
        people.write_as_customer(office.desk, "and sent when it was back")
        expect(people.bubble(office.desk, "sent when it was back", "out")).to_have_attribute("data-delivery", "sent")
        for page in (office.desk, office.second_desk):
            assert page.evaluate("window.notReloaded") is True

    def test_what_is_sent_while_the_server_is_away_goes_out_once_when_it_is_back(self, office: Office) -> None:
        olga = office.instagram.customer("olga", "Olga")
        office.instagram.write(olga, "hello from Olga")
        _open(office.desk, "hello from Olga")
        office.server.kill()
        people.write_as_customer(office.desk, "sent into the dark")
        office.server.start()
        expect(people.bubble(office.desk, "sent into the dark", "out")).to_have_attribute("data-delivery", "sent")
        expect(people.bubble(office.desk, "sent into the dark", "out")).to_have_count(1)
        expect(office.desk.get_by_label("Message", exact=True)).to_have_value("")


def _row(page: Page, text: str | re.Pattern[str]) -> Locator:
    return _rows(page).filter(has_text=text)


def _rows(page: Page) -> Locator:
    return page.locator('section[aria-label="Conversations"] li > a')


def _messages(page: Page) -> Locator:
    return page.locator("#thread li")


def _in_sidebar(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Main").get_by_role("link", name="Inbox")


def _open(page: Page, text: str) -> None:
    """From the list, the conversation whose row has `text`."""
    page.goto("/chats")
    _row(page, text).click()
    # By the person's name or by what they wrote: the one before stays until the new one is there.
    expect(page.get_by_role("heading", name=text).or_(_messages(page).filter(has_text=text)).first).to_be_visible()
    expect(page.get_by_label("Message", exact=True)).to_be_visible()


def _top(item: Locator) -> float:
    """Where it is drawn, once what has changed is on the screen."""
    return float(
        item.evaluate(
            """item => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(
                () => done(item.getBoundingClientRect().top))))"""
        )
    )
