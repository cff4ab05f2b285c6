"""The section "Automation" of `/settings`: the rules of one account at a time."""

from __future__ import annotations

from typing import Any

import reflex as rx

from instantchat.assembly import current
from instantchat.errors import AppError, NotFound, Unauthenticated
from instantchat.features.auth.state import current_member
from instantchat.features.rules.schemas import RulesPatch
from instantchat.runtime.rules import Rules
from instantchat.store.records import Account
from instantchat.ui.errors import sentence
from instantchat.ui.toast import toast

_FIELDS = ("pauseMinutes", "disclosure", "stopReply", "escalationWords")


class Automation(rx.State):
    """What is stored, as the form begins with it; `form_key` changes when the form is to begin anew. `errors` has a
    sentence, or nothing, for each field."""

    is_loaded: bool = False
    can_edit: bool = False
    accounts: list[dict[str, str]] = []
    account_id: str = ""
    pause: str = ""
    disclosure: str = ""
    stop_reply: str = ""
    words: str = ""
    reconcile: bool = False
    errors: dict[str, str] = dict.fromkeys(_FIELDS, "")
    problem: str = ""
    form_key: str = ""

    @rx.event
    async def load(self) -> None:
        """Read the connected accounts, and the rules of the first, or of the one that was chosen before."""
        member = await current_member(self)
        before = self.account_id
        self.reset()
        self.can_edit = member.has("admin")
        found = await current().rules.accounts(member)
        self.accounts = [{"value": each.id, "label": f"@{each.username}"} for each in found]
        chosen = next((each for each in found if each.id == before), next(iter(found), None))
        if chosen is not None:
            self._show(chosen)
        self.is_loaded = True

    @rx.event
    async def choose(self, account_id: str) -> None:
        """Show the rules of another account."""
        member = await current_member(self)
        self._show(await current().rules.account(member, str(account_id)))

    @rx.event
    async def save(self, form: dict[str, Any]) -> None:
        """Store what the form says; what cannot be so is said at its field."""
        member = await current_member(self)
        self.errors, self.problem = dict.fromkeys(_FIELDS, ""), ""
        minutes = _minutes(str(form.get("pauseMinutes") or ""))
        if minutes is None:
            self.errors = {**self.errors, "pauseMinutes": "Give a whole number of minutes, such as 60."}
            return
        patch = RulesPatch(
            pause_minutes=minutes,
            disclosure=str(form.get("disclosure") or ""),
            stop_reply=str(form.get("stopReply") or ""),
            escalation_words=str(form.get("escalationWords") or "").splitlines(),
            reconcile=bool(form.get("reconcile")),
        )
        try:
            changed = await current().rules.change(member, self.account_id, patch)
        except (Unauthenticated, NotFound):
            raise
        except AppError as refusal:
            told = {each.field: each.message for each in refusal.errors if each.field in self.errors}
            self.errors = {**self.errors, **told}
            self.problem = "" if told else sentence(refusal)
            return
        self._show(changed)
        await toast(self, f"The rules of @{changed.username} are saved. They count from the next message on.")

    def _show(self, account: Account) -> None:
        rules = Rules.of(account)
        self.account_id, self.pause = account.id, str(rules.pause_minutes)
        self.disclosure, self.stop_reply = rules.disclosure, rules.stop_reply
        self.words, self.reconcile = "\n".join(rules.escalation_words), rules.reconcile
        self.errors, self.problem = dict.fromkeys(_FIELDS, ""), ""
        self.form_key = f"{account.id}:{hash(rules.model_dump_json())}"


def _minutes(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
