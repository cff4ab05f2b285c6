"""The storage port: the product's own verbs, implemented by each backend and held to one contract suite.

Every verb is one transaction. No query builder, session or SQL idiom passes through here, so that a document database
can implement it: what must be atomic is one verb. Reads of a member's data take the workspace id and answer None or an
empty page for anything of another workspace. Cursors are opaque strings made by the backend, which refuses any other
with `errors.BadRequest("cursor_invalid", ...)`.
A backend raises `errors.Unavailable("database_unavailable", ...)` when the database cannot be reached or is locked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal, Protocol

from instantchat.store import records as r

Ingested = Literal["new", "duplicate", "unknown_account"]
Rotation = Literal["rotated", "reused", "invalid"]


class MemberStore(Protocol):
    """Workspaces, people, sign-ins."""

    async def create_user(self, user: r.User, workspace_name: str) -> bool:
        """Store a user, and their workspace where `user.workspace_id` is new; False when the e-mail (any case) is
        taken."""
        ...

    async def user(self, user_id: str) -> r.User | None: ...

    async def user_by_email(self, email: str) -> r.User | None: ...

    async def members(self, workspace_id: str) -> list[r.User]:
        """The oldest 200 of a workspace."""
        ...

    async def update_user(self, user_id: str, changes: Mapping[str, Any]) -> r.User | None:
        """Set `name`, `avatar_url` or `password_hash`."""
        ...

    async def delete_user(self, user_id: str) -> None:
        """Delete the user with their sessions; with the last user of a workspace, the workspace and all its rows."""
        ...

    async def create_session(self, session: r.Session) -> None: ...

    async def session(self, session_id: str) -> r.Session | None: ...

    async def session_by_cookie(self, cookie_hash: str) -> tuple[r.Session, r.User] | None:
        """The session and its user, also when revoked or expired: the caller decides."""
        ...

    async def session_user(self, session_id: str) -> tuple[r.Session, r.User] | None: ...

    async def rotate_refresh(self, session_id: str, old_hash: str, new_hash: str, now: dt.datetime) -> Rotation:
        """Replace the refresh fingerprint. A fingerprint that was already replaced revokes the session: `reused`."""
        ...

    async def revoke_session(self, session_id: str, now: dt.datetime) -> None: ...

    async def revoke_user_sessions(self, user_id: str, now: dt.datetime) -> None: ...


class AccountStore(Protocol):
    """Connected Instagram accounts."""

    async def put_nonce(self, nonce: str, user_id: str, expires_at: dt.datetime) -> None:
        """Remember a single-use OAuth nonce."""
        ...

    async def take_nonce(self, nonce: str, user_id: str, now: dt.datetime) -> bool:
        """True once, for the user it was made for, before it expires."""
        ...

    async def connect(self, account: r.Account) -> r.Account | None:
        """Store a connection, or renew that of the same `ig_user_id` in this workspace keeping its id; None when a
        live connection of another workspace holds it (a disconnected one gives it up)."""
        ...

    async def accounts(self, workspace_id: str) -> list[r.Account]:
        """All of a workspace, the disconnected ones too, oldest first (at most 100)."""
        ...

    async def account(self, workspace_id: str, account_id: str) -> r.Account | None: ...

    async def set_state(self, account_id: str, state: r.AccountState, reason: str | None) -> r.Account | None:
        """Change the state; `disconnected` also drops the token, and then only `connect` changes the state. Where only
        the owner can help (`disconnected`, `reauth_needed`), no refresh is due any more."""
        ...

    async def set_rules(self, workspace_id: str, account_id: str, rules: r.Json) -> r.Account | None:
        """Replace what the workspace decided for the account. `reconcile` among it decides whether `reconcile_at` is
        set: at once when it was not."""
        ...

    async def connected(self, limit: int) -> list[r.Account]:
        """The accounts of all workspaces that are not disconnected, oldest first, for whoever runs the server."""
        ...

    async def of_person(self, ig_id: str) -> list[r.Account]:
        """The accounts, of all workspaces, that Instagram knows by this id: as `ig_scoped_id` or `ig_user_id`."""
        ...

    async def claim_refreshes(self, now: dt.datetime, until: dt.datetime, limit: int) -> list[r.Account]:
        """Accounts whose `refresh_at` has come, the longest due first, each put off to `until`: nobody else refreshes
        it meanwhile, and who dies while refreshing is followed by another."""
        ...

    async def settle_refresh(
        self, account: r.Account, changes: Mapping[str, Any], *, refresh_at: dt.datetime | None
    ) -> r.Account | None:
        """Store how a claimed refresh ended: `refresh_at`, and any of `sealed_token`, `token_expires_at`, `state`,
        `state_reason`. None, with nothing stored, when the token is another than `account` has: connecting again
        wins."""
        ...

    async def claim_reconciles(self, now: dt.datetime, until: dt.datetime, limit: int) -> list[r.Account]:
        """Accounts that are `ok` or `expiring` and whose `reconcile_at` has come, claimed as refreshes are."""
        ...

    async def settle_reconcile(
        self,
        account_id: str,
        *,
        reconcile_at: dt.datetime,
        reconciled_to: dt.datetime | None,
        found_at: dt.datetime | None,
    ) -> None:
        """Store how far a claimed check came; None leaves what is stored. Nothing while it is switched off."""
        ...


class DeletionStore(Protocol):
    """What people asked Meta to have deleted here, and carrying it out."""

    async def request(self, deletion: r.Deletion, ig_id: str) -> tuple[r.Deletion, list[r.Account]]:
        """Store a request about the owner of the accounts that Instagram knows by `ig_id`, and disconnect those for
        good: connecting again makes new ones. The request and the accounts as they are now. With a `request_key` that
        is known, the request stored then is returned and nothing changes; without any account it is `done` at once."""
        ...

    async def deletion(self, code: str) -> r.Deletion | None: ...

    async def erase(self, now: dt.datetime, limit: int) -> r.Erased | None:
        """Delete about `limit` rows of the oldest request that is not done: what the accounts received and sent, the
        people who wrote to them, at last the accounts. None when there is nothing to do, or all of it is in hand
        elsewhere."""
        ...


class FlowStore(Protocol):
    """Flows, their drafts and published versions."""

    async def create(self, flow: r.Flow) -> bool:
        """False when the name (any case) is taken in the workspace."""
        ...

    async def update(self, flow: r.Flow, expected_revision: int) -> Literal["saved", "stale", "name_taken", "missing"]:
        """Store the whole draft where the revision still is `expected_revision`. `status` and `published_version` stay:
        they have verbs of their own."""
        ...

    async def flow(self, workspace_id: str, flow_id: str) -> r.Flow | None: ...

    async def flow_by_name(self, workspace_id: str, name: str) -> r.Flow | None: ...

    async def flows(
        self, workspace_id: str, *, status: str | None, category: str | None, limit: int, cursor: str | None
    ) -> r.Page[r.Flow]:
        """Newest change first."""
        ...

    async def flow_names(self, workspace_id: str) -> dict[str, str]:
        """Names by id, of the 1,000 flows changed last."""
        ...

    async def publish(self, flow: r.Flow, version: r.FlowVersion) -> Literal["saved", "stale", "missing"]:
        """Store the version and the flow as active (its `revision` is the expected one), together."""
        ...

    async def set_status(
        self, workspace_id: str, flow_id: str, status: r.FlowStatus, now: dt.datetime
    ) -> r.Flow | None: ...

    async def delete(self, workspace_id: str, flow_id: str, now: dt.datetime) -> bool:
        """Delete the flow with its schedules, and cancel its waiting runs; its runs and versions stay readable."""
        ...

    async def version(self, version_id: str) -> r.FlowVersion | None: ...

    async def version_by_number(self, workspace_id: str, flow_id: str, number: int) -> r.FlowVersion | None: ...

    async def versions(
        self, workspace_id: str, flow_id: str, *, limit: int, cursor: str | None
    ) -> r.Page[r.FlowVersion]:
        """Newest first; of a deleted flow too."""
        ...

    async def active_heads(self, workspace_ids: Collection[str]) -> dict[str, list[r.FlowHead]]:
        """The active flows of each workspace with their published version, oldest first."""
        ...


class InboxStore(Protocol):
    """Conversations, contacts and messages, as people read them."""

    async def conversations(
        self, workspace_id: str, *, limit: int, cursor: str | None, search: str | None = None, status: str | None = None
    ) -> r.Page[r.Thread]:
        """Newest activity first."""
        ...

    async def total_unread(self, workspace_id: str) -> int: ...

    async def thread(self, workspace_id: str, conversation_id: str) -> r.Thread | None: ...

    async def thread_by_igsid(self, workspace_id: str, igsid: str, account_id: str | None) -> r.Thread | None: ...

    async def messages(
        self, workspace_id: str, conversation_id: str, *, limit: int, cursor: str | None
    ) -> r.Page[r.Message]:
        """Newest first."""
        ...

    async def message(self, workspace_id: str, message_id: str) -> r.Message | None: ...

    async def enqueue(self, message: r.Message, take_over: r.TakeOver | None) -> r.Enqueued:
        """Queue an outgoing message and move the conversation. With `take_over` its waiting runs are cancelled too, and
        `answered_at` is the message's moment. With an `idempotency_key` already used in the workspace, the message
        stored then is returned and nothing is written."""
        ...

    async def resend(self, message: r.Message, of: str, take_over: r.TakeOver | None) -> r.Resent | None:
        """Queue `message`, as `enqueue` does, in place of an `unknown` or `rejected` message of its conversation, which
        gets `resentAs` in its extras. One that has it already is not sent again: what took its place is returned, and
        nothing is written. None when `of` is no such message (any more)."""
        ...

    async def mark_read(self, workspace_id: str, conversation_id: str) -> r.Thread | None: ...

    async def patch_conversation(
        self, workspace_id: str, conversation_id: str, changes: Mapping[str, Any]
    ) -> r.Thread | None:
        """Set `status`, `assignee_id` or `paused_until`."""
        ...

    async def opt_in(self, workspace_id: str, conversation_id: str) -> r.Thread | None:
        """The contact of the conversation is no longer opted out."""
        ...

    async def set_profile(
        self, contact_id: str, *, name: str | None, username: str | None, picture_url: str | None, at: dt.datetime
    ) -> r.Contact | None:
        """What the profile call said; None values leave what is stored."""
        ...

    async def runs(self, workspace_id: str, conversation_id: str, limit: int) -> list[r.RunRecord]: ...

    async def run(self, workspace_id: str, run_id: str) -> r.RunRecord | None: ...

    async def events(self, workspace_id: str, conversation_id: str, limit: int) -> list[r.Event]: ...

    async def event(self, workspace_id: str, event_id: str) -> r.Event | None: ...

    async def last_events(self, workspace_id: str, account_id: str) -> dict[str, dt.datetime]:
        """When the last event of each kind came to the account, among the newest few thousand of the workspace that
        were handled or failed."""
        ...

    async def notes(self, workspace_id: str, conversation_id: str, limit: int) -> list[r.Note]:
        """Newest first."""
        ...

    async def add_note(self, note: r.Note) -> None: ...

    async def replay_events(self, workspace_id: str, kinds: Collection[str], limit: int) -> list[r.ReplayEvent]:
        """The newest `limit` (at most 10,000) events of these kinds that were handled or failed, oldest first; their
        decisions come without verdicts, which would be most of what they hold."""
        ...

    async def answers(self, workspace_id: str, event_ids: Collection[str]) -> dict[str, list[r.Message]]:
        """What flows sent for these events, in order; events without an answer are left out."""
        ...


class QueueStore(Protocol):
    """What the runtime moves: events in, runs, messages out. Batches, because a commit costs the same for 1 or 64."""

    async def ingest(self, events: Sequence[r.NewEvent]) -> list[Ingested]:
        """Store the new ones; one answer per event in order. Duplicates within the batch are told apart too. An account
        that is not connected stores nothing."""
        ...

    async def claim_work(self, owner: str, now: dt.datetime, until: dt.datetime, limit: int) -> list[r.Work]:
        """Lease up to `limit` lanes that have pending events (oldest first, shared fairly between accounts) or due runs
        (`wake_at <= now`, waiting for reply, time or profile), and read all that handling needs: at most 20 events a
        lane. A lane leased until after `now` is left out, also when `owner` itself holds it: give each claim an owner
        of its own, which fences the checkpoint."""
        ...

    async def checkpoint(self, checkpoints: Sequence[r.Checkpoint]) -> list[bool]:
        """Store each lane's changes and release its lease; False for a lane whose lease was lost, of which nothing is
        stored. So too for one whose runs were changed elsewhere (released, to be read and handled again at once) and
        for one that cannot be stored (logged; its lease runs out first). Whichever fails, the others are stored."""
        ...

    async def claim_calls(self, owner: str, now: dt.datetime, until: dt.datetime, limit: int) -> list[r.RunRecord]:
        """Lease due runs that wait for a `result`: their API call is carried out and its result ingested. The lease is
        the run's `wake_at`, moved to `until`."""
        ...

    async def add_result(self, run: r.RunRecord, event: r.NewEvent) -> bool:
        """Store the result of a run's call as an event of its lane, and stop the call from being claimed again. False
        when the run has moved on, has its result, or the event is a duplicate."""
        ...

    async def claim_sends(
        self,
        owner: str,
        now: dt.datetime,
        until: dt.datetime,
        limit: int,
        *,
        per_account: int,
        excluded: Collection[str],
    ) -> list[r.Send]:
        """Mark up to `limit` queued messages `sending`, durably, before their calls: the oldest of each conversation in
        which none is `sending`, at most `per_account` each, accounts in `excluded` and those not `ok`/`expiring` left
        out, shared fairly between accounts."""
        ...

    async def settle_sends(self, results: Sequence[r.SendResult], now: dt.datetime) -> list[r.Message]:
        """Store how sends ended, where still `sending` under that owner; the messages as they are now."""
        ...

    async def expire_sends(self, now: dt.datetime, limit: int) -> list[r.Message]:
        """Turn `sending` messages whose claim ran out into `unknown`: nobody knows whether the call was made. They are
        to be looked for at once."""
        ...

    async def claim_unknown(self, now: dt.datetime, until: dt.datetime, limit: int) -> list[r.UnknownSend]:
        """`unknown` messages whose `look_at` has come, oldest first, each put off to `until`: nobody else looks for it
        meanwhile, and who dies while looking is followed by another."""
        ...

    async def settle_unknown(self, message_id: str, mid: str) -> r.Message | None:
        """It was found in the conversation: `sent` with this mid, and without an error. None, with nothing stored, when
        it is `unknown` no more, or another message of the account has the mid."""
        ...

    async def look_later(self, message_id: str, at: dt.datetime | None) -> None:
        """It was not found, which settles nothing: look again at that time, or (None) no more."""
        ...

    async def known_mids(self, account_id: str, mids: Collection[str]) -> set[str]:
        """Those of the mids that stored messages of the account have."""
        ...

    async def next_due(self, now: dt.datetime) -> dt.datetime | None:
        """The earliest moment at which an event, run or message becomes due, which may be in the past."""
        ...

    async def prune(self, before: dt.datetime, limit: int) -> int:
        """Delete up to `limit` events and runs that are over since before `before`, and say how many: call again until
        that is less than `limit`. Pending events and waiting runs stay, however old.

        An event's natural key goes with it, and Meta repeats a delivery for 36 hours: `before` is days ago."""
        ...

    async def waiting(self, workspace_id: str, now: dt.datetime, limit: int) -> int:
        """How many events and messages of the workspace wait although they are due, counted up to `limit` of each;
        those of accounts that cannot send are left out."""
        ...

    async def backlog(self) -> dict[str, int]:
        """Counts for operations: `events_pending`, `sends_queued`, `runs_waiting`."""
        ...


