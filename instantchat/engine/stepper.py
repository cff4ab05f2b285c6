"""The step loop: from an input to the next wait or the end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from . import frames
from .context import Context
from .flow import CompiledFlow
from .gate import AWAITS_ANSWER, comment_of
from .inputs import Input, ProfileReady, Reply, Result, Start, TimeUp
from .progress import Progress
from .run import Run
from .scope import snapshot
from .walk import STEP_LIMIT, Walk

__all__ = ["STEP_LIMIT", "advance"]

_NO_ANSWER = "The contact did not answer the private reply."


def advance(flow: CompiledFlow, run: Run, given: Input, context: Context) -> Progress:
    """Take steps until the run waits or is over. Pure: same arguments, same progress.

    `Start` begins a new run; the others resume a waiting one. An input the run does not wait for (a late timer, an old
    result, a run that is over) changes nothing: the progress is the run as it was, with no effects and no trace.
    """
    if isinstance(given, Start):
        return _begin(flow, run, given, context)
    if run.state != "waiting" or not _is_awaited(run, given):
        return Progress(run, context.contact)
    data = dict(run.data)
    if run.waiting_for == "profile":
        return Walk(flow, run, context, data).go(run.node_id)
    memory: dict[str, Any] = data.pop("wait", {})
    node_id = run.node_id
    if isinstance(given, Reply):
        data["message"] = snapshot(given.message)
        tap = given.tap
        if tap is not None and (tap.node_id, tap.version_id) != (node_id, frames.current_version(data)):
            frames.unwind(data, tap.version_id)
            return Walk(flow, run, context, data).resume(tap.node_id, given, {})
    elif isinstance(given, Result):
        data["response"] = {"status": given.status, "body": given.body, "error": given.error}
    walk = Walk(flow, run, context, data)
    if memory.get(AWAITS_ANSWER) and node_id is not None:
        return walk.go(node_id) if isinstance(given, Reply) else walk.end(node_id, given, _NO_ANSWER)
    return walk.resume(node_id, given, memory)


def _begin(flow: CompiledFlow, run: Run, given: Start, context: Context) -> Progress:
    message = given.message or context.message
    starts = (given.node_id,) if given.node_id is not None else flow.starts
    first, pending = next(iter(starts), None), list(starts[1:])
    data = {**run.data}
    if message is not None:
        data["message"] = snapshot(message)
        comment = comment_of(message)
        if comment is not None:
            data.setdefault("comment", comment)
    if pending:
        data["pending"] = pending
    run = replace(run, state="running", node_id=first, data=data, started_at=context.now, updated_at=context.now)
    walk = Walk(flow, run, context, data)
    return walk.await_profile(first) if walk.wants_profile() else walk.go(first)


def _is_awaited(run: Run, given: Input) -> bool:
    if isinstance(given, TimeUp):
        return True
    if isinstance(given, Result):
        return run.waiting_for == "result" and (run.data.get("wait") or {}).get("ref") == given.ref
    if isinstance(given, ProfileReady):
        return run.waiting_for == "profile"
    return run.waiting_for == "reply"
