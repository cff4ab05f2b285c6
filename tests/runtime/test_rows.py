"""Every row of instagram-payloads.md, from the signed delivery to what members see of the conversation."""

from __future__ import annotations

import datetime as dt

import pytest

from instantchat.channels.instagram.signature import sign
from instantchat.features.inbox.views import Bubble, bubble_of, note_of, woven
from instantchat.kit.crypto import Secret
from instantchat.runtime.intake import Intake
from instantchat.store.records import Json
from tests.channels.instagram.payload_rows import AT_S, CUSTOMER, ROWS, item, messaging, own
from tests.runtime.conftest import Stage
from tests.support.seed import keyword_flow

SECRET = Secret("instagram")
HELLO = "flow: Hello"
TAKEN_OVER = "system: Somebody answered from Instagram's own app: flows stay silent until 1 hour after the last answer."
SAID = messaging(item(message={"mid": "m", "text": "before"}))
ANSWERED = messaging(own(message={"mid": "m", "text": "before", "is_echo": True}))

# What there was before, and what members see then: `who: text [attachments] (marks) reactions`. A flow answers any
# message or comment with `Hello`, so a row without that answer started none.
SEEN: dict[str, tuple[list[bytes], list[str]]] = {
    "A1": ([], ["contact: hi", HELLO]),
    "A2": ([], ["contact: [Picture]", HELLO]),
    "A2 several": ([], ["contact: [Picture, Picture]", HELLO]),
    "A3": ([], ["contact: [Heart]", HELLO]),
    "A4": ([], ["contact: [Story mention]"]),
    "A5": ([], ["phone: [Story mention]", TAKEN_OVER]),
    "A6": ([], ["contact: [Shared post]", HELLO]),
    "A7": ([], ["contact: [Shared post]", HELLO]),
    "A7 share": ([], ["contact: [Shared post]", HELLO]),
    "A7 both": ([], ["contact: [Shared post]", HELLO]),
    "A8": ([], ["contact: [Story]", HELLO]),
    "A9": ([], ["contact: [Reel]", HELLO]),
    "A9 reel": ([], ["contact: [Reel]", HELLO]),
    "A10": ([], ["contact: [Something Instagram does not share]", HELLO]),
    "A11": ([], ["contact: [View-once photo or video]", HELLO]),
    "A12": ([], ["contact:", HELLO]),
    "A13": ([SAID], ["contact: unsent", HELLO]),
    "A14": ([ANSWERED], ["phone: unsent", TAKEN_OVER]),
    "A15": ([], ["phone: hi", TAKEN_OVER]),
    "A15 ids not swapped": ([], ["phone:", TAKEN_OVER]),
    "A16": ([], ["phone: [Card]", TAKEN_OVER]),
    "A17": ([], []),
    "A18": ([], ["contact: x [Story] (Answers a story)"]),
    "A19": ([], ["contact: x (Answers a message)", HELLO]),
    "A20": ([], ["contact: Yes (Tapped a choice)", HELLO]),
    "A21": ([], ["contact: x (About a product)", HELLO]),
    "A22": ([], ["contact: Hi (Came by an ad)", HELLO]),
    "A22 without text": ([], ["contact: (Came by an ad)", HELLO]),
    "A23": ([], ["contact: [Card]", HELLO]),
    "A24": ([], ["contact: Go (Tapped a button)"]),
    "A24 without mid": ([], ["contact: Go (Tapped a button)"]),
    "A24 by a link": ([], ["contact: Go (Tapped a button, Came by the link “r”)"]),
    "A25": ([], []),
    "A26": ([ANSWERED], ["phone: before seen", TAKEN_OVER]),
    "A27": ([SAID], ["contact: before", HELLO]),
    "A27 react": ([SAID], ["contact: before ❤️", HELLO]),
    "A28": ([SAID], ["contact: before", HELLO, "system: Opened a link (“spring”)."]),
    "A29": ([SAID], ["contact: new (Edited)", HELLO]),
    "A29 as a number": ([SAID], ["contact: new (Edited)", HELLO]),
    "A29 of nothing": ([], []),
    "A30": ([SAID], ["contact: before", HELLO, "system: This conversation was handed to another app (app 1)."]),
    "A31": ([SAID], ["contact: before", HELLO, "system: This conversation was taken from an app (app 1)."]),
    "A32": ([SAID], ["contact: before", HELLO, "system: Another app asked for this conversation (app 1)."]),
    "A33": ([], []),
    "A34": ([], []),
    "A35": ([], []),
    "A35 with a hyphen": ([], []),
    "A36": ([], []),
    "A37": ([], ["contact: x", HELLO]),
    "A38": ([], []),
    "A38 unknown account": ([], []),
    "A39 no messaging": ([], []),
    "A39 no entries": ([], []),
    "A39 another object": ([], []),
    "A40": ([], []),
    "B": ([], ["contact: x (Another app holds this conversation)"]),
    "C1": ([], ["flow: Hello", "flow: Commented: “price?”"]),
    "C1 an answer": ([], []),
    "C2": ([], []),
    "C3": ([], ["flow: Hello", "flow: Commented: “price?”"]),
    "C4": ([], []),
    "C5": ([], ["flow: Hello", "flow: Commented: “x”"]),
    "C6": ([], []),
    "C6 whole": ([], []),
    "C7": ([], []),
    "C7 in a caption": ([], []),
    "C8": ([], []),
    "C9": ([], []),
    "C10": ([], []),
    "C11": ([], []),
    "C11 revoked": ([], []),
    "C12": ([SAID], ["contact: before", HELLO, "system: This conversation was handed to another app (app 1)."]),
    "D": ([], ["flow: Hello", "flow: Commented: “price?”"]),
    "dashboard preview": ([], []),
}
BODIES = {
    **{row: body for row, (body, _) in ROWS.items()},
    "A27 react": messaging(item(reaction={"mid": "m", "action": "react", "reaction": "love", "emoji": "❤️"})),
}
DASHBOARD = {"C9", "C10", "dashboard preview"}


