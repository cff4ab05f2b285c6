"""Pitfalls 1 to 6: the account's own messages come back, and messages come together."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest

from tests.pitfalls.shop import Shop

ANY = {"type": "any_message"}
HELLO = {"content": "Hello"}
CHOICE = {"content": "Choose", "buttons": [{"id": "menu", "title": "Menu", "type": "postback"}]}

ECHOES = ["before the answer", "without an answer", "half an hour late", "a week late"]


async def test_pitfall_01_own_echoes_start_no_flow(shop: Shop) -> None:
    """The echo of a bot's message is taken for a message, and the bot answers itself without end.

    No echo starts or resumes a flow, be it of the flow's own answer or of what the owner wrote.
    """
    await shop.answers(ANY, HELLO)
    ana = await shop.customer()
    await shop.write(ana, "hi")
    await shop.settle()
    await shop.phone_writes(ana, "hi from the phone")
    await shop.settle()
    assert await shop.on_phone(ana) == ["> hi", "< Hello", "< hi from the phone"]
    assert len(shop.sends()) == 1


@pytest.mark.parametrize("when", ECHOES)
async def test_pitfall_02_an_echo_stores_no_message_twice(shop: Shop, when: str) -> None:
    """The echo comes before the answer to the send, or long after it, finds no message of its id, and is stored as a
    second one.

    An echo settles the message that is being sent or whose answer was lost; a late one is known by its id, however
    late it is.
    """
    await shop.answers(ANY, HELLO)
    ana = await shop.customer()
    await _echoed(shop, ana, when)
    assert await shop.in_inbox(ana) == ["contact: hi (received)", "flow: Hello (sent)"]
    assert (await shop.stage.conversation(ana)).paused_until is None


@pytest.mark.parametrize("when", ECHOES)
async def test_pitfall_03_the_echo_of_a_template_is_known(shop: Shop, when: str) -> None:
    """The echo of a template has another shape than what was sent, and the welcome message appears twice.

    An echo with a template is ours: no phone can send one.
    """
    await shop.answers(ANY, CHOICE)
    ana = await shop.customer()
    await _echoed(shop, ana, when)
    assert await shop.in_inbox(ana) == ["contact: hi (received)", "flow: Choose (sent)"]
    assert (await shop.stage.conversation(ana)).paused_until is None


async def test_pitfall_04_the_owners_phone_is_recorded_and_pauses_flows(shop: Shop) -> None:
    """What the owner answers in Instagram's own app is missing from the inbox, and the bot talks on beside them.

    It is in the conversation, and flows stay silent for that contact for an hour.
    """
    await shop.answers(ANY, HELLO)
    ana = await shop.customer()
    await shop.phone_writes(ana, "I take this one")
    await shop.settle()
    await shop.write(ana, "thank you")
    await shop.settle()
    assert await shop.in_inbox(ana) == ["phone: I take this one (sent)", "contact: thank you (received)"]
    shop.stage.pass_time(minutes=61)
    await shop.write(ana, "and now?")
    await shop.settle()
    assert (await shop.on_phone(ana))[-2:] == ["> and now?", "< Hello"]


async def test_pitfall_05_echoes_wait_only_for_their_own_contact(shop: Shop) -> None:
    """A lock by sender makes all echoes wait for each other, as the sender of each is the account.

    Events are in line by contact: while one contact's are held up, another's echo is handled.
    """
    ana, ben = await shop.customer(), await shop.customer("ben.ok")
    for igsid in (ana, ben):
        await shop.phone_writes(igsid, "on my way")
    await shop.delivered()
    now = shop.app.clock.now()
    [held] = await shop.stage.store.queue.claim_work("stuck", now, now + dt.timedelta(minutes=1), 1)
    await shop.stage.work()
    other = ben if held.igsid == ana else ana
    assert await shop.in_inbox(other) == ["phone: on my way (sent)"]
    assert len(held.events) == 1
    shop.stage.pass_time(minutes=2)
    await shop.stage.work()
    assert await shop.in_inbox(held.igsid) == ["phone: on my way (sent)"]


async def test_pitfall_06_first_messages_at_once_make_one_conversation(shop: Shop) -> None:
    """Two first messages at the same moment make two conversations, or the second webhook is dropped after its lock
    could not be had.

    Deliveries and workers at the same moment make one conversation with each message once; what a dead worker held is
    handled when its lease is over.
    """
    await shop.answers(ANY, HELLO)
    ana = await shop.customer()
    await shop.faults(hold=True)
    for text in ("one", "two"):
        await shop.write(ana, text)
    bodies = await shop.held()
    assert await asyncio.gather(*(shop.deliver(body) for body in bodies * 2)) == [200] * 4
    now = shop.app.clock.now()
    await shop.stage.store.queue.claim_work("dead", now, now + dt.timedelta(seconds=30), 64)
    await shop.settle()
    assert shop.sends() == []
    shop.stage.pass_time(seconds=31)
    await asyncio.gather(*(shop.stage.restart_worker().work_batch() for _ in range(4)))
    await shop.settle()
    assert len(await shop.owner.inbox()) == 1
    assert (
        sorted(await shop.in_inbox(ana))
        == ["contact: one (received)", "contact: two (received)"] + ["flow: Hello (sent)"] * 2
    )


async def _echoed(shop: Shop, igsid: str, when: str) -> None:
    """The customer writes, and the flow's answer is echoed at that moment."""
    await shop.write(igsid, "hi")
    await shop.delivered()
    await shop.stage.work()
    if when == "before the answer":
        shop.client.on_answer = lambda: _come(shop)
    elif when == "without an answer":
        await shop.faults(failNext={"code": 1, "status": 500, "afterSend": True})
    else:
        await shop.faults(hold=True)
        await shop.stage.send()
        shop.stage.pass_time(**({"minutes": 30} if when == "half an hour late" else {"days": 8}))
        await shop.faults(hold=False)
    await shop.settle()


async def _come(shop: Shop) -> None:
    await shop.delivered()
    await shop.stage.work()
