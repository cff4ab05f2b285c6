"""Customers, each with a story: an act, what it must bring, and the next act once that was seen on their phone."""

from __future__ import annotations

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.chaos.stage import Instagram

Json = dict[str, Any]
AT_ONCE = 40


@dataclass(frozen=True, slots=True)
class Act:
    """What a customer does, `says` as a message, taps or comments, and the texts that this must bring."""

    kind: str
    says: str
    brings: tuple[str, ...]


STORIES: dict[str, tuple[Act, ...]] = {
    "buyer": (
        Act("message", "I want to order", ("Tea or coffee?",)),
        Act("tap", "Tea", ("How many?",)),
        Act("message", "3", ("3 it is.", "Thank you!")),
    ),
    "fumbler": (
        Act("message", "my order please", ("Tea or coffee?",)),
        Act("tap", "Coffee", ("How many?",)),
        Act("message", "quite a few", ("A number, please.",)),
        Act("message", "12", ("12 it is.", "Thank you!")),
    ),
    "visitor": (
        Act("message", "What are your hours?", ("We open at nine.", "We close at six.")),
        Act("message", "and the hours on Sunday?", ("We open at nine.", "We close at six.")),
    ),
    "commenter": (
        Act("comment", "price?", ("It is 20 €.",)),
        Act("message", "more about it", ("In S, M and L.",)),
    ),
}


@dataclass(slots=True)
class Customer:
    """One of them: what their acts had to bring, and the post that a commenter wrote under."""

    igsid: str
    story: str
    due: list[str] = field(default_factory=list)
    post_id: str = ""
    is_content: bool = False


class Phones:
    """What every customer's phone shows, as the simulator's event stream tells it."""

    def __init__(self, instagram: Instagram) -> None:
        self._instagram = instagram
        self._got: defaultdict[str, list[Json]] = defaultdict(list)
        self._changed = asyncio.Condition()
        self._listening: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()

    async def open(self) -> None:
        """Return once it hears everything."""
        self._ready.clear()
        self._listening = asyncio.create_task(self._listen())
        await self._ready.wait()

    async def close(self) -> None:
        """Hear nothing more."""
        assert self._listening is not None
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)

    async def seen(self, igsid: str, is_enough: Callable[[list[Json]], bool], patience: float) -> bool:
        """Whether what came is enough within `patience` seconds."""
        try:
            async with asyncio.timeout(patience), self._changed:
                await self._changed.wait_for(lambda: is_enough(self._got[igsid]))
        except TimeoutError:
            return False
        return True

    def last(self, igsid: str, text: str) -> Json:
        """The newest message with this text."""
        return next(each for each in reversed(self._got[igsid]) if each["text"] == text)

    async def _listen(self) -> None:
        url = f"{self._instagram.url}/simulator/api/events"
        while True:
            async with self._instagram.http.stream("GET", url, timeout=httpx.Timeout(30, read=60)) as stream:
                async for line in stream.aiter_lines():
                    if line.startswith("data: {"):
                        await self._hear(json.loads(line.removeprefix("data: ")))
            raise AssertionError("the event stream was cut off: this listener fell behind")

    async def _hear(self, told: Json) -> None:
        self._ready.set()
        if told.get("direction") != "out" or "mid" not in told:
            return
        async with self._changed:
            known = self._got[told["igsid"]]
            if all(each["mid"] != told["mid"] for each in known):
                known.append(told)
                self._changed.notify_all()


class Crowd:
    """All customers, `AT_ONCE` of them at the same time."""

    def __init__(self, instagram: Instagram, account_id: str, patience: float) -> None:
        self.customers: list[Customer] = []
        self._instagram, self._account_id, self._patience = instagram, account_id, patience
        self._phones = Phones(instagram)
        self._room = asyncio.Semaphore(AT_ONCE)

    async def live(self, count: int) -> None:
        """`count` more of them; return when every story is over, or its customer gave up waiting."""
        known = len(self.customers)
        await self._phones.open()
        try:
            names = [name for name in STORIES for _ in range(-(-count // len(STORIES)))]
            stories = [names[number * 7919 % len(names)] for number in range(count)]
            await asyncio.gather(*(self._one(number, story) for number, story in enumerate(stories, known)))
        finally:
            await self._phones.close()

    async def _one(self, number: int, story: str) -> None:
        async with self._room:
            added = await self._instagram.ask("POST", "customers", {"username": f"customer.{number}"})
            customer = Customer(str(added["igsid"]), story)
            self.customers.append(customer)
            previous = ""
            for act in STORIES[story]:
                await self._do(customer, act, previous)
                customer.due += act.brings
                if not await self._phones.seen(customer.igsid, _holds(customer.due), self._patience):
                    return
                previous = act.brings[-1]
            customer.is_content = True

    async def _do(self, customer: Customer, act: Act, previous: str) -> None:
        path = f"customers/{customer.igsid}"
        if act.kind == "comment":
            post = await self._instagram.ask("POST", f"accounts/{self._account_id}/posts", {"kind": "FEED"})
            customer.post_id = str(post["id"])
            await self._instagram.ask("POST", f"{path}/comments", {"mediaId": customer.post_id, "text": act.says})
        elif act.kind == "tap":
            message = self._phones.last(customer.igsid, previous)
            chosen = next(each for each in message["quickReplies"] if each["title"] == act.says)
            await self._instagram.ask("POST", f"{path}/taps", {"mid": message["mid"], "payload": chosen["payload"]})
        else:
            body = {"accountId": self._account_id, "text": act.says}
            await self._instagram.ask("POST", f"{path}/messages", body)


def _holds(due: list[str]) -> Callable[[list[Json]], bool]:
    wanted = Counter(due)
    return lambda got: not wanted - Counter(each["text"] for each in got)
