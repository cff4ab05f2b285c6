"""`instantchat doctor`: the checks of `/api/instagram/doctor` for the whole server, on the terminal."""

from __future__ import annotations

import asyncio
import json
import textwrap

from instantchat.assembly import build
from instantchat.channels.instagram.doctor.check import Check
from instantchat.config import Settings
from instantchat.features.connect.doctor import Report
from instantchat.features.connect.schemas import DoctorOut
from instantchat.kit.clock import SystemClock
from instantchat.store.connect import open_store

_WORDS = {"ok": "ok", "warning": "WARNING", "failed": "FAILED", "unknown": "unknown"}
_WIDTH, _TITLE = 110, 44


def report(settings: Settings, *, as_json: bool) -> tuple[str, bool]:
    """What was found as text, and whether something failed. Raises `StartRefused` when the database cannot be read."""
    found = asyncio.run(_examine(settings))
    if as_json:
        text = json.dumps(DoctorOut.from_report(found).model_dump(mode="json", by_alias=True), indent=2)
    else:
        text = "\n".join(table(found))
    return text, found.state == "failed"


def table(found: Report) -> list[str]:
    """The lines of the report: the server's checks, then each account's."""
    lines: list[str] = []
    for account_id in (None, *found.names):
        lines += ["", f"@{found.names[account_id]}" if account_id else "This server"]
        for check in found.checks:
            if check.account_id == account_id:
                lines += _lines(check)
    if not found.names:
        lines += ["", "No Instagram account is connected."]
    return lines[1:]


def _lines(check: Check) -> list[str]:
    indent = " " * (2 + 9 + _TITLE)
    sentences = f"{check.evidence} {check.fix}".strip()
    first, *rest = textwrap.wrap(sentences, max(_WIDTH - len(indent), 30)) or [""]
    head = f"  {_WORDS[check.state]:<9}{check.title:<{_TITLE}}"
    return [f"{head}{first}", *(f"{indent}{line}" for line in rest)]


async def _examine(settings: Settings) -> Report:
    """Beside a running server: its database is opened as a command's, and nothing is started."""
    clock = SystemClock()
    store = open_store(settings.storage_url, serving=False, clock=clock)
    await store.start()
    assembly = build(settings, store, clock, worker=False, serves=False)
    try:
        return await assembly.doctor.examine_all()
    finally:
        await assembly.close()
