"""The verdict: what each customer got, counted at the simulator, beside what the product says it did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.crowd import Customer
from tests.chaos.flows import PUBLIC_REPLY
from tests.chaos.stage import Instagram
from tests.postgres.owner import Owner

OPEN = ("unknown", "rejected")


@dataclass(slots=True)
class Ledger:
    """Sums over all conversations; `wrong` are the sentences about what may not be."""

    customers: int = 0
    content: int = 0
    got: int = 0
    public_replies: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    unknown_delivered: int = 0
    unknown_missing: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def judge(
        self, customer: Customer, got: Sequence[str], replied: Sequence[str], told: Sequence[dict[str, Any]]
    ) -> None:
        """`got` are the texts on the phone in their order, `replied` the public replies under the comment, `told` the
        product's own list of what it sent."""
        self.customers += 1
        self.content += customer.is_content
        self.got += len(got)
        self.public_replies += len(replied)
        due = [*customer.due, *([PUBLIC_REPLY] if customer.post_id else [])]
        arrived = Counter(got) + Counter(replied)
        self.statuses.update(each["status"] for each in told)
        unclear = Counter(each["text"] for each in told if each["status"] in OPEN)
        self.reasons.update(f"{each['status']}: {_reason(each)}" for each in told if each["status"] in OPEN)
        missing = Counter(due) - arrived
        self.unknown_missing += missing.total()
        self.unknown_delivered += (unclear - missing).total()
        faults = {
            "doubled or never asked for": arrived - Counter(due),
            "lost": missing - unclear,
            "called sent and not there": Counter(each["text"] for each in told if each["status"] == "sent") - arrived,
            "not the product's": arrived - Counter(each["text"] for each in told),
            "still under way": Counter(each["text"] for each in told if each["status"] in ("queued", "sending")),
        }
        self.wrong += [
            f"{customer.story} {customer.igsid}: {what}: {dict(which)}" for what, which in faults.items() if which
        ]
        if not _is_part_of(got, customer.due):
            self.wrong.append(f"{customer.story} {customer.igsid}: out of order: {list(got)}")
        self.wrong += [
            f"{customer.story} {customer.igsid}: {each['status']} without a sentence: {each}"
            for each in told
            if each["status"] in OPEN and not _reason(each)
        ]


def _reason(message: dict[str, Any]) -> str:
    return str((message.get("error") or {}).get("message") or "")


def _is_part_of(got: Sequence[str], due: Sequence[str]) -> bool:
    """Whether `got` is `due` with nothing but gaps."""
    rest = iter(due)
    return all(text in rest for text in got)


async def closed(instagram: Instagram, owner: Owner, customers: Sequence[Customer]) -> Ledger:
    """The verdict over all of them."""
    ledger = Ledger()
    conversations = await _conversations(owner)
    for customer in customers:
        thread = await instagram.ask("GET", f"threads/{owner.ig_id}/{customer.igsid}")
        got = [each["text"] for each in thread["data"] if each["direction"] == "out"]
        told = await _told(owner, conversations[customer.igsid]) if customer.igsid in conversations else []
        ledger.judge(customer, got, await _replies(instagram, owner, customer), told)
    return ledger


async def _replies(instagram: Instagram, owner: Owner, customer: Customer) -> list[str]:
    if not customer.post_id:
        return []
    comments = (await instagram.ask("GET", f"posts/{customer.post_id}/comments"))["data"]
    return [each["text"] for each in comments if each["isOwn"]]


async def _conversations(owner: Owner) -> dict[str, str]:
    """Their ids by IGSID."""
    found: dict[str, str] = {}
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": "100", **({"cursor": cursor} if cursor else {})}
        page = (await owner.http.get("/api/messages/instagram", params=query)).json()
        found |= {each["contact"]["igsid"]: each["id"] for each in page["data"]}
        cursor = page["nextCursor"]
    return found


async def _told(owner: Owner, conversation_id: str) -> list[dict[str, Any]]:
    page = (await owner.http.get(f"/api/messages/instagram/{conversation_id}", params={"limit": "100"})).json()
    assert page["nextCursor"] is None
    return [each for each in page["data"] if each["direction"] == "out"]