class ScheduleStore(Protocol):
    """When flows start by the clock."""

    async def replace(self, workspace_id: str, flow_id: str, rows: Sequence[r.Schedule]) -> None:
        """Store these as the flow's only schedules. One that is there with the same `node_id`, `position` and `spec`
        keeps all but its `version_id`; any other is dropped, a firing under way with it."""
        ...

    async def claim(self, owner: str, now: dt.datetime, until: dt.datetime, limit: int) -> list[r.Schedule]:
        """Lease schedules whose `next_at` has come or whose firing is under way, the longest due first."""
        ...

    async def progress(
        self,
        schedule_id: str,
        owner: str,
        *,
        cursor: str | None,
        firing_at: dt.datetime | None,
        next_at: dt.datetime,
        done: bool,
    ) -> bool:
        """Store how far a firing is and end the lease: one that is not `done` can be claimed again at once, for its
        next contacts. False, with nothing stored, when the lease was lost or the schedule dropped."""
        ...

    async def next_due(self) -> dt.datetime | None:
        """The earliest moment at which a schedule can be claimed, which may be in the past."""
        ...

    async def contacts_page(self, workspace_id: str, *, limit: int, cursor: str | None) -> r.Page[r.ContactOfLane]:
        """The contacts of connected accounts, oldest first."""
        ...


class ActivityStore(Protocol):
    """Daily counts per workspace, for the dashboard. Metrics: messages_in, messages_out, runs, run_failures,
    send_failures. `checkpoint` adds its own `counts`; days are UTC."""

    async def add(self, workspace_id: str, day: dt.date, counts: Mapping[str, int]) -> None: ...

    async def daily(self, workspace_id: str, first: dt.date, last: dt.date) -> dict[dt.date, dict[str, int]]: ...


class Store(Protocol):
    """A whole backend."""

    members: MemberStore
    accounts: AccountStore
    deletions: DeletionStore
    flows: FlowStore
    inbox: InboxStore
    queue: QueueStore
    schedules: ScheduleStore
    activity: ActivityStore

    async def start(self) -> None:
        """Connect and bring the schema up to date; raises `errors.StartRefused` with what to do when it cannot."""
        ...

    async def close(self) -> None: ...

    async def ping(self) -> None:
        """Raises `errors.Unavailable` when the database does not answer."""
        ...
