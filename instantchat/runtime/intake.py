"""Webhooks come in: signature, parsing, and durable storage before anyone is told that all is well."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from instantchat.channels.instagram.payloads import TEST_ACCOUNT, ParsedEvent
from instantchat.channels.instagram.signature import verify
from instantchat.channels.instagram.webhook import parse_delivery
from instantchat.errors import Unauthenticated
from instantchat.kit.clock import Clock
from instantchat.kit.crypto import Secret
from instantchat.kit.ids import new_id
from instantchat.runtime.batcher import Batcher
from instantchat.store.ports import Ingested, QueueStore
from instantchat.store.records import Json, NewEvent

log = structlog.get_logger(__name__)

_MAX_BATCH = 256
_BOUND = 20_000


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a delivery's events."""

    new: int
    duplicate: int
    unknown_account: int
    test: int = 0


class Intake:
    """Takes deliveries. `secrets` are the candidate signing secrets by setting name.

    Of this process: `totals` are the events by what became of them, as in `Received`; `tested_at` is when the Test
    button of Meta's dashboard was last heard, whose events belong to no account and are never stored.
    """

    def __init__(
        self, queue: QueueStore, clock: Clock, secrets: Mapping[str, Secret], on_new: Callable[[], None]
    ) -> None:
        self._clock = clock
        self._secrets = dict(secrets)
        self._on_new = on_new
        self._batcher: Batcher[NewEvent, Ingested] = Batcher(queue.ingest, max_batch=_MAX_BATCH, bound=_BOUND)
        self._matched: str | None = None
        self.totals: Counter[str] = Counter()
        self.tested_at: dt.datetime | None = None

    async def receive(self, body: bytes, signature: str | None) -> Received:
        """Store every event of a delivery, all of them durably, before returning.

        Raises `Unauthenticated("bad_signature")`, `BadRequest("not_json")` and `Unavailable`; then this delivery stored
        nothing, or Meta will repeat it and what was stored counts as duplicate.
        """
        self._check(body, signature)
        now = self._clock.now()
        events = [_new(event, event_payload(event), now) for event in parse_delivery(body, received_at=now)]
        received = await self._store(events, now)
        self.totals.update(dataclasses.asdict(received))
        return received

    async def take_found(self, found: Sequence[ParsedEvent]) -> int:
        """Store what a check found as if a webhook had brought it, marked `foundByCheck`; how many were new."""
        now = self._clock.now()
        events = [_new(event, {**event_payload(event), "foundByCheck": True}, now) for event in found]
        return (await self._store(events, now)).new

    async def settled(self) -> None:
        """Return when every accepted delivery is stored."""
        await self._batcher.settled()

    async def _store(self, events: list[NewEvent], now: dt.datetime) -> Received:
        answers = await self._batcher.submit(events)
        new = answers.count("new")
        if new:
            self._on_new()
        tests = sum(event.ig_user_id == TEST_ACCOUNT for event in events)
        unknown = answers.count("unknown_account") - tests
        if tests:
            self.tested_at = now
            log.info("webhook_test", events=tests)
        if unknown:
            log.info("webhook_unknown_account", events=unknown)
        return Received(new, answers.count("duplicate"), unknown, tests)

    def _check(self, body: bytes, signature: str | None) -> None:
        matched = verify(body, signature, self._secrets)
        if matched is None:
            log.warning("webhook_bad_signature", size=len(body), signed=signature is not None)
            raise Unauthenticated(
                "bad_signature",
                "The X-Hub-Signature-256 header does not fit the body and the app secret: check META_APP_SECRET.",
            )
        if matched != self._matched:  # which one it is matters once, not on each delivery
            self._matched = matched
            log.info("webhook_signed_by", setting=matched)


def _new(event: ParsedEvent, payload: Json, now: dt.datetime) -> NewEvent:
    return NewEvent(
        id=new_id("evt"),
        ig_user_id=event.account_ig_id,
        igsid=event.contact_igsid,
        kind=event.kind,
        natural_key=event.natural_key,
        payload=payload,
        at=event.at,
        received_at=now,
    )


def event_payload(event: ParsedEvent) -> Json:
    """What is kept of an event: what handling and explaining need, and the whole item when it is not understood."""
    payload: Json = {
        name: value
        for name, value in (
            ("mid", event.mid),
            ("text", event.text),
            ("payload", event.payload),
            ("replyTo", event.reply_to),
            ("referral", event.referral),
            ("action", event.action),
            ("comment", event.comment),
        )
        if value is not None
    }
    if event.attachments:
        payload["attachments"] = list(event.attachments)
    if event.direction == "echo":
        payload["isEcho"] = True
    if event.is_standby:
        payload["isStandby"] = True
    if event.is_test:
        payload["isTest"] = True
    if event.kind in _KEPT_WHOLE or (event.kind == "message" and not _is_understood(event)):
        payload["raw"] = event.raw
    return payload


def _is_understood(event: ParsedEvent) -> bool:
    """Whether nothing of a message is lost by keeping what was read of it."""
    if not event.attachments:
        return event.text is not None
    return all(each["type"] in _KNOWN_ATTACHMENTS for each in event.attachments)


_KNOWN_ATTACHMENTS = frozenset(
    {"image", "video", "audio", "file", "share", "story_mention", "like_heart", "ephemeral", "ig_story"}
)


_KEPT_WHOLE = frozenset(
    {"other", "edit", "optin", "handover", "app_roles", "policy", "mention", "story_insights", "permission"}
)
