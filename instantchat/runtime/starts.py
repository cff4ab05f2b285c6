"""What starts a flow without the contact doing anything: a program."""

from __future__ import annotations

from instantchat.engine.context import InboundMessage
from instantchat.engine.effects import SetVariable
from instantchat.runtime.automation import Automation
from instantchat.runtime.lane import Lane, contact_view
from instantchat.store.records import Event, Json


def take_api(lane: Lane, event: Event, automation: Automation) -> Json:
    """A program starts a flow: the contact's variables are set, then the run begins under the id it was promised.

    The event's payload is `{flowId, variables, runId}`. The decision says why when nothing began.
    """
    payload = event.payload
    run_id, variables = payload["runId"], payload.get("variables") or {}
    if run_id in lane.changes.runs:
        return {"reason": "already_started", "startedRunId": run_id}
    view = contact_view(lane.contact)
    for name, value in variables.items():
        view = SetVariable(name, value).apply(view)
    if variables:
        lane.change_contact(variables=view.variables)
    refs = {"flowId": payload["flowId"], "variables": variables}
    return automation.hear(lane, InboundMessage(event.id, "api", event.at, refs=refs), run_id=run_id)
