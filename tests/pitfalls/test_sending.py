"""Pitfalls 20 to 23: the window, the human agent tag, and private replies."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest

from instantchat.store.records import Json
from tests.pitfalls.shop import Shop

ANY = {"type": "any_message"}
COMMENT = {"type": "comment"}


async def test_pitfall_20_the_closed_window_is_known_and_told(shop: Shop) -> None:
    """Outside the window Instagram answers 10/2534022 with HTTP 403 and IGApiException, which looks like a missing
    permission, and the window seems to come out of nowhere.

    A message outside the window is refused here with the reason, before Instagram is asked; Instagram's own refusal is
    told by its number, ends that message alone, and the account goes on sending.
    """
    await shop.answers(ANY, {"content": "Hello"})
    ana, ben = await shop.customer(), await shop.customer("ben.ok")
    await shop.write(ana, "hi")
    await shop.delivered()
    await shop.stage.work()
    shop.stage.pass_time(hours=25)
    await shop.stage.send()
    assert (await _outcome(shop, ana), shop.sends()) == (("rejected", "window_closed"), [])

    refusal = {"code": 10, "subcode": 2534022, "status": 403, "message": "Außerhalb des erlaubten Zeitfensters."}
    await shop.faults(failNext=refusal)
    for igsid in (ana, ben):
        await shop.write(igsid, "hi again")
        await shop.settle()
    shop.stage.pass_time(hours=1)
    await shop.settle()
    assert await _outcome(shop, ana) == ("rejected", "meta_10_2534022")
    assert await shop.on_phone(ben) == ["> hi again", "< Hello"]
    assert len(shop.sends()) == 2


async def test_pitfall_21_human_agent_is_only_on_a_persons_message(shop: Shop) -> None:
    """The HUMAN_AGENT tag is put on messages of the bot, against Meta's policy.

    Only what a person writes between 24 hours and 7 days carries it; a flow that is late sends nothing.
    """
    await shop.answers(ANY, {"content": "Hello"})
    ana = await shop.customer()
    await shop.write(ana, "hi")
    await shop.settle()
    await shop.write(ana, "one more thing")
    await shop.delivered()
    await shop.stage.work()  # the flow's answer waits, and becomes late
    shop.stage.pass_time(hours=30)
    await shop.settle()
    body = {"recipientId": ana, "message": "Sorry for the wait"}
    await shop.rest("POST", "/api/instagram/send-message", body)
    await shop.settle()
    told = [(each["message"]["text"], each.get("tag")) for each in shop.sends()]
    assert told == [("Hello", None), ("Sorry for the wait", "HUMAN_AGENT")]
    assert await shop.on_phone(ana) == ["> hi", "< Hello", "> one more thing", "< Sorry for the wait"]


@pytest.mark.parametrize("form", ["changes", "comment_id", "flat"])
async def test_pitfall_22_a_comment_is_answered_by_one_private_reply(shop: Shop, form: str) -> None:
    """A comment is answered by an ordinary message, which fails in silence as a comment opens no window; or by several,
    as each automation and each delivery makes one.

    The first message goes out by the comment's id and only once, whichever flows want it and in whatever form and as
    often as it is told; what follows waits for the person's answer.
    """
    await shop.answers(COMMENT, {"content": "Have a look"}, {"content": "Anything else?"})
    await shop.answers({**COMMENT, "keywords": ["price"]}, {"content": "It is 5"}, {"content": "Shall I pack it?"})
    await shop.faults(duplicate=True, commentsForm=form)
    ana = await shop.customer()
    comment = await shop.comment(ana, "what is the price")
    await shop.settle()
    assert [each["recipient"] for each in shop.sends()] == [{"comment_id": comment["id"]}]
    assert await shop.on_phone(ana) == ["< It is 5"]
    await shop.write(ana, "ok")
    await shop.settle()
    assert await shop.on_phone(ana) == ["< It is 5", "> ok", "< Shall I pack it?"]


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        ({"code": 3}, ("rejected", "meta_3")),
        ({"code": 2, "status": 500}, ("unknown", "meta_2")),
        ({"code": 1, "status": 500, "afterSend": True}, ("sent", None)),
    ],
    ids=["wrong node", "temporary", "sent all the same"],
)
async def test_pitfall_23_a_private_reply_goes_to_the_accounts_own_node_once(
    shop: Shop, failure: Json, outcome: tuple[str, str | None]
) -> None:
    """With Facebook Login the private reply goes to the wrong node, and Instagram refuses each attempt with (#3).

    InstantChat speaks Instagram Login only: it is posted to the node of the account, and never again once it may have
    reached Instagram; the echo says whether it did.
    """
    await shop.answers(COMMENT, {"content": "Have a look"})
    await shop.faults(failNext=failure)
    ana = await shop.customer()
    comment = await shop.comment(ana, "price?")
    for _ in range(3):
        await shop.settle()
        shop.stage.pass_time(hours=1)
    [call] = [call for call in shop.calls if call.body.get("recipient") == {"comment_id": comment["id"]}]
    assert (call.method, call.path, parse_qs(call.query)) == ("POST", f"/{shop.owner.ig_id}/messages", {})
    assert await _outcome(shop, ana) == outcome


async def _outcome(shop: Shop, igsid: str) -> tuple[str, str | None]:
    """What became of the newest message to the customer."""
    newest = [message for message in await shop.stage.messages(igsid) if message.direction == "out"][-1]
    return newest.status, newest.error_code
