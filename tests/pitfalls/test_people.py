"""Pitfalls 7 and 8: people whose profile Instagram does not show."""

from __future__ import annotations

from tests.pitfalls.shop import Shop

BUTTON = {"id": "yes", "title": "Yes", "type": "postback"}


async def test_pitfall_07_profile_consent_refused_loses_nothing(shop: Shop) -> None:
    """The profile is refused with 230 until the person consents; taken for a failure, that loses their message.

    It is an ordinary answer: the tap is stored, the flow that waits for the name goes on without it, and once they
    write the profile is asked for again.
    """
    by_name = await shop.answers({"type": "api"}, {"content": _BY_NAME})
    start = {"type": "actionNode", "action": "start_flow", "flow": by_name}
    await shop.answers({"type": "comment"}, {"content": "Shall we?", "buttons": [BUTTON]}, start)
    await shop.faults(tapIsConsent=False)
    ana = await shop.customer()
    await shop.comment(ana, "price?")
    await shop.settle()
    thread = await shop.rest("GET", f"/simulator/api/threads/{shop.owner.ig_id}/{ana}")
    [asked] = thread["data"]
    await shop.act(ana, "taps", mid=asked["mid"], payload=asked["buttons"][0]["payload"])
    await shop.settle()
    await shop.profile_fetched()
    assert [call.path for call in shop.calls].count(f"/{ana}") == 1
    assert await shop.on_phone(ana) == ["< Shall we?", "< Thank you, friend"]
    assert "contact: Yes (received)" in await shop.in_inbox(ana)
    shop.stage.pass_time(minutes=11)
    await shop.write(ana, "And what does it cost?")
    await shop.settle()
    await shop.profile_fetched()
    assert f"/{ana}.svg?" in (await shop.stage.contact(ana)).picture_url


async def test_pitfall_08_nobody_by_that_id_is_answered_too(shop: Shop) -> None:
    """Meta's reviewer writes as a bot user whose profile answers 9010, and the app fails review over it.

    The contact stays anonymous and gets its answer.
    """
    await shop.answers({"type": "any_message"}, {"content": _BY_NAME})
    reviewer = await shop.customer("reviewer")
    await shop.rest("PUT", f"/simulator/api/customers/{reviewer}/relations/{shop.owner.ig_id}", {"isHidden": True})
    await shop.write(reviewer, "hi")
    await shop.settle()
    await shop.profile_fetched()
    assert [call.path for call in shop.calls].count(f"/{reviewer}") == 1
    assert await shop.on_phone(reviewer) == ["> hi", "< Thank you, friend"]
    contact = await shop.stage.contact(reviewer)
    assert (contact.name, contact.username) == (None, None)


_BY_NAME = "Thank you, {{contact.first_name|friend}}"
