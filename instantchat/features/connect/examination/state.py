"""What the doctor found, for `/connect-instagram`."""

from __future__ import annotations

from typing import Any, TypedDict

import reflex as rx

from instantchat import assembly
from instantchat.channels.instagram.doctor.check import Check
from instantchat.features.auth.state import current_member

SERVER = "This server"


class Finding(TypedDict):
    """One check; `group` heads those of one account."""

    id: str
    group: str
    title: str
    state: str
    evidence: str
    fix: str


class Examination(rx.State):
    """What the checks found, once somebody has run them."""

    findings: list[Finding] = []
    is_busy: bool = False

    @rx.event
    async def examine(self) -> Any:
        """Run them; it takes some seconds."""
        member = await current_member(self)
        self.is_busy = True
        yield
        try:
            report = await assembly.current().doctor.examine(member)
            self.findings = [
                _finding(each, f"@{report.names[each.account_id]}" if each.account_id else SERVER)
                for each in report.checks
            ]
        finally:
            self.is_busy = False


def _finding(check: Check, group: str) -> Finding:
    return {
        "id": f"{check.account_id or ''}{check.id}",
        "group": group,
        "title": check.title,
        "state": check.state,
        "evidence": check.evidence,
        "fix": check.fix,
    }
