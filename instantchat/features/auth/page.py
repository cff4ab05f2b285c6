"""`/login`, `/signup` and `/privacy`: what visitors see."""

from __future__ import annotations

import reflex as rx

from instantchat import ui
from instantchat.features.auth.components import PASSWORD_RULES, entrance, switch_page
from instantchat.features.auth.state import Session
from instantchat.ui.error_pages import visitor_page
from instantchat.ui.pages import page


@page("/login", title="Sign in", protected=False, on_load=[Session.visit], description="Sign in to InstantChat.")
def login() -> rx.Component:
    """The sign-in form."""
    return entrance(
        "Sign in",
        "Welcome back.",
        ui.api_form(
            ui.api_field("Email", name="email", type="email", auto_complete="username", required=True, auto_focus=True),
            ui.api_field("Password", name="password", type="password", auto_complete="current-password", required=True),
            ui.api_message(),
            ui.api_submit("Sign in", size="lg", busy_text="Signing in"),
            action="/api/auth/login",
            go_to="?next",
            id="sign-in",
        ),
        footer=switch_page("New here?", "Create an account", Session.signup_href),
    )


@page(
    "/signup", title="Create your account", protected=False, on_load=[Session.visit], description="Create an account."
)
def signup() -> rx.Component:
    """The sign-up form."""
    return entrance(
        "Create your account",
        "Your own workspace, on this server. No card, no waiting.",
        ui.api_form(
            ui.api_field("Name", name="name", auto_complete="name", optional=True, max_length=80, auto_focus=True),
            ui.api_field("Email", name="email", type="email", auto_complete="username", required=True),
            ui.api_field(
                "Password",
                name="password",
                type="password",
                auto_complete="new-password",
                required=True,
                rules=PASSWORD_RULES,
            ),
            ui.api_message(),
            ui.api_submit("Create account", size="lg", busy_text="Creating your account"),
            action="/api/auth/signup",
            go_to="?next",
            id="sign-up",
        ),
        footer=switch_page("Have an account?", "Sign in", Session.login_href),
    )


@page("/privacy", title="Privacy", protected=False, description="What this InstantChat server stores.")
def privacy() -> rx.Component:
    """What this server keeps, in plain words."""
    return visitor_page(
        "Privacy",
        _topic(
            "Who is responsible",
            "InstantChat is self-hosted: the people who run this server are responsible for the data on it. "
            "The software sends nothing to its makers: no telemetry, no analytics.",
        ),
        _topic(
            "What is stored",
            "Your name, email address and a hash of your password. For connected Instagram accounts: the access token "
            "(encrypted), the conversations with people who wrote to them, and the names and picture "
            "addresses Instagram "
            "gives with them. Photos and videos are not copied; only their address is kept, and it is dropped when a "
            "message is unsent.",
        ),
        _topic(
            "Who it is shared with",
            "Messages are received from and sent to Meta, because they are Instagram messages. Flows may call other "
            "addresses if the owner of a workspace draws such a step. Nobody else receives anything.",
        ),
        _topic(
            "Cookies",
            "One cookie keeps you signed in. Your choice of light or dark is kept in your browser. There is "
            "nothing else.",
        ),
        _topic(
            "Deleting it",
            "You can delete your account in Settings; with the last person of a workspace everything in it is deleted. "
            "If you wrote to a business that uses this server, ask that business to erase your conversation. If you "
            "connected your Instagram account here, you can also ask Instagram to have your data deleted: it gives you "
            "an address that shows when that is done.",
        ),
    )


def _topic(title: str, text: str) -> rx.Component:
    return rx.el.section(
        rx.el.h2(title, class_name="text-base font-semibold tracking-tight"),
        rx.el.p(text, class_name="mt-1.5 leading-relaxed text-muted-foreground text-pretty"),
    )
