"""What a check says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

CheckState = Literal["ok", "warning", "failed", "unknown"]
_GRAVITY: tuple[CheckState, ...] = ("ok", "unknown", "warning", "failed")


@dataclass(frozen=True, slots=True)
class Check:
    """One step: `evidence` is what was found and `fix` what to do about it (empty when all is well), in sentences.
    `account_id` is set for the steps that every account has for itself."""

    id: str
    title: str
    state: CheckState
    evidence: str
    fix: str = ""
    account_id: str | None = None


def worst(checks: Iterable[Check]) -> CheckState:
    """The gravest state there is."""
    return max((check.state for check in checks), key=_GRAVITY.index, default="ok")
