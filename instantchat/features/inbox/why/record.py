"""Decision records and traces as they are stored, read without trust: rows of earlier versions lack things."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, ConfigDict, Field

from instantchat.features.inbox.why.reasons import verdict_sentence
from instantchat.features.wire import Moment, Wire


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _texts(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _moment(value: Any) -> dt.datetime | None:
    try:
        found = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo is not None else None


def _is_true(value: Any) -> bool:
    return value is True


def _seconds(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


Text = Annotated[str | None, BeforeValidator(_text)]
Word = Annotated[str, BeforeValidator(lambda value: _text(value) or "")]
Texts = Annotated[list[str], BeforeValidator(_texts)]
Values = Annotated[dict[str, Any], BeforeValidator(_object)]
At = Annotated[Moment | None, BeforeValidator(_moment)]
Yes = Annotated[bool, BeforeValidator(_is_true)]


class VerdictOut(Wire):
    """Why one flow did or did not start. `matched`: a trigger matched; `chosen`: this flow started. `detail` is the
    sentence of the first condition that failed, `values` what was compared."""

    flow_id: Word = ""
    name: Word = ""
    matched: Yes = False
    chosen: Yes = False
    reason: Word = ""
    detail: Word = ""
    trigger: Text = None
    values: Values = {}

    @classmethod
    def read(cls, stored: dict[str, Any]) -> Self:
        """A stored verdict; one without a sentence gets that of its code."""
        found = cls.model_validate(stored)
        found.detail = found.detail or verdict_sentence(found.reason) or ""
        return found


class DecisionOut(Wire):
    """What an event led to and why. `sentence` says it in words; `verdicts` has one entry for each flow that was asked:
    none where a waiting run took the event, and none while flows are paused. `followUps` are the decisions about what
    its runs themselves set off."""

    reason: Word = ""
    sentence: str = ""
    started_run_id: Text = None
    started_flow_id: Text = None
    resumed_run_id: Text = None
    resumed_run_ids: Texts = []
    ended_run_id: Text = None
    cancelled_run_ids: Texts = []
    verdicts: list[VerdictOut] = []
    follow_ups: list[DecisionOut] = []
    window_expires_at: At = None
    paused_until: At = None
    message_id: Text = None

    @classmethod
    def read(cls, stored: Any) -> Self:
        """A stored record, without its sentence."""
        record = _object(stored)
        lists = {"verdicts", "followUps"}
        found = cls.model_validate({name: value for name, value in record.items() if name not in lists})
        found.verdicts = [VerdictOut.read(each) for each in _objects(record.get("verdicts"))]
        found.follow_ups = [DecisionOut.read(each) for each in _objects(record.get("followUps"))]
        return found

    def run_ids(self) -> list[str]:
        """The runs it started or moved on, those of its follow-ups last."""
        own = [self.resumed_run_id, *self.resumed_run_ids, self.started_run_id]
        return list(dict.fromkeys([*filter(None, own), *_ids_of(self.follow_ups)]))

    def all(self) -> list[DecisionOut]:
        """This one and its follow-ups."""
        return [self, *(inner for each in self.follow_ups for inner in each.all())]


class GivenOut(Wire):
    """What a waiting node was resumed with: `reply` (with `tap`, the exit of the tapped choice), `time_up`, `result`
    (of an API call or the AI) or `profile_ready`."""

    kind: Word = ""
    event_id: Text = None
    text: Text = None
    tap: Text = None
    status: Annotated[int | None, BeforeValidator(lambda value: value if type(value) is int else None)] = None
    error: Text = None


class EffectOut(Wire):
    """One thing a step asked for; beside these it has what its kind tells. `sentence` says it in words; `messageId` is
    the message it became."""

    model_config = ConfigDict(extra="allow")

    kind: Word = ""
    sentence: str = ""
    message_id: Text = None


class StepOut(Wire):
    """One step at one node. `label`, `card`, `exitLabel` and `flowName` are those of the version the run is on;
    `seconds` is how long it had waited there, `until` the moment it waits for, `window` whether its messages could go
    out: `open`, `private_reply`, `not_open` or `closed`. `versionId` is set in a sub-flow."""

    node_id: Word = ""
    type: Word = ""
    label: str = ""
    card: str = ""
    outcome: Word = ""
    at: At = None
    exit: Text = None
    exit_label: str | None = None
    note: Text = None
    error: Text = None
    warnings: Texts = []
    values: Values = {}
    given: GivenOut | None = None
    seconds: Annotated[float, BeforeValidator(_seconds)] = 0
    effects: list[EffectOut] = []
    window: Text = None
    until: At = None
    version_id: Text = None
    flow_id: str | None = None
    flow_name: str | None = Field(default=None)

    @classmethod
    def read(cls, stored: dict[str, Any]) -> Self:
        """A stored step, without what its version knows."""
        found = cls.model_validate({key: value for key, value in stored.items() if key not in {"given", "effects"}})
        given = _object(stored.get("given"))
        found.given = GivenOut.model_validate(given) if given else None
        found.effects = [EffectOut.model_validate(each) for each in _objects(stored.get("effects"))]
        return found


def read_trace(stored: Any) -> list[StepOut]:
    """A stored trace."""
    return [StepOut.read(each) for each in _objects(stored)]


def _ids_of(decisions: Iterable[DecisionOut]) -> list[str]:
    return [run_id for each in decisions for run_id in each.run_ids()]
