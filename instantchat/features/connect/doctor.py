"""The doctor: every step of the connection, tried for real, for a workspace or for the whole server."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from instantchat.channels.instagram.client import InstagramClient
from instantchat.channels.instagram.doctor import account as account_doctor
from instantchat.channels.instagram.doctor.check import Check, CheckState, worst
from instantchat.channels.instagram.doctor.server import ServerDoctor, Setup
from instantchat.errors import Unavailable
from instantchat.features.auth.member import Member
from instantchat.kit.clock import Clock
from instantchat.kit.crypto import Secret, Vault
from instantchat.kit.rate_limit import RateLimit
from instantchat.runtime.intake import Intake
from instantchat.runtime.reads import Reads
from instantchat.runtime.rules import Rules
from instantchat.store import records as r
from instantchat.store.ports import Store

SECONDS = 20.0
RECENT = dt.timedelta(days=7)
OVERDUE = dt.timedelta(hours=2)
_ACCOUNTS = 20
_TIMES, _PER_SECONDS = 6, 60


@dataclass(frozen=True, slots=True)
class Report:
    """What was found; `state` is the gravest. `names` are the examined accounts' user names by id."""

    state: CheckState
    checks: list[Check]
    names: dict[str, str]


class DoctorService:
    """Takes an admin; a workspace may ask six times a minute, as every check is a call or more."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        http: httpx.AsyncClient,
        instagram: InstagramClient,
        vault: Vault,
        setup: Setup,
        intake: Intake | None = None,
        reads: Reads | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._instagram = instagram
        self._vault = vault
        self._server = ServerDoctor(setup, http, clock)
        self._intake = intake
        self._reads = reads
        self._limit = RateLimit(clock, _TIMES, _PER_SECONDS)

    async def examine(self, member: Member) -> Report:
        """The server, and the connected accounts of the member's workspace (the first 20). Raises
        `Unavailable("timeout")` after 20 s."""
        member.require("admin")
        self._limit.take(member.workspace_id, "The checks were just made.")
        accounts = await self._store.accounts.accounts(member.workspace_id)
        return await self._examine([each for each in accounts if each.state != "disconnected"][:_ACCOUNTS])

    async def examine_all(self) -> Report:
        """The server and the oldest 20 accounts of all workspaces, for whoever runs the server."""
        return await self._examine(await self._store.accounts.connected(_ACCOUNTS))

    async def _examine(self, accounts: Sequence[r.Account]) -> Report:
        try:
            async with asyncio.timeout(SECONDS):
                found = await asyncio.gather(self._server.examine(), *(self._patient(each) for each in accounts))
        except TimeoutError:
            raise Unavailable("timeout", "The checks took longer than 20 seconds. Try again.") from None
        server, *accounts_checks = found
        if self._intake is not None:
            server = [*server, _deliveries(self._intake)]
        checks = [check for some in (server, *accounts_checks) for check in some]
        return Report(worst(checks), checks, {each.id: each.username for each in accounts})

    async def _patient(self, account: r.Account) -> list[Check]:
        last = await self._store.inbox.last_events(account.workspace_id, account.id)
        if self._reads is not None:
            await self._reads.wait(account.id)  # one of the calls to come reads conversations
        now = self._clock.now()
        patient = account_doctor.Patient(
            id=account.id,
            ig_user_id=account.ig_user_id,
            username=account.username,
            token=self._token(account),
            expires_at=account.token_expires_at,
            scopes=frozenset(account.scopes.split()),
            last_message_at=last.get("message"),
        )
        checks = await account_doctor.examine(patient, self._instagram, now)
        return [*checks, _events(account, last, now), *_missed(account, now)]

    def _token(self, account: r.Account) -> Secret | None:
        try:
            return self._vault.open(account.sealed_token)
        except ValueError:
            return None


def _events(account: r.Account, last: dict[str, dt.datetime], now: dt.datetime) -> Check:
    """By kind, newest first."""
    title = "Events received"
    newest = sorted(last.items(), key=lambda one: one[1], reverse=True)
    fix = "Write to the account from another Instagram account, and look whether it arrives in the inbox."
    if not newest:
        return Check("events", title, "warning", "Nothing has arrived yet.", fix, account.id)
    found = "Last of each kind: " + ", ".join(f"{kind} {_ago(now - at)}" for kind, at in newest) + "."
    if now - newest[0][1] > RECENT:
        return Check("events", title, "warning", f"Nothing has arrived for a week. {found}", fix, account.id)
    return Check("events", title, "ok", found, "", account.id)


def _missed(account: r.Account, now: dt.datetime) -> list[Check]:
    """Where the check for missed messages is switched on: when it was made, and when it last found something."""
    if not Rules.of(account).reconcile:
        return []
    title = "Check for missed messages"
    if account.reconciled_to is None:
        return [Check("reconcile", title, "unknown", "It has not been made yet.", "", account.id)]
    found = (
        f"It last found something {_ago(now - account.found_at)}."
        if account.found_at
        else "It has found nothing so far."
    )
    evidence = f"Last made {_ago(now - account.reconciled_to)}. {found}"
    if now - account.reconciled_to > OVERDUE:
        fix = "Put right what else is wrong with the account; check_incomplete in the log says what stops it."
        return [Check("reconcile", title, "warning", evidence, fix, account.id)]
    return [Check("reconcile", title, "ok", evidence, "", account.id)]


def _deliveries(intake: Intake) -> Check:
    """What came that belongs to nobody here, since this process started."""
    title, unknown, at = "Deliveries to nobody", intake.totals["unknown_account"], intake.tested_at
    test = f"Meta's Test button was heard at {at:%H:%M} UTC on {at.day} {at:%B}." if at else ""
    if not unknown:
        test = test or "Meta's Test button was not heard since this server started."
        return Check("deliveries", title, "ok", f"{test} No event came for an account that is not connected here.")
    events = "1 event came for an account that is" if unknown == 1 else f"{unknown} events came for accounts that are"
    fix = "Connect the account they are for, or end its webhooks: remove the app in its Instagram settings."
    return Check("deliveries", title, "warning", f"{test} {events} not connected here.".strip(), fix)


def _ago(past: dt.timedelta) -> str:
    minutes = max(int(past.total_seconds() // 60), 0)
    if minutes < 60:
        return f"{minutes} min ago"
    hours = minutes // 60
    return f"{hours} h ago" if hours < 48 else f"{hours // 24} days ago"
