"""Uploads, against the simulator over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from instantchat.channels.instagram.answers import Sent
from instantchat.channels.instagram.errors import MetaRefused, RefusalKind
from instantchat.channels.instagram.messages import Outgoing, bodies
from instantchat.channels.instagram.uploads import upload
from tests.channels.simulator.world import a_world


class TestUpload:
    async def test_is_sent_as_often_as_wanted(self, tmp_path: Path) -> None:
        async with a_world(tmp_path) as world:
            igsid = await world.customer()
            await world.write(igsid, "hello")
            await world.product.next_event()
            made = await upload(world.client, world.account_id, world.token, "image", "https://example.com/a.png")
            assert (made.type, made.url, bool(made.attachment_id)) == ("image", None, True)
            (body,) = bodies(Outgoing(attachments=[made]), igsid=igsid)
            for _ in range(2):
                assert isinstance(await world.client.send(world.account_id, world.token, body), Sent)
                (attachment,) = (await world.product.next_event()).attachments
                assert attachment["type"] == "image"

    async def test_media_that_cannot_be_fetched(self, tmp_path: Path) -> None:
        async with a_world(tmp_path) as world:
            with pytest.raises(MetaRefused) as refusal:
                await upload(world.client, world.account_id, world.token, "image", "ftp://example.com/a.png")
            assert refusal.value.refusal.kind is RefusalKind.CONTENT
            assert refusal.value.message == (
                "Instagram could not fetch the media address. It must be public and answer quickly."
            )
