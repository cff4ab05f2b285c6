"""Faults to order: what can go wrong between a product and Meta."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from instantchat import errors
from instantchat.channels.simulator.refusals import GraphRefusal

_LONGEST_DELAY_MS = 60_000


@dataclass(slots=True)
class Faults:
    """`send_delay_ms` before each send is answered, `fail_next` once, `drop_echo` until switched off."""

    send_delay_ms: int = 0
    fail_next: dict[str, Any] | None = None
    drop_echo: bool = False

    def view(self) -> dict[str, Any]:
        """The JSON of the script API."""
        return {"sendDelayMs": self.send_delay_ms, "failNext": self.fail_next, "dropEcho": self.drop_echo}

    def change(self, wanted: dict[str, Any]) -> None:
        """Set what `wanted` names; raises `Invalid` for a wrong type."""
        delay = wanted.get("sendDelayMs", self.send_delay_ms)
        failure = wanted.get("failNext", self.fail_next)
        drop = wanted.get("dropEcho", self.drop_echo)
        if not isinstance(delay, int) or isinstance(delay, bool) or not 0 <= delay <= _LONGEST_DELAY_MS:
            raise errors.Invalid("bad_fault", "sendDelayMs is a whole number from 0 to 60000.")
        if failure is not None and not _is_failure(failure):
            raise errors.Invalid("bad_fault", "failNext is null or {code, subcode?, status?, message?}.")
        if not isinstance(drop, bool):
            raise errors.Invalid("bad_fault", "dropEcho is true or false.")
        self.send_delay_ms, self.fail_next, self.drop_echo = delay, failure, drop

    def take_failure(self) -> GraphRefusal | None:
        """The refusal ordered for the next send, once."""
        ordered, self.fail_next = self.fail_next, None
        if ordered is None:
            return None
        message = str(ordered.get("message") or "An error ordered in the simulator.")
        return GraphRefusal(
            ordered["code"], message, subcode=ordered.get("subcode"), status=int(ordered.get("status") or 400)
        )


def _is_failure(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("code"), int):
        return False
    status = value.get("status") or 400
    return isinstance(status, int) and 400 <= status <= 599 and isinstance(value.get("subcode"), int | None)