def answers_all() -> Json:
    graph = keyword_flow("", "Hello")
    graph["nodes"][0]["data"]["triggers"] = [{"type": "any_message"}, {"type": "comment"}]
    return graph


class Door:
    """Signed deliveries in, and the thread as the page draws it out."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.intake = Intake(stage.store.queue, stage.clock, {"META_APP_SECRET": SECRET}, lambda: None)

    async def post(self, *bodies: bytes) -> None:
        for body in bodies:
            await self.intake.receive(body, sign(body, SECRET))

    async def seen(self, igsid: str = CUSTOMER) -> list[str]:
        inbox, workspace_id = self.stage.store.inbox, self.stage.seeded.workspace_id
        thread = await inbox.thread_by_igsid(workspace_id, igsid, None)
        if thread is None:
            return []
        messages = await inbox.messages(workspace_id, thread.conversation.id, limit=100, cursor=None)
        notes = await inbox.notes(workspace_id, thread.conversation.id, 100)
        lines = [bubble_of(each, {}) for each in messages.data], [note_of(each, {}) for each in notes]
        return [line(each) for each in woven(*lines, is_whole=True)]


def line(bubble: Bubble) -> str:
    labels = ", ".join(each.label for each in bubble.attachments)
    parts = [
        f"{bubble.sender}:",
        "unsent" if bubble.is_unsent else bubble.text,
        f"[{labels}]" if labels else "",
        f"({', '.join(bubble.marks)})" if bubble.marks else "",
        " ".join(bubble.reactions),
        "seen" if bubble.is_seen else "",
    ]
    return " ".join(part for part in parts if part)


@pytest.fixture
async def door(stage: Stage) -> Door:
    moment = dt.datetime.fromtimestamp(AT_S, dt.UTC)
    stage.clock.advance((moment - stage.clock.now()).total_seconds() + 1)
    return Door(stage)


def test_every_row_has_its_test() -> None:
    assert set(SEEN) == set(BODIES)


@pytest.mark.parametrize("row", SEEN)
async def test_row(stage: Stage, door: Door, row: str) -> None:
    before, expected = SEEN[row]
    await stage.flow(answers_all())
    for body in before:
        await door.post(body)
        await stage.work()
    stage.pass_time(seconds=1)
    await door.post(BODIES[row], BODIES[row])
    await stage.work()
    assert sorted(await door.seen()) == sorted(expected)
    assert (await stage.store.queue.backlog())["events_pending"] == 0
    assert (door.intake.totals["test"] > 0, door.intake.tested_at is not None) == (row in DASHBOARD,) * 2
    assert (door.intake.totals["unknown_account"] > 0) == (row in _UNKNOWN)


_UNKNOWN = {"A38 unknown account", "A39 no entries", "A39 another object", "C11", "C11 revoked"}
MINUTE = dt.timedelta(minutes=1)


class TestDeliveries:
    async def test_of_a_thousand_updates_are_taken_whole_and_each_once(self, stage: Stage, door: Door) -> None:
        items = [
            {**item(message={"mid": f"m{number}", "text": str(number)}), "sender": {"id": str(7000 + number % 50)}}
            for number in range(1000)
        ]
        await door.post(messaging(*items), messaging(*items[:500], *items[250:]))
        await stage.work()
        told = [text for igsid in range(7000, 7050) for text in await door.seen(str(igsid))]
        assert sorted(told) == sorted(f"contact: {number}" for number in range(1000))
        assert door.intake.totals == {"new": 1000, "duplicate": 1250, "unknown_account": 0, "test": 0}

    async def test_repeated_in_one_body_count_once(self, stage: Stage, door: Door) -> None:
        await door.post(BODIES["A37"])
        assert door.intake.totals == {"new": 1, "duplicate": 1, "unknown_account": 0, "test": 0}

    async def test_of_unknown_shapes_are_kept_whole(self, stage: Stage, door: Door) -> None:
        strange = item(message={"mid": "m", "attachments": [{"type": "hologram", "payload": {"depth": 3}}]})
        await door.post(messaging(strange, item(hologram={"depth": 3})))
        kept = await stage.store.queue.claim_work("w", stage.clock.now(), stage.clock.now() + MINUTE, 10)
        assert [event.payload["raw"] for work in kept for event in work.events] == [
            strange,
            item(hologram={"depth": 3}),
        ]
