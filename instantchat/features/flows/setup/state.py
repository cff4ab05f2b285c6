"""The dialogs of a flow's settings and of the import."""

from __future__ import annotations

import json
from typing import Any

import reflex as rx
from pydantic import ValidationError

from instantchat import assembly
from instantchat.errors import AppError, Unauthenticated
from instantchat.features.auth.state import current_member
from instantchat.features.flows import schemas as s
from instantchat.features.flows.file import ImportFlow, Unresolved
from instantchat.ui.errors import sentence
from instantchat.ui.toast import toast

_REPORTED = 50
_UNREADABLE = "This is not a flow: paste the whole content of an exported file."
_REASONS = {
    "no_such_flow": "There is no flow “{name}” here.",
    "no_such_member": "There is no member “{name}” here.",
    "secret_left_out": "A secret ({field}) was left out of the file: fill it in again.",
}


class FlowSetup(rx.State):
    """The settings of one flow, and what an import said."""

    dialog: str = ""
    flow_id: str = ""
    name: str = ""
    category: str = ""
    priority: int = 0
    mode: str = "always"
    hours: str = "24"
    error: str = ""
    imported: str = ""
    report: list[str] = []

    @rx.event
    async def open_settings(self, flow_id: str) -> None:
        """Show the settings of a flow."""
        member = await current_member(self)
        flow = (await assembly.current().flows.get(member, flow_id)).flow
        self.flow_id, self.name, self.category, self.priority = flow.id, flow.name, flow.category, flow.priority
        self.mode = str(flow.reentry.get("mode", "always"))
        self.hours = f"{flow.reentry.get('hours') or 24:g}"
        self.dialog, self.error = "settings", ""

    @rx.event
    def open_import(self) -> None:
        """Ask for a file's content."""
        self.dialog, self.error, self.imported, self.report = "import", "", "", []

    @rx.event
    def set_mode(self, mode: str) -> None:
        """How often the flow may start; the hours are asked for only where they count."""
        self.mode = mode[:20]

    @rx.event
    def set_open(self, is_open: bool) -> None:
        """The dialog was closed."""
        if not is_open:
            self.dialog = self.error = ""

    @rx.event
    async def save(self, form: dict[str, Any]) -> None:
        """Store the settings; they count from the next start on."""
        member = await current_member(self)
        try:
            settings = _settings(form, self.mode)
            view = await assembly.current().flows.configure(member, self.flow_id, settings)
        except Unauthenticated:
            raise
        except (AppError, ValidationError) as refusal:
            self.error = sentence(refusal) if isinstance(refusal, AppError) else _first(refusal)
            return
        self.dialog = ""
        await toast(self, f"The settings of “{view.flow.name}” were saved.")

    @rx.event
    async def take(self, form: dict[str, Any]) -> Any:
        """Make a draft of the pasted file; with nothing to report it opens at once."""
        member = await current_member(self)
        try:
            body = ImportFlow.model_validate(json.loads(str(form.get("file") or "")))
            made = await assembly.current().transfer.import_flow(member, body)
        except Unauthenticated:
            raise
        except AppError as refusal:
            self.error = sentence(refusal)
            return None
        except (ValueError, RecursionError):
            self.error = _UNREADABLE
            return None
        self.report = [_told(each) for each in made.unresolved[:_REPORTED]]
        if not self.report:
            self.dialog = ""
            return rx.redirect(f"/flow-builder/{made.view.flow.id}")
        self.imported, self.name, self.error = made.view.flow.id, made.view.flow.name, ""
        return None


def _settings(form: dict[str, Any], mode: str) -> s.FlowSettings:
    reentry: dict[str, Any] = {"mode": mode}
    if mode == "every":
        reentry["hours"] = form.get("hours") or None
    return s.FlowSettings.model_validate(
        {"category": str(form.get("category") or ""), "priority": form.get("priority") or 0, "reentry": reentry},
        strict=False,
    )


def _first(error: ValidationError) -> str:
    detail = error.errors(include_url=False, include_input=False)[0]
    field = next((str(each) for each in reversed(detail["loc"]) if isinstance(each, str)), "settings")
    return f"{field.capitalize()}: {detail['msg'].removeprefix('Value error, ')}."


def _told(one: Unresolved) -> str:
    return _REASONS[one.reason].format(name=one.name or one.value, field=one.field)
