"""What effects mean in the database: one module for each effect, found by looking."""

from __future__ import annotations

from functools import cache
from typing import Any, ClassVar

from instantchat.engine.effects import Effect
from instantchat.kit.discovery import by_name, find_classes
from instantchat.runtime.lane import Lane


class EffectHandler:
    """Turns one kind of effect into changes of the lane; no I/O. `run_id` is in `lane.changes.runs`."""

    kind: ClassVar[str] = ""

    def carry_out(self, effect: Any, lane: Lane, run_id: str) -> None:
        """Add what the effect changes to `lane`."""
        raise NotImplementedError(f"{type(self).__name__} has no carry_out()")


def carry_out(effects: tuple[Effect, ...], lane: Lane, run_id: str) -> None:
    """Every effect of an advance, in order; the run is in the lane already."""
    known = handlers()
    for effect in effects:
        known[effect.kind].carry_out(effect, lane, run_id)


@cache
def handlers() -> dict[str, EffectHandler]:
    """By effect kind; plug-ins add theirs under the entry point group `instantchat.effects`."""
    found = find_classes(__name__, EffectHandler, group="instantchat.effects")
    return {kind: handler() for kind, handler in by_name(found, lambda each: each.kind).items()}
