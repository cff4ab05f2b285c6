"""Pitfall 15: messages that no webhook brings."""

from __future__ import annotations

import datetime as dt
from random import Random

from instantchat.runtime.pace import Pace
from instantchat.runtime.reads import Reads
from instantchat.runtime.reconciler import Reconciler
from tests.pitfalls.shop import Shop

EVERY = dt.timedelta(minutes=5)


async def test_pitfall_15_a_message_that_no_webhook_brought_is_found(shop: Shop) -> None:
    """Some messages never come by webhook, and nobody knows of them.

    Where the account asks for it, conversations and comments are read every few minutes; what is found there is stored,
    answered once and marked as found, and what webhooks bring after all is not taken twice.
    """
    stage, intake = shop.stage, shop.app.assembly.runtime.intake
    await stage.store.accounts.set_rules(shop.seeded.workspace_id, shop.seeded.account_id, {"reconcile": True})
    reads = Reads(shop.client, shop.app.clock, stage.vault, Pace(0), 2)
    check = Reconciler(reads, intake, stage.store, shop.app.clock, EVERY, Random(1))
    await shop.answers({"type": "any_message"}, {"content": "Hello"})
    await check.check_due()
    ana = await shop.customer()
    await shop.faults(dropNext=1)
    await shop.write(ana, "is anybody there?")
    stage.pass_time(seconds=5)
    await shop.faults(hold=True)
    await shop.write(ana, "hello?")
    for _ in range(2):
        stage.pass_time(minutes=7)
        assert await check.check_due() == 1
        await shop.settle()
    await shop.faults(hold=False)
    await shop.settle()
    assert await shop.on_phone(ana) == ["> is anybody there?", "> hello?", "< Hello", "< Hello"]
    came = [message for message in await stage.messages(ana) if message.direction == "in"]
    assert [(each.text, each.extras) for each in came] == [
        ("is anybody there?", {"foundByCheck": True}),
        ("hello?", {"foundByCheck": True}),
    ]
