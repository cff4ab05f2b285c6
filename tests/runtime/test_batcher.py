"""Group commit."""

from __future__ import annotations

import asyncio

import pytest

from instantchat.errors import Unavailable
from instantchat.runtime.batcher import Batcher


class Verb:
    """Doubles numbers; holds its first batch until told."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.may_end = asyncio.Event()
        self.poison: int | None = None

    async def __call__(self, items: list[int]) -> list[int]:
        self.batches.append(items)
        await self.may_end.wait()
        if self.poison in items:
            raise ValueError("poison")
        return [2 * item for item in items]


class TestSubmit:
    async def test_gives_each_its_own_answers_in_order(self) -> None:
        verb = Verb()
        verb.may_end.set()
        batcher: Batcher[int, int] = Batcher(verb)
        assert await asyncio.gather(batcher.submit([1, 2]), batcher.submit([3])) == [[2, 4], [6]]

    async def test_what_comes_during_a_commit_makes_the_next_batch(self) -> None:
        verb = Verb()
        batcher: Batcher[int, int] = Batcher(verb, max_batch=3)
        waiting = [batcher.submit([0])]
        await asyncio.sleep(0)
        waiting += [batcher.submit([n]) for n in (1, 2, 3, 4)]
        verb.may_end.set()
        await asyncio.gather(*waiting)
        assert verb.batches == [[0], [1, 2, 3], [4]]

    async def test_over_the_bound_is_refused_at_once(self) -> None:
        verb = Verb()
        batcher: Batcher[int, int] = Batcher(verb, bound=2)
        taken = [batcher.submit([0])]
        await asyncio.sleep(0)
        taken += [batcher.submit([1]), batcher.submit([2])]
        with pytest.raises(Unavailable) as refused:
            batcher.submit([3])
        assert refused.value.code == "overloaded"
        verb.may_end.set()
        assert await asyncio.gather(*taken) == [[0], [2], [4]]

    async def test_a_bad_item_fails_alone(self) -> None:
        verb = Verb()
        verb.poison = 2
        verb.may_end.set()
        batcher: Batcher[int, int] = Batcher(verb)
        answers = await asyncio.gather(*(batcher.submit([n]) for n in (1, 2, 3)), return_exceptions=True)
        assert answers[0] == [2] and answers[2] == [6]
        assert isinstance(answers[1], ValueError)

    async def test_settled_waits_for_all(self) -> None:
        verb = Verb()
        batcher: Batcher[int, int] = Batcher(verb)
        future = batcher.submit([1])
        verb.may_end.set()
        await batcher.settled()
        assert future.result() == [2]
