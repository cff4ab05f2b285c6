"""`events.md`: what explanations say: decisions, verdicts, runs, steps, and their codes."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from typing import get_args

from pydantic import BaseModel

from instantchat.engine import effects
from instantchat.engine.run import RunState, WaitingFor
from instantchat.engine.window import Gate
from instantchat.features.inbox.why import reasons
from instantchat.features.inbox.why.record import DecisionOut, GivenOut, StepOut, VerdictOut

from .blocks import Wanted

INTRO = """\
# Events and runs

What Instagram tells us is an **event**; so are a schedule that comes due and a start by the API. Handling it makes a
**decision record**: which run took it or which flow started, and a verdict of each flow that was asked. A **run** is
one contact's way through one version of a flow; its **trace** has a step for each node it came to.

`GET /api/events/{id}` and `GET /api/runs/{id}` give both; `GET /api/events?conversationId=` and
`GET /api/runs?conversationId=` list the newest 50 of a conversation. They are kept for 30 days
(`INSTANTCHAT_EXPLANATIONS_DAYS`). In the browser: [why](../guide/why.md)."""

DECISION = {
    "reason": "a code; see below",
    "sentence": "the same in words",
    "startedRunId": "the run it started, of the flow `startedFlowId`",
    "startedFlowId": "the flow that started",
    "resumedRunId": "the waiting run that took it",
    "resumedRunIds": "the runs that waited for the person's profile",
    "endedRunId": "the run whose choice was tapped, when it no longer waits for that",
    "cancelledRunIds": "the waiting runs that ended because of it",
    "verdicts": "one for each flow that was asked: none where a waiting run took the event, or while flows are paused",
    "followUps": "the decisions about what its runs set off: flows that steps started, changed tags and fields",
    "windowExpiresAt": "until when messages may be sent, after this event",
    "pausedUntil": "until when flows are paused for the person",
    "messageId": "the message that was taken back or edited",
}
VERDICT = {
    "flowId": "the flow",
    "name": "its name",
    "matched": "a trigger of it matched",
    "chosen": "it started",
    "reason": "a code; see below",
    "detail": "the first condition that failed, or what matched, as a sentence",
    "trigger": "the trigger that was meant, by its type",
    "values": "what was compared",
}
STEP = {
    "nodeId": "the node",
    "type": "its type",
    "label": "what people call the type",
    "card": "the line on its card",
    "outcome": "`take` went on by `exit`; `enter` into a sub-flow; `wait`, `end` and `fail` stopped there",
    "at": "when",
    "exit": "the way out",
    "exitLabel": "what people read at it",
    "note": "why, where that is not plain",
    "error": "what went wrong for the author or the contact; the run may have gone on",
    "warnings": "such as a missing value or a cut text",
    "values": "what the node looked at",
    "given": "what a waiting node was resumed with; see below",
    "seconds": "for how long it had waited",
    "effects": "what it asked for; see below",
    "window": "whether its messages could go out; see below",
    "until": "the moment it waits for at most",
    "versionId": "the version of the sub-flow it is in",
    "flowId": "the flow of that version",
    "flowName": "its name",
}
GIVEN = {
    "kind": "`reply`, `time_up`, `result` (of an API call or the AI) or `profile_ready`",
    "eventId": "the event of the reply",
    "text": "its text",
    "tap": "the exit of the choice that was tapped",
    "status": "the status of the API's answer",
    "error": "why there was no answer",
}
EFFECTS = {
    "send_message": "one message; `messageId` is the one it became",
    "reply_to_comment": "an answer under the post",
    "react": "a reaction to the contact's message",
    "set_typing": "“typing” is shown",
    "tag_contact": "a tag is put on the contact",
    "untag_contact": "a tag is taken off",
    "set_variable": "a variable is set",
    "set_field": "a contact field is set",
    "call_api": "an address is called; the query is left out of the trace",
    "ask_ai": "the language model is asked",
    "assign": "the conversation is given to a member",
    "hand_off": "people take over; flows pause for the contact",
    "add_note": "a note in the conversation",
    "notify": "members are told",
    "start_flow": "another flow is started",
    "fetch_profile": "the contact's profile is fetched",
}
WINDOWS: dict[str, str] = {
    Gate.OPEN: "open: it went out",
    Gate.PRIVATE_REPLY: "closed, but the one private reply to the comment went out",
    Gate.NOT_OPEN: "the private reply is spent: the run waits until the person answers",
    Gate.CLOSED: "closed: nothing was sent",
}
STATES = {
    "running": "between two steps",
    "waiting": "waits for what `waitingFor` says",
    "completed": "came to an end",
    "failed": "stopped by a limit or a missing version; `error` says which",
    "cancelled": "ended by a new start of the flow, a word that opts out or calls a person, a person's answer, or the "
    "flow's deletion",
}
WAITS = {
    "reply": "an answer or a tap",
    "time": "a moment",
    "result": "the answer of an API or the AI",
    "profile": "the contact's profile, for 2 s at most",
}
ERRORS = {
    "step_limit": "100 steps without a wait",
    "subflow_depth": "more than ten sub-flows deep",
    "node_missing": "the node is not in the version",
    "version_missing": "the version can no longer be read",
    "stuck": "a timer came for a run that waits for none",
}
SUBFLOW = "A sub-flow's steps are in the trace of the run that entered it."


def write(_: Wanted) -> Iterator[str]:
    """Each part with a row for each of its fields or codes."""
    yield from (INTRO, "", "## Decision record", "")
    yield from _fields(DecisionOut, DECISION)
    yield from ("### Reasons of decisions", "")
    yield from _table("reason", [(code, reasons.decision_sentence(code)) for code in reasons.DECISIONS])
    yield from ("## Verdict", "")
    yield from _fields(VerdictOut, VERDICT)
    yield from ("### Reasons of verdicts", "")
    yield from _table("reason", [*reasons.VERDICTS.items(), ("not_a_…", reasons.OTHER_KIND)])
    yield from ("A trigger of a plug-in may have codes of its own; its verdicts bring their sentence with them.", "")
    yield from ("## Run", "", "Its `status`:", "")
    yield from _codes("status", get_args(RunState), STATES)
    yield from _codes("waitingFor", get_args(WaitingFor), WAITS)
    yield from ("Its `error` begins with one of these codes; most mistakes are errors of a step instead:", "")
    yield from _table("error", ERRORS.items())
    yield from ("## Step", "", SUBFLOW, "")
    yield from _fields(StepOut, STEP)
    yield from ("`given`:", "")
    yield from _fields(GivenOut, GIVEN)
    yield from ("`window`:", "")
    yield from _codes("window", Gate, WINDOWS)
    yield from ("### Effects", "", "Each has a `kind`, a `sentence`, and what its kind tells.", "")
    yield from _codes("kind", _kinds(), EFFECTS)


def _kinds() -> Iterator[str]:
    for cls in vars(effects).values():
        if inspect.isclass(cls) and issubclass(cls, effects.Effect) and cls.kind:
            yield cls.kind


def _fields(model: type[BaseModel], meanings: dict[str, str]) -> Iterator[str]:
    yield from _codes("field", [info.alias or name for name, info in model.model_fields.items()], meanings)


def _codes(head: str, codes: Iterable[str], meanings: Mapping[str, str]) -> Iterator[str]:
    """KeyError for a code without a meaning, and so a red test."""
    return _table(head, [(code, meanings[code]) for code in codes])


def _table(head: str, rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield from (f"| {head} | what it means |", "|---|---|")
    yield from (f"| `{code}` | {meaning} |" for code, meaning in rows)
    yield ""
