"""Pitfalls 16 to 19 and 26: what people send, and what becomes of it."""

from __future__ import annotations

from pathlib import Path

from instantchat.features.inbox.views import Attachment, bubble_of
from tests.pitfalls.shop import Shop

ANY = {"type": "any_message"}
HELLO = {"content": "Hello"}
NEW_TYPES = ("ig_post", "ig_story", "ig_reel", "reel", "unsupported_type", "ephemeral", "hologram")


async def test_pitfall_16_unknown_attachments_break_nothing(shop: Shop) -> None:
    """Instagram adds kinds of attachments, and each new one crashes the parser and takes its whole delivery with it.

    Any kind is a message that is stored and answered, and so is what came with it in the same delivery.
    """
    await shop.answers(ANY, HELLO)
    ana = await shop.customer()
    await shop.faults(hold=True)
    await shop.write(ana, "and a plain one")
    [body] = await shop.held()
    [plain] = body["entry"][0]["messaging"]
    strange = [
        {**plain, "message": {"mid": f"m-{kind}", "attachments": [{"type": kind, "payload": {"depth": 3}}]}}
        for kind in NEW_TYPES
    ]
    body["entry"][0]["messaging"] = [*strange, {**plain, "message": {"mid": "m-none", "attachments": [{}]}}, plain]
    assert await shop.deliver(body) == 200
    await shop.settle()
    came = [message for message in await shop.stage.messages(ana) if message.direction == "in"]
    kinds = [each["type"] for message in came for each in message.attachments]
    assert sorted(kinds) == sorted([*NEW_TYPES, "unknown"])
    assert "and a plain one" in [message.text for message in came]
    assert len(shop.sends()) == len(NEW_TYPES) + 2


async def test_pitfall_17_expired_media_leave_a_line_and_no_copy(shop: Shop) -> None:
    """Addresses of media die within days, or with their content, and products show broken images or fail on them.

    Only the address is kept: it is handed out as long as the message is there, a flow never fails on it, and it is
    dropped when the message is taken back.
    """
    await shop.answers(ANY, HELLO)
    ana = await shop.customer()
    sent = await shop.script(
        f"customers/{ana}/messages", accountId=shop.owner.ig_id, attachments=[{"type": "image"}], text=""
    )
    await shop.settle()
    [message, _] = await shop.stage.messages(ana)
    [address] = [each["url"] for each in message.attachments]
    assert address == sent["attachments"][0]["payload"]["url"]
    shop.stage.pass_time(days=8)
    assert (await shop.app.http.get(address)).status_code == 403
    [bubble] = [bubble_of(each, {}) for each in await shop.stage.messages(ana) if each.direction == "in"]
    assert [(each.label, each.url) for each in bubble.attachments] == [("Picture", address)]
    await shop.act(ana, "unsends", mid=sent["mid"])
    await shop.settle()
    [message, _] = await shop.stage.messages(ana)
    assert message.attachments == []


async def test_pitfall_18_a_story_reply_keeps_its_story(shop: Shop) -> None:
    """The address of the story that a reply is about is in another place, and is lost; stories show for a day only.

    The reply is told apart from a message, keeps the story's id and address, and members can open it from there.
    """
    await shop.answers({"type": "story_reply"}, {"content": "Glad you like it"})
    posts = (await shop.rest("GET", f"/simulator/api/accounts/{shop.owner.ig_id}/posts"))["data"]
    story = next(post for post in posts if post["kind"] == "STORY")
    ana = await shop.customer()
    await shop.act(ana, "story-replies", mediaId=story["id"], text="wow")
    await shop.settle()
    [message, _] = await shop.stage.messages(ana)
    assert message.extras["replyTo"]["story"] == {"id": story["id"], "url": story["pictureUrl"]}
    assert await shop.on_phone(ana) == ["> wow", "< Glad you like it"]
    bubble = bubble_of(message, {})
    assert (bubble.marks, bubble.attachments) == (
        ["Answers a story"],
        [Attachment("Story", story["pictureUrl"], False)],
    )


async def test_pitfall_19_what_is_taken_back_is_gone_once_told(shop: Shop) -> None:
    """Instagram tells of an unsent message only when its app on a phone took it back, and products go on showing it.

    What is told is carried out: the text is gone from conversation, list and event, also where the flag is text. A
    message taken back on the web is told to nobody.
    """
    await shop.answers(ANY, HELLO)
    ana = await shop.customer()
    sent = await shop.write(ana, "my secret")
    await shop.settle()
    event_id = (await shop.stage.messages(ana))[0].event_id
    assert event_id is not None
    await shop.faults(hold=True)
    await shop.act(ana, "unsends", mid=sent["mid"])
    [body] = await shop.held()
    body["entry"][0]["messaging"][0]["message"]["is_deleted"] = "true"
    assert await shop.deliver(body) == 200
    await shop.settle()
    bubble = bubble_of((await shop.stage.messages(ana))[0], {})
    assert (bubble.is_unsent, bubble.text) == (True, "")
    assert "secret" not in str(await shop.stage.event(event_id))
    assert "secret" not in str(await shop.owner.inbox())


async def test_pitfall_26_no_media_or_picture_of_a_customer_is_stored(shop: Shop, tmp_path: Path) -> None:
    """App review rejects products that store or cache customers' media from Instagram's servers.

    InstantChat fetches none: browsers load them from Instagram by the address it was told.
    """
    await shop.answers(ANY, {"content": "Hello {{contact.first_name|there}}"})
    ana = await shop.customer()
    before = _files(tmp_path)
    for kind in ("image", "video", "audio", "file"):
        await shop.script(f"customers/{ana}/messages", accountId=shop.owner.ig_id, attachments=[{"type": kind}])
    await shop.settle()
    await shop.profile_fetched()
    contact = await shop.stage.contact(ana)
    assert contact.picture_url.startswith(f"{shop.app.assembly.settings.base_url}/simulator/avatars/{ana}.svg?")
    assert [call.path for call in shop.calls if call.path.startswith(("/simulator/cdn", "/simulator/avatars"))] == []
    assert _files(tmp_path) == before


def _files(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}
