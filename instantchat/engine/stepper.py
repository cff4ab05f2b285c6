"""The step loop: from an input to the next wait or the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from .context import Context
from .effects import FetchProfile
from .flow import CompiledFlow
from .inputs import Input, ProfileReady, Reply, Result, Start, TimeUp
from .progress import Progress
from .run import Run
from .scope import snapshot
from .walk import STEP_LIMIT, Walk

__all__ = ["STEP_LIMIT", "advance"]

PROFILE_PATIENCE = timedelta(seconds=2)


def advance(flow: CompiledFlow, run: Run, given: Input, context: Context) -> Progress:
    """Take steps until the run waits or is over. Pure: same arguments, same progress.

    `Start` begins a new run; the others resume a waiting one. An input the run does not wait for (a late timer, an old
    result, a run that is over) changes nothing: the progress is the run as it was, with no effects and no trace.
    """
    if isinstance(given, Start):
        return _begin(flow, run, given, context)
    if run.state != "waiting" or not _is_awaited(run, given):
        return Progress(run, context.contact)
    if run.waiting_for == "profile":
        walk = Walk(flow, run, context, dict(run.data))
        return walk.go(run.node_id)
    data = dict(run.data)
    memory = data.pop("wait", {})
    node_id = run.node_id
    if isinstance(given, Reply):
        data["message"] = snapshot(given.message)
        if given.tap is not None and given.tap.node_id != node_id:
            node_id, memory = given.tap.node_id, {}
    elif isinstance(given, Result):
        data["response"] = {"status": given.status, "body": given.body, "error": given.error}
    return Walk(flow, run, context, data).resume(node_id, given, memory)


def _begin(flow: CompiledFlow, run: Run, given: Start, context: Context) -> Progress:
    message = given.message or context.message
    starts = (given.node_id,) if given.node_id is not None else flow.starts
    first, pending = next(iter(starts), None), list(starts[1:])
    data = {**run.data}
    if message is not None:
        data["message"] = snapshot(message)
    if pending:
        data["pending"] = pending
    run = replace(run, state="running", node_id=first, data=data, started_at=context.now, updated_at=context.now)
    if flow.reads_profile and not context.contact.profile_known:
        until = context.now + PROFILE_PATIENCE
        waiting = replace(run, state="waiting", waiting_for="profile", wake_at=until, expires_at=until)
        return Progress(waiting, context.contact, (FetchProfile(),))
    return Walk(flow, run, context, data).go(first)


def _is_awaited(run: Run, given: Input) -> bool:
    if isinstance(given, TimeUp):
        return True
    if isinstance(given, Result):
        return run.waiting_for == "result" and (run.data.get("wait") or {}).get("ref") == given.ref
    if isinstance(given, ProfileReady):
        return run.waiting_for == "profile"
    return run.waiting_for == "reply"
