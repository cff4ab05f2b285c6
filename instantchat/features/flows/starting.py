"""Flows that programs start."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from instantchat.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from instantchat.features.auth.member import Member
from instantchat.features.flows.schemas import TriggerIn
from instantchat.features.flows.view import flow_missing
from instantchat.kit.clock import Clock
from instantchat.kit.ids import new_id
from instantchat.nodes.actions.set_variable import is_readable
from instantchat.store import records as r
from instantchat.store.ports import Store

VALUE_LENGTH = 2_000


class StartingService:
    """Stores the start as an event of the contact's lane; the worker does the rest, whatever happens to this process.
    `wake_worker` is called once it is stored."""

    def __init__(self, store: Store, clock: Clock, wake_worker: Callable[[], None]) -> None:
        self._store = store
        self._clock = clock
        self._wake_worker = wake_worker

    async def trigger(self, member: Member, flow_id: str, body: TriggerIn) -> str:
        """Start an active flow for a person known to the workspace; the id of the run to be.

        A flow that may not start again now, and a contact whose flows are paused, begin no run: the event's decision
        says so. With an `idempotency_key` the same start is stored once, and answered with the same id.

        Raises `NotFound` (`flow_not_found`, `recipient_unknown`), `Conflict` (`flow_not_active`,
        `account_disconnected`), `Forbidden("opted_out")` and `Invalid("variables_bad")`; then nothing is stored.
        """
        member.require("agent")
        _check(body.variables)
        flow = await self._store.flows.flow(member.workspace_id, flow_id)
        if flow is None:
            raise flow_missing()
        if flow.status != "active":
            raise Conflict("flow_not_active", f"“{flow.name}” is not active. Activate it, then start it.")
        thread = await self._store.inbox.thread_by_igsid(member.workspace_id, body.recipient_id, body.account_id)
        if thread is None:
            raise NotFound(
                "recipient_unknown",
                "Nobody with this recipientId is known to your account. People are once they write or comment.",
            )
        if thread.contact.opted_out_at is not None:
            raise Forbidden(
                "opted_out", "This person asked for no more automatic messages, so no flow starts for them."
            )
        account = await self._store.accounts.account(member.workspace_id, thread.conversation.account_id)
        run_id = _run_id(flow, thread.conversation, body.idempotency_key)
        if account is None or not await self._stored(flow, account, thread.contact, body.variables, run_id):
            raise Conflict("account_disconnected", "This Instagram account is disconnected. Connect it again.")
        self._wake_worker()
        return run_id

    async def _stored(
        self, flow: r.Flow, account: r.Account, contact: r.Contact, variables: r.Json, run_id: str
    ) -> bool:
        """False for an account that is not connected; what was stored before is stored."""
        now = self._clock.now()
        event = r.NewEvent(
            id=new_id("evt"),
            ig_user_id=account.ig_user_id,
            igsid=contact.igsid,
            kind="api",
            natural_key=f"api:{run_id}",
            payload={"flowId": flow.id, "variables": variables, "runId": run_id},
            at=now,
            received_at=now,
        )
        return await self._store.queue.ingest([event]) != ["unknown_account"]


def _run_id(flow: r.Flow, conversation: r.Conversation, key: str | None) -> str:
    """With a key always the same for this flow and person."""
    if key is None:
        return new_id("run")
    parts = json.dumps([flow.id, conversation.id, key]).encode()
    return f"run_{hashlib.sha256(parts).hexdigest()[:32].upper()}"


def _check(variables: dict[str, Any]) -> None:
    """Raises `Invalid("variables_bad")` naming each variable that cannot be set."""
    errors = [
        FieldError(code=code, field=f"variables.{name[:64]}", message=message)
        for name, value in variables.items()
        for code, message in _problems(name, value)
    ]
    if errors:
        raise Invalid("variables_bad", errors[0].message, errors=errors)


def _problems(name: str, value: Any) -> list[tuple[str, str]]:
    found = []
    if len(name) > 64 or not is_readable(name):
        found.append(("bad_name", f"No template can read a variable named “{name[:64]}”: use letters, digits and _."))
    if len(json.dumps(value, ensure_ascii=False)) > VALUE_LENGTH:
        found.append(("too_long", f"The value of “{name[:64]}” has more than {VALUE_LENGTH:,} characters as JSON."))
    return found
