"""`/connect-instagram`: allow access, see the accounts, let go of one."""

from __future__ import annotations

import reflex as rx

from instantchat import ui
from instantchat.features.connect.components import (
    account_list,
    connect_button,
    invitation,
    loading,
    problem,
    simulator_note,
)
from instantchat.features.connect.examination.components import examination
from instantchat.features.connect.state import Connection
from instantchat.ui.pages import page


@page("/connect-instagram", title="Connect Instagram", on_load=[Connection.load, Connection.listen])
def connect() -> rx.Component:
    """The page."""
    more = rx.cond(
        Connection.has_live_account, connect_button("Connect another account", variant="secondary"), rx.fragment()
    )
    known = rx.cond(Connection.cards.length() > 0, account_list(), rx.fragment())
    invited = rx.cond(Connection.has_live_account, rx.fragment(), invitation())
    return rx.el.div(
        ui.page_header(
            "Instagram accounts", description="The accounts whose messages InstantChat answers.", actions=(more,)
        ),
        problem(),
        simulator_note(),
        rx.cond(Connection.is_loaded, rx.el.div(known, invited, class_name="flex flex-col gap-6"), loading()),
        examination(),
        class_name="flex flex-col gap-6",
    )
