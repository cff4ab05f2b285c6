"""A world to try flows in: one contact in one conversation, time and answers as given, nothing sent.

It calls `handle.handle_message` and `handle.resume_run` as `runtime/automation.py` does, so what is tried is what runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain, count
from random import Random
from typing import Any, Final

from .compiled import CompiledFlow
from .context import AccountView, ContactView, Context, InboundMessage
from .decision import ActiveFlow, Decision
from .effects import HandOff, React, ReplyToComment, SendMessage
from .handle import Outcome, handle_message, resume_run
from .inputs import Input, ProfileReady, Result, TimeUp
from .library import Library, library_of
from .progress import Progress, TraceStep
from .run import Run, RunError
from .window import NEVER, OPENING, Window

SEED: Final = 1
TIMERS: Final = 200  # that fire in one world: a loop through a short delay would go on for as long as time is given
ANSWERS: Final = 200  # given after one event or timer: flows that start each other between calls could go on for long
HANDED_OFF: Final = timedelta(days=1)
NO_ANSWER: Final = "No response was given for this step."


@dataclass(frozen=True, slots=True)
class Answer:
    """What a step that asks an API or the AI is told; the AI's `body` is `{text, choice}`."""

    status: int | None = 200
    body: Any = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """What worlds share: `active` flows listen, those of the `library` can be gone through and started.

    `answers` by node id, or by run and node id (`run_1 ask`) where two runs or flows have that node.
    """

    active: Sequence[ActiveFlow]
    library: Library
    account: AccountView
    answers: Mapping[str, Answer] = field(default_factory=dict)
    stop_words: frozenset[str] = frozenset()


def scene_of(
    active: Sequence[ActiveFlow],
    account: AccountView,
    *,
    others: Sequence[ActiveFlow] = (),
    answers: Mapping[str, Answer] | None = None,
    stop_words: frozenset[str] = frozenset(),
) -> Scene:
    """A scene in which `active` listen, and `others` are there to be gone through and started by them."""
    flows = [*others, *active]
    library = library_of(flows, {each.version_id: each.compiled for each in flows})
    return Scene(active, library, account, answers or {}, stop_words)


@dataclass(frozen=True, slots=True)
class Said:
    """What a flow said. `event_id` is the last that its run had heard; not delivered: the window was closed."""

    at: datetime
    run_id: str
    flow_id: str
    event_id: str | None
    message: SendMessage | ReplyToComment | React
    is_delivered: bool = True


@dataclass(frozen=True, slots=True)
class Stepped:
    """A step of a run."""

    run_id: str
    flow_id: str
    step: TraceStep


