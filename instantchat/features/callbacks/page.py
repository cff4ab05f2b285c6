"""`/data-deletion/[code]`: how far a deletion is, for the person who asked for it. Needs no session."""

from __future__ import annotations

from typing import Any

import reflex as rx

from instantchat import ui
from instantchat.features.callbacks.state import DataDeletion
from instantchat.ui.error_pages import standalone, visitor_page
from instantchat.ui.pages import page


@page(
    "/data-deletion/[code]",
    title="Data deletion",
    protected=False,
    on_load=[DataDeletion.load],
    description="How far the deletion of your data is.",
)
def data_deletion() -> rx.Component:
    """The page."""
    return rx.cond(DataDeletion.status == "unknown", _unknown(), visitor_page("Data deletion", _status()))


def _status() -> rx.Component:
    return rx.match(
        DataDeletion.status,
        ("received", _waiting("Received", "Your request has been received. Deleting begins within a minute.")),
        ("in_progress", _waiting("In progress", "Your data is being deleted. This takes a few minutes at most.")),
        ("done", _done()),
        ui.card(ui.skeleton(class_name="h-6 w-28"), ui.skeleton(class_name="mt-4 h-5 w-full max-w-sm")),
    )


def _waiting(word: str, sentence: str) -> rx.Component:
    again = ui.button("Check again", icon="rotate-cw", on_click=DataDeletion.load)
    facts = (("Asked for on", DataDeletion.received),)
    return _card(ui.badge(word, tone="info", dot=True), sentence, facts, rx.el.div(again, class_name="mt-6"))


def _done() -> rx.Component:
    deleted = (
        "What this server held about you is deleted: the connection to your Instagram account, its conversations, and "
        "the people and messages in them. Nothing of it can be brought back."
    )
    sentence = rx.cond(DataDeletion.held_nothing, "This server held nothing about you.", deleted)
    facts = (("Asked for on", DataDeletion.received), ("Done on", DataDeletion.done))
    return _card(ui.badge("Done", tone="success", dot=True), sentence, facts)


def _card(badge: rx.Component, sentence: Any, facts: tuple[tuple[str, Any], ...], *more: Any) -> rx.Component:
    lines = [
        rx.el.div(
            rx.el.dt(name, class_name="text-muted-foreground"),
            rx.el.dd(value, class_name="font-medium"),
            class_name="flex flex-wrap justify-between gap-x-6 gap-y-1 py-2.5",
        )
        for name, value in (*facts, ("Confirmation code", _code()))
    ]
    return ui.card(
        rx.el.div(badge, role="status"),
        rx.el.p(sentence, class_name="mt-4 leading-relaxed text-pretty"),
        rx.el.dl(*lines, class_name="mt-5 divide-y divide-border border-y border-border text-sm"),
        *more,
    )


def _code() -> rx.Component:
    return rx.el.code(DataDeletion.confirmation, class_name="break-all font-mono text-[13px]")


def _unknown() -> rx.Component:
    return standalone(
        "No such request",
        "No deletion has this confirmation code. Check that the address is complete; the code is in the message "
        "that Instagram showed when you asked for the deletion.",
        ui.link_button("What this server stores", href="/privacy", variant="primary"),
        code="404",
    )
