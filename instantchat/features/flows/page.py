"""`/flow-builder`: the list of flows; `/flow-builder/[flow]`: one of them on the canvas."""

from __future__ import annotations

import reflex as rx

from instantchat import ui
from instantchat.engine.registry import node_schemas
from instantchat.features.flows.builder.history import FlowHistory
from instantchat.features.flows.builder.state import FlowBuilder
from instantchat.features.flows.builder.trial import FlowTrial
from instantchat.features.flows.components import dialogs, filters, flow_row
from instantchat.features.flows.setup.components import setup_dialogs
from instantchat.features.flows.setup.state import FlowSetup
from instantchat.features.flows.state import FlowList
from instantchat.ui.canvas import flow_canvas, node_icons
from instantchat.ui.pages import page


@page(
    "/flow-builder",
    title="Flows",
    on_load=[FlowList.load, FlowList.listen],
    description="Flows answer messages on their own.",
)
def flow_list() -> rx.Component:
    """Every flow of the workspace."""
    create = ui.button("New flow", icon="plus", variant="primary", on_click=FlowList.ask("create", ""))
    bring = ui.button("Import", icon="upload", on_click=FlowSetup.open_import)
    return rx.el.div(
        ui.page_header(
            "Flows",
            description="What is answered on its own, and how.",
            actions=(rx.cond(FlowList.can_edit, rx.fragment(bring, create), rx.fragment()),),
        ),
        rx.cond(FlowList.is_loaded, rx.cond(FlowList.rows.length() > 0, _list(), _none_yet()), _loading()),
        dialogs(),
        setup_dialogs(),
        class_name="flex flex-col gap-6",
    )


@page("/flow-builder/[flow]", title="Flow builder", on_load=[FlowBuilder.load, FlowBuilder.listen], width="full")
def flow_builder() -> rx.Component:
    """One flow on the canvas."""
    canvas = flow_canvas(
        flow=FlowBuilder.version,
        schemas=FlowBuilder.schemas,
        references=FlowBuilder.references,
        replies=FlowBuilder.replies,
        history=FlowHistory.replies,
        trial=FlowTrial.replies,
        icons=node_icons(node_schemas()),
        home="/flow-builder",
        on_patch=FlowBuilder.patch,
        on_activate=FlowBuilder.activate,
        on_deactivate=FlowBuilder.deactivate,
        on_rename=FlowBuilder.rename,
        on_versions=FlowHistory.versions,
        on_compare=FlowHistory.compare,
        on_restore=FlowHistory.restore,
        on_test=FlowTrial.test,
        on_replay=FlowTrial.replay,
    )
    return rx.cond(FlowBuilder.missing, _missing(), rx.el.div(canvas, class_name="relative min-h-0 flex-1"))


def _list() -> rx.Component:
    nothing = ui.empty_state("No flow fits", "Try other words, or another status.", icon="search-x")
    rows = ui.item_list(rx.foreach(FlowList.shown, flow_row), aria_label="Flows")
    more = rx.cond(
        FlowList.has_more,
        rx.el.p("The 100 flows changed last are shown.", class_name="text-[13px] text-muted-foreground"),
        rx.fragment(),
    )
    return rx.el.div(
        filters(),
        ui.card(rx.cond(FlowList.shown.length() > 0, rows, nothing), padded=False),
        more,
        class_name="flex flex-col gap-4",
    )


def _none_yet() -> rx.Component:
    create = ui.button("Create your first flow", icon="plus", variant="primary", on_click=FlowList.ask("create", ""))
    return ui.card(
        ui.empty_state(
            "No flows yet",
            "A flow begins with a trigger, such as a keyword in a message, and says what to answer.",
            icon="workflow",
            action=rx.cond(FlowList.can_edit, create, rx.fragment()),
        ),
        padded=False,
    )


def _missing() -> rx.Component:
    return rx.el.div(
        ui.empty_state(
            "This flow does not exist",
            "It may have been deleted, or it belongs to another workspace.",
            icon="workflow",
            action=ui.link_button("All flows", href="/flow-builder", icon="arrow-left"),
        ),
        class_name="flex flex-1 items-center justify-center",
    )


def _loading() -> rx.Component:
    return ui.card(
        *[
            rx.el.div(
                ui.skeleton(class_name="size-10"),
                rx.el.div(ui.skeleton(class_name="h-4 w-48"), ui.skeleton(class_name="mt-2 h-3 w-32")),
                class_name="flex items-center gap-3 px-6 py-3",
            )
            for _ in range(4)
        ],
        rx.el.span("Loading", class_name="sr-only", role="status"),
        padded=False,
    )
