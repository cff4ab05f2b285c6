"""Every trigger beyond a plain message, tried as a user does: the product and its simulator in one process, no Meta."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.postgres.owner import Owner, signed_up
from tests.support.seed import keyword_flow
from tests.support.server import ServerProcess

pytestmark = pytest.mark.e2e


@dataclass
class Shop:
    """The product with one flow, and one customer."""

    owner: Owner
    igsid: str

    async def script(self, path: str, **body: Any) -> Any:
        answer = await self.owner.http.post(f"/simulator/api/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def act(self, path: str, **body: Any) -> Any:
        return await self.script(f"customers/{self.igsid}/{path}", **body)

    async def post(self, kind: str) -> str:
        """The media id of a post of this kind."""
        posts = (await self.owner.http.get(f"/simulator/api/accounts/{self.owner.ig_id}/posts")).json()["data"]
        return next(str(post["id"]) for post in posts if post["kind"] == kind)


async def comment(shop: Shop) -> None:
    await shop.act("comments", mediaId=await shop.post("FEED"), text="PRICE")


async def live_comment(shop: Shop) -> None:
    live = await shop.script(f"accounts/{shop.owner.ig_id}/posts", kind="LIVE")
    await shop.act("comments", mediaId=live["id"], text="PRICE")


async def story_reply(shop: Shop) -> None:
    await shop.act("story-replies", mediaId=await shop.post("STORY"), text="wow")


async def story_mention(shop: Shop) -> None:
    await shop.act("story-mentions", accountId=shop.owner.ig_id)


async def shared_post(shop: Shop) -> None:
    await shop.act("shares", accountId=shop.owner.ig_id, mediaId=await shop.post("FEED"))


async def referral(shop: Shop) -> None:
    await shop.act("referrals", accountId=shop.owner.ig_id, ref="summer", text="hi")


async def reaction(shop: Shop) -> None:
    written = await shop.act("messages", accountId=shop.owner.ig_id, text="hi")
    await shop.act("reactions", mid=written["mid"], emoji="❤️")


@pytest.mark.parametrize(
    "act",
    [comment, live_comment, story_reply, story_mention, shared_post, referral, reaction],
    ids=lambda act: act.__name__,
)
async def test_the_flow_answers(tmp_path: Path, act: Callable[[Shop], Awaitable[None]]) -> None:
    async with a_shop(tmp_path, act.__name__) as shop, shop.owner.http.stream("GET", "/simulator/api/events") as events:
        lines = events.aiter_lines()
        await anext(lines)  # from here on it hears everything
        await act(shop)
        async for line in lines:
            told = json.loads(line.removeprefix("data: ")) if line.startswith("data: {") else {}
            if told.get("direction") == "out":
                break
        assert (told["igsid"], told["text"]) == (shop.igsid, "Answered")
        assert (told["comment"] is not None) is act.__name__.endswith("comment")


@contextlib.asynccontextmanager
async def a_shop(data_dir: Path, trigger: str) -> AsyncIterator[Shop]:
    with ServerProcess(data_dir, "--api-only") as server:
        async with signed_up(server.url) as owner:
            await owner.connect()
            graph: dict[str, Any] = keyword_flow("unused", "Answered")
            graph["nodes"][0]["data"] = {"triggers": [{"type": trigger}]}
            saved = await owner.http.post(
                "/api/flow/save", json={"name": trigger, "nodes": graph["nodes"], "edges": graph["edges"]}
            )
            active = await owner.http.post(f"/api/flow/{saved.json()['id']}/activate")
            assert active.json()["status"] == "active", active.text
            yield Shop(owner, await owner.customer("ana.silva"))
