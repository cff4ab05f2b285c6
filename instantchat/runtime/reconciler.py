"""Accounts that ask for it are read every few minutes for what their webhooks missed."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import OrderedDict
from random import Random, SystemRandom

import structlog

from instantchat.channels.instagram.reading import Comment, Post, Said, Talk
from instantchat.errors import Unavailable
from instantchat.kit.clock import Clock
from instantchat.runtime.found import comment_events, is_own, message_events, without_twins
from instantchat.runtime.intake import Intake
from instantchat.runtime.reads import Reads
from instantchat.store.ports import Store
from instantchat.store.records import Account, Message

log = structlog.get_logger(__name__)

GRACE = dt.timedelta(minutes=1)  # what is younger may have a webhook on its way
OVERLAP = dt.timedelta(minutes=3)  # looked at again: over the grace, and the difference of two clocks
LOOK_BACK = dt.timedelta(hours=24)  # after a standstill; what is older can be answered by nobody but a person
POSTS = 5
_COMMENTS_ALLOWED = "instagram_business_manage_comments"
_PAGES = 20
_STORED = 60
_COMMENT_PAGES = 4
_CLAIM = dt.timedelta(minutes=15)
_AT_ONCE = 5
_EVERY = 10.0
_COUNTS_KEPT = 5_000


class Reconciler:
    """What it finds goes through intake, as webhooks do, and under the same keys: either comes second without effect.

    An account is looked at every `every`, a little later by chance, by one process at a time. The first time begins
    now: nothing of before is taken in. A failure costs nothing but time: the next look begins where this one did.
    """

    def __init__(
        self,
        reads: Reads,
        intake: Intake,
        store: Store,
        clock: Clock,
        every: dt.timedelta,
        rng: Random | None = None,
    ) -> None:
        self._reads = reads
        self._intake = intake
        self._store = store
        self._clock = clock
        self._every = every
        self._rng = rng or SystemRandom()
        self._counts: OrderedDict[str, int] = OrderedDict()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.check_due()
            except Unavailable as error:
                log.warning("reconciler_waits", reason=error.message)
            except Exception:
                log.exception("reconciler_failed")
            await asyncio.sleep(_EVERY)

    async def check_due(self) -> int:
        """Check every account that is due now; how many were tried."""
        total = 0
        while True:
            now = self._clock.now()
            due = await self._store.accounts.claim_reconciles(now, now + _CLAIM, _AT_ONCE)
            await asyncio.gather(*(self._check(account, now) for account in due))
            total += len(due)
            if len(due) < _AT_ONCE:
                return total

    async def _check(self, account: Account, now: dt.datetime) -> None:
        since = max(account.reconciled_to or now, now - LOOK_BACK) - OVERLAP
        reached, found = None, 0
        try:
            found = await self._check_conversations(account, max(since, account.connected_at), now - GRACE)
            found += await self._check_comments(account, max(since, account.connected_at), now - GRACE)
            reached = now
        except Unavailable as error:
            log.warning("check_incomplete", account_id=account.id, reason=error.message)
        if found:
            log.info("found_by_check", account_id=account.id, events=found)
        await self._store.accounts.settle_reconcile(
            account.id,
            reconcile_at=self._clock.now() + self._every * self._rng.uniform(1.0, 1.2),
            reconciled_to=reached,
            found_at=now if found else None,
        )

    async def _check_conversations(self, account: Account, since: dt.datetime, until: dt.datetime) -> int:
        found = 0
        for talk in await self._changed(account, since):
            said = await self._reads.messages(account, talk.id)
            recent = [each for each in said if since <= each.at <= until]
            known = await self._store.queue.known_mids(account.id, [each.mid for each in recent])
            new = [each for each in recent if each.mid not in known]
            if new:
                new = without_twins(account, new, {each.mid for each in said}, await self._stored(account, new[0]))
                found += await self._intake.take_found(message_events(account, new))
        return found

    async def _stored(self, account: Account, said: Said) -> list[Message]:
        """The newest messages here of the conversation that something was said in."""
        inbox, other = self._store.inbox, said.recipient if is_own(account, said) else said.author
        thread = await inbox.thread_by_igsid(account.workspace_id, other or "", account.id)
        if thread is None:
            return []
        page = await inbox.messages(account.workspace_id, thread.conversation.id, limit=_STORED, cursor=None)
        return page.data

    async def _changed(self, account: Account, since: dt.datetime) -> list[Talk]:
        """Conversations in which something happened, oldest first."""
        changed: list[Talk] = []
        after: str | None = None
        for _ in range(_PAGES):
            cut = await self._reads.conversations(account, after=after)
            changed += [talk for talk in cut.data if talk.updated_at >= since]
            after = cut.after
            if after is None or cut.data[-1].updated_at < since:
                return changed[::-1]
        log.warning("check_bounded", account_id=account.id, conversations=len(changed))
        return changed[::-1]

    async def _check_comments(self, account: Account, since: dt.datetime, until: dt.datetime) -> int:
        """Under the newest posts, where their number changed."""
        if account.scopes and _COMMENTS_ALLOWED not in account.scopes.split():
            return 0
        found = 0
        for post in await self._reads.media(account, POSTS):
            if post.kind != "LIVE" and (post.comments is None or post.comments != self._counts.get(post.id)):
                comments = await self._new_comments(account, post, since)
                events = comment_events(account, [each for each in comments if each.at <= until])
                found += await self._intake.take_found(events) if events else 0
                self._remember(post, is_whole=all(each.at <= until for each in comments))
        return found

    async def _new_comments(self, account: Account, post: Post, since: dt.datetime) -> list[Comment]:
        comments: list[Comment] = []
        after: str | None = None
        for _ in range(_COMMENT_PAGES):
            cut = await self._reads.comments(account, post, after=after)
            comments += [each for each in cut.data if each.at >= since]
            after = cut.after
            if after is None or cut.data[-1].at < since:
                break
        return comments

    def _remember(self, post: Post, *, is_whole: bool) -> None:
        """How many comments there were, unless some were left for later."""
        if is_whole and post.comments is not None:
            self._counts[post.id] = post.comments
            self._counts.move_to_end(post.id)
            while len(self._counts) > _COUNTS_KEPT:
                self._counts.popitem(last=False)