class World:
    """`hear` and `pass_time_to` move it on; `said`, `steps` and `runs` are what came of it.

    API calls and the AI are answered at once from the scene, profiles are known at once. A hand-over to people silences
    flows for a day, as nobody is there to resume them. `is_cut`: more timers came than fire, or more calls than are
    answered.
    """

    def __init__(
        self, scene: Scene, contact: ContactView, now: datetime, *, conversation_id: str = "", is_new: bool = True
    ) -> None:
        self.scene = scene
        self.contact = contact
        self.now = now
        self.conversation_id = conversation_id
        self.window: Window = NEVER
        self.runs: dict[str, Run] = {}
        self.said: list[Said] = []
        self.steps: list[Stepped] = []
        self.is_cut = False
        self._has_written = not is_new
        self._last_starts: dict[str, datetime] = {}
        self._paused_until = now
        self._timers = 0
        self._waiting: dict[str, Run] = {}
        self._run_ids = (f"run_{number}" for number in count(1))
        self._rng = Random(SEED)  # noqa: S311 - splits that come out the same each time

    def hear(self, message: InboundMessage, *, is_for_flows: bool = True, run_ids: Iterable[str] = ()) -> Outcome:
        """Let the contact do something now. Flows do not hear what is not for them, nor anything while people have the
        conversation; the messaging window opens all the same. Runs that start are named by `run_ids`, as far as those
        go: in a replay a tap names the run that really sent its button."""
        is_first = not self._has_written
        self._note_written(message)
        if not is_for_flows or self.now < self._paused_until:
            return Outcome(Decision("none"), (), self.contact)
        outcome = handle_message(
            message,
            self._pairs(),
            self.scene.active,
            self._context(message, is_first=is_first),
            new_run_id=chain(run_ids, self._run_ids).__next__,
        )
        self._take(outcome)
        self._answer()
        return outcome

    def pass_time_to(self, moment: datetime) -> None:
        """Let the timers until then fire, each at its moment. Time never goes back."""
        while (due := self._due(moment)) is not None:
            if self._timers >= TIMERS:
                self.is_cut = True
                break
            self._timers += 1
            self.now, run = due
            self._resume(run, TimeUp())
            self._answer()
        self.now = max(self.now, moment)

    def waiting(self) -> list[Run]:
        """The runs that wait now, in the order in which they began to."""
        return list(self._waiting.values())

    def _note_written(self, message: InboundMessage) -> None:
        from_ad = message.refs.get("referralSource") == "ad"
        self.window = self.window.after(message.kind, min(message.at, self.now), from_ad=from_ad)
        self._has_written = self._has_written or message.kind in OPENING

    def _due(self, moment: datetime) -> tuple[datetime, Run] | None:
        """The next timer that fires by then, with when it does."""
        timers = [
            (max(run.wake_at, self._paused_until, self.now), run) for run in self._waiting.values() if run.wake_at
        ]
        first = min(timers, key=lambda timer: timer[0], default=None)
        return first if first is not None and first[0] <= moment else None

    def _answer(self) -> None:
        """Give runs what they wait for that is no matter of time or of the contact."""
        for _ in range(ANSWERS):
            run = next(self._askers(), None)
            if run is None:
                return
            if run.waiting_for == "profile":
                self.contact = replace(self.contact, profile_known=True)
                self._resume(run, ProfileReady())
            else:
                self._resume(run, self._result(run))
        self.is_cut = True

    def _askers(self) -> Iterator[Run]:
        return (run for run in self._waiting.values() if run.waiting_for in ("profile", "result"))

    def _result(self, run: Run) -> Result:
        answers, node_id = self.scene.answers, run.node_id or ""
        ref = (run.data.get("wait") or {}).get("ref") or ""
        found = answers.get(f"{run.id} {node_id}") or answers.get(node_id) or Answer(status=None, error=NO_ANSWER)
        return Result(ref, found.status, found.body, found.error)

    def _resume(self, run: Run, given: Input) -> None:
        outcome = resume_run(
            self.scene.library.versions[run.version_id],
            run,
            given,
            [pair for pair in self._pairs() if pair[1].id != run.id],
            self.scene.active,
            self._context(None),
            new_run_id=self._run_ids.__next__,
        )
        if outcome.progresses[0].run is run:
            error = RunError("stuck", "The run was given what it waited for and did not go on.", run.node_id)
            self._put(replace(run, state="failed", waiting_for=None, wake_at=None, error=error))
        else:
            self._take(outcome)

    def _take(self, outcome: Outcome) -> None:
        self.contact = outcome.contact
        for progress in outcome.progresses:
            self._keep(progress)

    def _keep(self, progress: Progress) -> None:
        run = progress.run
        if run.id not in self.runs:
            self._last_starts[run.flow_id] = self.now
        self._put(run)
        event_id = (run.data.get("message") or {}).get("event_id")
        self.steps += [Stepped(run.id, run.flow_id, step) for step in progress.trace]
        self.said += [
            Said(self.now, run.id, run.flow_id, event_id, each, is_delivered=False) for each in progress.unsent
        ]
        for effect in progress.effects:
            if isinstance(effect, SendMessage | ReplyToComment | React):
                self.said.append(Said(self.now, run.id, run.flow_id, event_id, effect))
            elif isinstance(effect, HandOff):
                self._paused_until = self.now + HANDED_OFF

    def _put(self, run: Run) -> None:
        self.runs[run.id] = run
        self._waiting.pop(run.id, None)
        if run.state == "waiting":
            self._waiting[run.id] = run

    def _pairs(self) -> list[tuple[CompiledFlow, Run]]:
        return [(self.scene.library.versions[run.version_id], run) for run in self._waiting.values()]

    def _context(self, message: InboundMessage | None, *, is_first: bool = False) -> Context:
        return Context(
            contact=self.contact,
            account=self.scene.account,
            now=self.now,
            rng=self._rng,
            message=message,
            window=self.window,
            conversation_id=self.conversation_id,
            last_starts=self._last_starts,
            is_first=is_first,
            has_ai=True,
            library=self.scene.library,
            stop_words=self.scene.stop_words,
        )
