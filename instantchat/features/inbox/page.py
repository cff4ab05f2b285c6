"""`/chats`: the list on the left, the open thread on the right; on a phone one at a time."""

from __future__ import annotations

import reflex as rx

from instantchat.features.inbox.components import conversation_list
from instantchat.features.inbox.state import Inbox
from instantchat.features.inbox.thread.components import thread
from instantchat.ui.pages import page


@page("/chats", title="Inbox", on_load=[Inbox.load, Inbox.listen], width="full")
def chats() -> rx.Component:
    """The inbox with no conversation open."""
    return _panes(has_thread=False)


@page("/chats/[conversation]", title="Inbox", on_load=[Inbox.load, Inbox.listen], width="full")
def chat() -> rx.Component:
    """The inbox with the conversation of the address open."""
    return _panes(has_thread=True)


def _panes(*, has_thread: bool) -> rx.Component:
    on_phone = ("hidden md:flex", "flex") if has_thread else ("flex", "hidden md:flex")
    return rx.el.div(
        rx.el.section(
            conversation_list(),
            aria_label="Conversations",
            class_name=f"{on_phone[0]} w-full min-h-0 flex-col border-border bg-surface md:w-80 md:border-r xl:w-96",
        ),
        rx.el.section(
            thread(),
            aria_label="Conversation",
            class_name=f"{on_phone[1]} min-h-0 min-w-0 flex-1 flex-col bg-background",
        ),
        class_name="flex h-full min-h-0 flex-1",
    )
