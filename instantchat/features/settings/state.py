"""What `/settings` does beyond the forms that talk to `/api` themselves."""

from __future__ import annotations

from typing import Any

import reflex as rx

from instantchat.features.auth.state import Session, current_member
from instantchat.ui.toast import toast


class Settings(rx.State):
    """Reactions to saved forms."""

    @rx.event
    async def load(self) -> Any:
        """Say so after the full load that follows a changed password: it gives this browser a new session."""
        await current_member(self)
        if self.router.url.query_parameters.get("changed") != "password":
            return None
        await toast(self, "Your password is changed. Every other sign-in has ended.")
        return rx.redirect("/settings", replace=True)

    @rx.event
    async def profile_saved(self, _answer: dict[str, Any]) -> Any:
        """Show the new name or picture everywhere."""
        await current_member(self)
        await toast(self, "Your profile is saved.")
        return Session.refresh
