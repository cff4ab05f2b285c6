"""Run them with `pytest` after `pip install --editable .`: the handler is found by its entry point."""

from __future__ import annotations

from pathlib import Path

from instantchat_poll.effect import CastVote
from instantchat_poll.node import PollNode
from instantchat_poll.trigger import EmojiOnly

from instantchat.testing import check_effect, check_node, check_trigger, run_node_cases, run_trigger_cases

CASES = Path(__file__).parent / "cases"


def test_the_node() -> None:
    check_node(PollNode)
    run_node_cases(PollNode, CASES / "pollNode.json")


def test_the_trigger() -> None:
    check_trigger(EmojiOnly)
    run_trigger_cases(EmojiOnly, CASES / "poll_emoji.json")


def test_the_effect() -> None:
    check_effect(CastVote("flavour", "Fig"))
