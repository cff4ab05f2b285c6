"""A draft, walked with messages that a member made up. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

from instantchat.engine.context import ContactView, InboundMessage
from instantchat.engine.decision import ActiveFlow
from instantchat.engine.effects import Button, React, ReplyToComment, SendMessage
from instantchat.engine.simulate import Answer, Said, Scene, World
from instantchat.errors import FieldError, Invalid
from instantchat.features.trial import schemas as s
from instantchat.runtime.runs import step_record

MESSAGES_SHOWN: Final = 1_000
STEPS_SHOWN: Final = 2_000
SPAN: Final = dt.timedelta(days=3660)  # how far from now a trial may be: far enough, and no arithmetic overflows
_FLOW_KINDS = ("api", "schedule")
_COMMENTS = ("comment", "live_comment")


def answers_of(body: s.TestIn) -> dict[str, Answer]:
    """The responses, as a scene takes them."""
    return {key: Answer(given.status, given.body) for key, given in body.responses.items()}


def moments_of(body: s.TestIn, now: dt.datetime) -> tuple[list[dt.datetime], dt.datetime]:
    """When each message comes, and until when time goes on. Raises `Invalid` (`time_goes_back`, `time_too_far`)."""
    moments: list[dt.datetime] = []
    for number, message in enumerate(body.messages):
        field, last = f"messages.{number}.at", moments[-1] if moments else None
        moments.append(_moment(message.at, field, last or now, last, now))
    return moments, _moment(body.until, "until", moments[-1], moments[-1], now)


def walk_draft(
    draft: ActiveFlow, scene: Scene, body: s.TestIn, moments: list[dt.datetime], until: dt.datetime
) -> s.TestOut:
    """Let the contact do all of it, one after the other, and tell what came of it."""
    world = World(scene, _contact(body), moments[0], conversation_id="trial")
    decisions: list[dict[str, Any]] = []
    for number, (given, at) in enumerate(zip(body.messages, moments, strict=True), start=1):
        world.pass_time_to(at)
        outcome = world.hear(_inbound(given, number, world, draft))
        decisions.append(outcome.decision.record() | {"followUps": [each.record() for each in outcome.follow_ups]})
    world.pass_time_to(until)
    return s.TestOut(
        status=_status(world),
        messages=[_said_out(said) for said in world.said[:MESSAGES_SHOWN]],
        waits=[
            s.WaitOut(run_id=run.id, node_id=run.node_id, waits_for=run.waiting_for or "", until=run.wake_at)
            for run in world.waiting()
        ],
        trace=[
            {"runId": each.run_id, "flowId": each.flow_id, **step_record(each.step)}
            for each in world.steps[:STEPS_SHOWN]
        ],
        decisions=decisions,
        truncated=world.is_cut or len(world.said) > MESSAGES_SHOWN or len(world.steps) > STEPS_SHOWN,
    )


def _moment(
    given: dt.datetime | None, field: str, default: dt.datetime, earliest: dt.datetime | None, now: dt.datetime
) -> dt.datetime:
    if given is None:
        return default
    if abs(given - now) > SPAN:
        raise _refusal("time_too_far", "A trial takes place within ten years of now.", field)
    if earliest is not None and given < earliest:
        raise _refusal("time_goes_back", "Each moment comes after the one before.", field)
    return given.astimezone(dt.UTC)


def _refusal(code: str, message: str, field: str) -> Invalid:
    return Invalid(code, f"{field}: {message}", errors=[FieldError(code=code, message=message, field=field)])


def _contact(body: s.TestIn) -> ContactView:
    given = body.contact
    words = (given.name or "").split()
    return ContactView(
        id="trial",
        igsid=given.igsid,
        name=given.name,
        first_name=given.first_name or (words[0] if words else None),
        username=given.username,
        tags=tuple(given.tags),
        fields=given.fields,
        variables=body.variables,
    )


def _inbound(given: s.MessageIn, number: int, world: World, draft: ActiveFlow) -> InboundMessage:
    """The message as the engine hears it; the id of a choice that was offered becomes the tap on it."""
    kind, text, payload = given.kind, given.text, given.payload
    offered = next((each for each in _offered(world) if each[0] == payload), None)
    if kind == "message" and offered is not None:
        _, title, payload, kind = offered
        text = title if text is None else text
    return InboundMessage(
        event_id=f"message_{number}",
        kind=kind,
        at=world.now,
        text=text,
        payload=payload,
        attachments=tuple(each.model_dump() for each in given.attachments),
        refs=_known_refs(kind, number, draft) | given.refs,
    )


def _known_refs(kind: str, number: int, draft: ActiveFlow) -> dict[str, Any]:
    """What the engine cannot do without, unless the test says otherwise."""
    if kind in _FLOW_KINDS:
        return {"flowId": draft.flow_id}
    return {"commentId": f"comment_{number}"} if kind in _COMMENTS else {"mid": f"mid_{number}"}


def _offered(world: World) -> Iterator[tuple[str, str, str | None, s.Kind]]:
    """Choices as (id, title, payload, kind of its tap), those offered last first."""
    for said in reversed(world.said):
        if said.is_delivered and isinstance(said.message, SendMessage):
            for reply in said.message.quick_replies:
                yield reply.id, reply.title, reply.payload, "message"
            for button in _buttons(said.message):
                yield button.id, button.title, button.payload, "postback"


def _buttons(message: SendMessage) -> Iterator[Button]:
    every = (*message.buttons, *(button for card in message.cards for button in card.buttons))
    return (button for button in every if button.payload is not None)


def _status(world: World) -> s.Status:
    runs = list(world.runs.values())
    if not runs:
        return "not_started"
    if world.waiting():
        return "waiting"
    return "failed" if runs[-1].state == "failed" else "completed"


def _said_out(said: Said) -> s.SaidOut:
    message = said.message
    out = s.SaidOut(
        kind="message",
        run_id=said.run_id,
        node_id=message.node_id,
        at=said.at,
        text=None,
        attachments=[],
        quick_replies=[],
        buttons=[],
        cards=[],
        delivered=said.is_delivered,
        private=False,
    )
    match message:
        case SendMessage():
            return out.model_copy(update=_shown(message))
        case ReplyToComment():
            return out.model_copy(update={"kind": "comment_reply", "text": message.text})
        case React():
            return out.model_copy(update={"kind": "reaction", "text": message.emoji})


def _shown(message: SendMessage) -> dict[str, Any]:
    return {
        "text": message.text,
        "attachments": [s.AttachmentIn(type=each.type, url=each.url) for each in message.attachments],
        "quick_replies": [s.OfferOut(id=each.id, title=each.title) for each in message.quick_replies],
        "buttons": [_button_out(each) for each in message.buttons],
        "cards": [
            s.CardOut(
                title=card.title,
                subtitle=card.subtitle,
                image_url=card.image_url,
                url=card.url,
                buttons=[_button_out(each) for each in card.buttons],
            )
            for card in message.cards
        ],
        "private": message.comment_id is not None,
    }


def _button_out(button: Button) -> s.OfferOut:
    return s.OfferOut(id=button.id, title=button.title, type=button.type, url=button.url)
