"""One message of the thread: its text and pictures, who wrote it, whether it arrived."""

from __future__ import annotations

import reflex as rx

from instantchat.features.inbox.views import Attachment, Bubble
from instantchat.ui.chat import picture
from instantchat.ui.feedback import badge
from instantchat.ui.moment import day_break, moment

_CHIP = "flex w-fit items-center gap-1.5 rounded-xl border border-border bg-surface px-3 py-2 text-sm"


def bubble(message: rx.Var[Bubble], before: rx.Var[str]) -> rx.Component:
    """A message, under a separator if the one at the moment `before` was of another day."""
    return rx.el.li(
        day_break(message.at, before, class_name="py-3 text-center text-xs font-medium text-muted-foreground"),
        rx.el.div(
            rx.foreach(message.attachments, _attachment),
            rx.cond(message.text, _text(message), rx.cond(message.attachments, rx.fragment(), _nothing())),
            _about(message),
            rx.cond(
                message.error,
                rx.el.p(message.error, class_name="max-w-full text-[13px] text-danger text-pretty break-words"),
                rx.fragment(),
            ),
            class_name=rx.cond(
                message.is_out,
                "ml-auto flex w-fit max-w-[85%] flex-col items-end gap-1 text-right xl:max-w-[70%]",
                "mr-auto flex w-fit max-w-[85%] flex-col items-start gap-1 xl:max-w-[70%]",
            ),
        ),
        key=message.id,
        custom_attrs={"data-direction": rx.cond(message.is_out, "out", "in"), "data-delivery": message.delivery},
    )


def _text(message: rx.Var[Bubble]) -> rx.Component:
    looks = rx.match(
        message.delivery,
        ("received", "bg-surface border border-border rounded-bl-sm"),
        ("rejected", "bg-danger-soft text-foreground rounded-br-sm"),
        ("unknown", "bg-warning-soft text-foreground rounded-br-sm"),
        "bg-brand text-brand-foreground rounded-br-sm",
    )
    shape = "w-fit max-w-full rounded-2xl px-3.5 py-2 text-left whitespace-pre-wrap wrap-anywhere "
    return rx.el.p(message.text, class_name=shape + looks.to(str))


def _nothing() -> rx.Component:
    return rx.el.p(
        "Taken back, or of a kind Instagram does not share",
        class_name="rounded-2xl border border-dashed border-border px-3.5 py-2 text-muted-foreground italic",
    )


def _about(message: rx.Var[Bubble]) -> rx.Component:
    return rx.el.p(
        rx.match(
            message.sender,
            ("flow", rx.icon("workflow", size=13, aria_label="Flow", class_name="shrink-0")),
            ("phone", rx.icon("smartphone", size=13, aria_hidden=True, class_name="shrink-0")),
            rx.fragment(),
        ),
        rx.cond(message.who, rx.el.span(message.who, class_name="truncate"), rx.fragment()),
        moment(message.at, "time", class_name="shrink-0 tabular-nums"),
        _delivery(message),
        class_name="flex min-h-4 max-w-full items-center gap-1.5 text-xs text-muted-foreground",
    )


def _delivery(message: rx.Var[Bubble]) -> rx.Component:
    return rx.match(
        message.delivery,
        ("queued", _state("clock-3", "Queued")),
        ("sending", _state("clock-3", "Sending")),
        ("sent", _state("check", "Sent")),
        ("rejected", badge("Not sent", tone="danger")),
        ("unknown", badge("Delivery unknown", tone="warning")),
        rx.fragment(),
    )


def _state(icon: str, word: str) -> rx.Component:
    return rx.el.span(rx.icon(icon, size=13, aria_hidden=True), word, class_name="flex shrink-0 items-center gap-1")


def _attachment(item: rx.Var[Attachment]) -> rx.Component:
    gone = rx.el.span(
        rx.icon("image-off", size=14, aria_hidden=True),
        "Picture no longer available",
        class_name=f"{_CHIP} text-muted-foreground",
    )
    other = rx.el.a(
        rx.icon("paperclip", size=14, aria_hidden=True),
        item.label,
        rx.el.span("(opens in a new tab)", class_name="sr-only"),
        href=item.url,
        target="_blank",
        rel="noreferrer",
        class_name=f"{_CHIP} underline underline-offset-3 hover:bg-muted",
    )
    plain = rx.el.span(rx.icon("paperclip", size=14, aria_hidden=True), item.label, class_name=_CHIP)
    return rx.cond(item.is_picture, picture(gone, url=item.url), rx.cond(item.url, other, plain))
