"""`/polls`: what people voted for."""

from __future__ import annotations

import reflex as rx

from instantchat import ui
from instantchat.ui.pages import page

from .state import DAYS, Line, Polls


@page("/polls", title="Polls", icon="vote", on_load=[Polls.load])
def polls() -> rx.Component:
    """The votes, poll by poll."""
    days = ui.select(list(DAYS.items()), value=Polls.days, on_change=Polls.choose, aria_label="Days")
    return rx.el.div(
        ui.page_header("Polls", description="How often each answer was given.", actions=(days,)),
        ui.card(
            rx.cond(
                Polls.is_loaded,
                rx.cond(Polls.lines, ui.item_list(rx.foreach(Polls.lines, _line)), _nothing()),
                ui.skeleton(class_name="m-6 h-5 w-48"),
            ),
            padded=False,
        ),
        class_name="flex flex-col gap-6",
    )


def _line(line: Line) -> rx.Component:
    return ui.item(line["answer"], subtitle=line["poll"], trailing=ui.badge(line["count"]))


def _nothing() -> rx.Component:
    return ui.empty_state("No votes yet", "Put a Poll into a flow and activate it.", icon="vote")
